//! What the application says about the request it is working on.

use std::borrow::Cow;
use std::error::Error;
use std::fmt::Display;
use std::sync::Arc;

use crate::call::Yield;
use crate::callsite::Callsite;
use crate::context;
use crate::error_info::ErrorInfo;
use crate::field::{self, FieldValue};
use crate::findings::FindingKind;
use crate::open_call::start_call;
use crate::operation::Operation;
use crate::record::Record;
use crate::recording::Recording;
use crate::text;

/// The request, or task, that the running code works for. Outside any, everything here does nothing.
///
/// ```
/// # let id = 7;
/// # let error = std::io::Error::other("no");
/// tachograph_core::request().user(id).action("experiment.create").field("experiment_id", id).error(&error);
/// ```
pub fn request() -> CurrentRequest {
    CurrentRequest { recording: context::current() }
}

/// See [`request`].
#[derive(Debug, Clone)]
pub struct CurrentRequest {
    recording: Option<Arc<Recording>>,
}

impl CurrentRequest {
    pub(crate) fn of(recording: &Arc<Recording>) -> Self {
        CurrentRequest { recording: Some(Arc::clone(recording)) }
    }

    /// The request itself; none outside any.
    pub fn recording(&self) -> Option<&Arc<Recording>> {
        self.recording.as_ref()
    }

    /// Who asked. The last one said is kept.
    pub fn user(&self, id: impl Display) -> &Self {
        self.text(&id, |recording| recording.handle().limits().user_bytes, |record, text| record.user_id = Some(text))
    }

    /// What for: `experiment.create`. The last one said is kept.
    pub fn action(&self, action: impl Display) -> &Self {
        self.text(
            &action,
            |recording| recording.handle().limits().field_bytes,
            |record, text| record.action = Some(text),
        )
    }

    /// A field of the application's own. Said again, the value is replaced. A name that the record uses itself is
    /// refused and counted.
    pub fn field(&self, name: impl Into<Cow<'static, str>>, value: impl Into<FieldValue>) -> &Self {
        let Some(recording) = &self.recording else { return self };
        let limits = recording.handle().limits();
        let counters = recording.handle().live_counters();
        let Some(name) = self.own_name(name.into()) else { return self };
        let value = match value.into() {
            FieldValue::String(value) if value.len() > limits.field_bytes => {
                counters.texts_cut.one();
                FieldValue::String(text::cut(&value, limits.field_bytes).into())
            }
            value => value,
        };
        let dropped = recording.change(|record| set(&mut record.fields, name, value, limits.fields));
        counters.fields_dropped.one_if(dropped == Some(true));
        self
    }

    /// Data of any shape, kept beside the fields as `metadata`. Said again, the value is replaced.
    pub fn metadata(&self, name: impl Into<Cow<'static, str>>, json: impl Into<serde_json::Value>) -> &Self {
        let Some(recording) = &self.recording else { return self };
        let limits = recording.handle().limits();
        let Some(name) = self.own_name(name.into()) else { return self };
        let json = json.into().to_string();
        let dropped = json.len() > limits.metadata_bytes
            || recording.change(|record| set(&mut record.metadata, name, json, limits.fields)) == Some(true);
        recording.handle().live_counters().fields_dropped.one_if(dropped);
        self
    }

    /// A key was found in the cache of this name.
    pub fn cache_hit(&self, cache: &str) -> &Self {
        self.lookup(cache, Yield::Lookups { hits: 1, misses: 0 })
    }

    /// A key was not found in the cache of this name.
    pub fn cache_miss(&self, cache: &str) -> &Self {
        self.lookup(cache, Yield::Lookups { hits: 0, misses: 1 })
    }

    /// Findings of this kind are not wanted of this request. [`deliberate`](crate::deliberate) says so of some calls only, and
    /// [`Capture::routes`](crate::Capture::routes) of a route.
    pub fn allow(&self, kind: FindingKind) -> &Self {
        if let Some(recording) = &self.recording {
            recording.change(|record| record.allowed |= kind.bit());
        }
        self
    }

    /// What went wrong: its type, its message and its sources. The last one said is kept.
    #[track_caller]
    pub fn error<E: Error + ?Sized>(&self, error: &E) -> &Self {
        let Some(recording) = &self.recording else { return self };
        let type_name = std::any::type_name::<E>().into();
        let caller = Some(Callsite::caller());
        let info = ErrorInfo::new(recording.handle(), type_name, &DisplayOf(error), error.source(), caller);
        recording.change(|record| record.error = Some(info));
        self
    }

    fn text(
        &self,
        value: &dyn Display,
        most: impl FnOnce(&Recording) -> usize,
        set: impl FnOnce(&mut Record, Box<str>),
    ) -> &Self {
        if let Some(recording) = &self.recording {
            let (text, cut) = text::bounded(value, most(recording));
            recording.handle().live_counters().texts_cut.one_if(cut);
            recording.change(|record| set(record, text.into()));
        }
        self
    }

    /// The name, if it is not one of ours.
    fn own_name(&self, name: Cow<'static, str>) -> Option<Cow<'static, str>> {
        let recording = self.recording.as_ref()?;
        let counters = recording.handle().live_counters();
        let most = recording.handle().limits().field_name_bytes;
        let name = if name.len() <= most {
            name
        } else {
            counters.texts_cut.one();
            Cow::Owned(text::cut(&name, most).to_owned())
        };
        let refused = field::is_reserved(&name);
        counters.fields_refused.one_if(refused);
        (!refused).then_some(name)
    }

    fn lookup(&self, cache: &str, brought: Yield) -> &Self {
        if self.recording.is_some() {
            let mut call = start_call(Operation::cache(cache, "lookup"), None);
            call.brought(brought);
            call.completed();
        }
        self
    }
}

/// `E: ?Sized` is no `dyn Display`, a reference to it is.
struct DisplayOf<'a, E: ?Sized>(&'a E);

impl<E: Error + ?Sized> Display for DisplayOf<'_, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Display::fmt(self.0, f)
    }
}

/// Sets or replaces; true where there is no room for a new one.
fn set<V>(entries: &mut Vec<(Cow<'static, str>, V)>, name: Cow<'static, str>, value: V, most: usize) -> bool {
    if let Some((_, old)) = entries.iter_mut().find(|(other, _)| *other == name) {
        *old = value;
        return false;
    }
    let room = entries.len() < most;
    if room {
        entries.push((name, value));
    }
    !room
}
