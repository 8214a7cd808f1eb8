//! All metrics of the application, by their names and labels.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use ::metrics::atomics::AtomicU64;
use ::metrics::{Key, Label, Unit};
use tachograph_core::{lock, text};

use crate::attributes::{Attributes, Value};
use crate::bounds::AllBounds;
use crate::collection::{Collection, NO_METRIC};
use crate::recorder::buckets::ByUnit;
use crate::recorder::cell::{Cell, Handle, Kind};
use crate::recorder::family::{Family, Found};
use crate::recorder::keys::Keys;
use crate::recorder::unit;
use crate::snapshot::Metric;

/// Of a text that comes from the application, in bytes.
const LONGEST: usize = 1024;

#[derive(Debug)]
pub(super) struct Registry {
    most: usize,
    by_unit: ByUnit,
    keys: Keys,
    families: RwLock<BTreeMap<Box<str>, Arc<Family>>>,
    described: Mutex<BTreeMap<Box<str>, Described>>,
    /// For names beyond the most, and for those that are used as two kinds.
    nowhere: Arc<Cell>,
    strays: Arc<AtomicU64>,
    /// Names that are used as two kinds.
    mixed: Mutex<BTreeMap<Box<str>, Kind>>,
}

#[derive(Debug, Clone, Default)]
struct Described {
    unit: Option<&'static str>,
    description: String,
    buckets: Option<Arc<[f64]>>,
}

impl Registry {
    pub(super) fn new(most: usize, bounds: &AllBounds) -> Self {
        let strays = Arc::new(AtomicU64::new(0));
        Registry {
            most,
            by_unit: ByUnit::new(bounds),
            keys: Keys::default(),
            families: RwLock::default(),
            described: Mutex::default(),
            nowhere: Arc::new(Cell::new(None, Some(Arc::clone(&strays)))),
            strays,
            mixed: Mutex::default(),
        }
    }

    pub(super) fn describe(&self, name: &str, unit: Option<Unit>, description: &str) {
        self.change_described(name, |described| {
            described.unit = unit.map(unit::ucum);
            described.description = text::cut(description, LONGEST).to_owned();
        });
    }

    pub(super) fn set_buckets(&self, name: &str, buckets: Arc<[f64]>) {
        self.change_described(name, |described| described.buckets = Some(buckets));
    }

    fn change_described(&self, name: &str, change: impl FnOnce(&mut Described)) {
        let (mut all, name) = (lock(&self.described), text::cut(name, LONGEST));
        if all.len() < self.most || all.contains_key(name) {
            change(all.entry(name.into()).or_default());
        } else {
            self.strays.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn cell(&self, key: &Key, kind: Kind) -> Handle {
        if let Some(cell) = self.keys.find(key, kind) {
            return Handle(cell);
        }
        let name = text::cut(key.name(), LONGEST);
        let Some(family) = self.family(name, kind) else { return Handle(Arc::clone(&self.nowhere)) };
        if family.kind != kind {
            let mut mixed = lock(&self.mixed);
            if mixed.len() < self.most {
                mixed.insert(name.into(), family.kind);
            }
            return Handle(Arc::clone(&self.nowhere));
        }
        let (attributes, is_whole) = attributes(key);
        match family.cell(attributes) {
            Found::Own(cell) => {
                // One that was cut is not kept as it was.
                if is_whole && name.len() == key.name().len() {
                    self.keys.add(key, kind, &cell);
                }
                Handle(cell)
            }
            Found::Overflow(cell) => Handle(cell),
        }
    }

    /// None where there are as many names as there may be.
    fn family(&self, name: &str, kind: Kind) -> Option<Arc<Family>> {
        if let Some(family) = self.families.read().unwrap_or_else(PoisonError::into_inner).get(name) {
            return Some(Arc::clone(family));
        }
        let bounds = (kind == Kind::Histogram).then(|| {
            let described = lock(&self.described).get(name).cloned().unwrap_or_default();
            described.buckets.clone().unwrap_or_else(|| self.by_unit.of(described.unit_of(name)))
        });
        let mut families = self.families.write().unwrap_or_else(PoisonError::into_inner);
        if families.len() >= self.most && !families.contains_key(name) {
            return None;
        }
        let family = families.entry(name.into()).or_insert_with(|| Arc::new(Family::new(kind, bounds, self.most)));
        Some(Arc::clone(family))
    }

    pub(super) fn collect(&self, out: &mut Collection) -> Vec<Metric> {
        let families = self.families.read().unwrap_or_else(PoisonError::into_inner).clone();
        let described = lock(&self.described).clone();
        for (name, kind) in &*lock(&self.mixed) {
            let kind = format!("{kind:?}").to_lowercase();
            let what = format!("the application's {kind} {name} is used as something else, too, which is not counted");
            out.warnings.push((Cow::Owned(name.to_string()), what));
        }
        let strays = self.strays.load(Ordering::Relaxed);
        if strays > 0 {
            out.overflowed_of(Cow::Borrowed(NO_METRIC), strays);
        }
        if families.len() >= self.most {
            let what = format!(
                "the application has {} metrics, and further ones are not counted: see which name is made up as it goes",
                families.len()
            );
            out.warnings.push((Cow::Borrowed(NO_METRIC), what));
        }
        let nothing = Described::default();
        let metrics = families.iter().map(|(name, family)| {
            let described = described.get(name).unwrap_or(&nothing);
            family.metric(name).unit(described.unit_of(name)).description(described.description.clone())
        });
        metrics.collect()
    }
}

impl Described {
    fn unit_of(&self, name: &str) -> &'static str {
        self.unit.unwrap_or_else(|| unit::of_name(name))
    }
}

/// The labels in the order of their names, each once; false where one had to be cut.
fn attributes(key: &Key) -> (Attributes, bool) {
    let cut = |part: &str| text::cut(part, LONGEST).to_owned();
    let labels: BTreeMap<String, Value> =
        key.labels().map(|label| (cut(label.key()), Value::from(cut(label.value())))).collect();
    let fits = |label: &Label| label.key().len() <= LONGEST && label.value().len() <= LONGEST;
    (labels.into_iter().collect(), key.labels().all(fits))
}
