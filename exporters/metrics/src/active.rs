//! Requests and tasks that are open.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use tachograph_core::{Handle, lock};

use crate::attributes::{Attributes, List, Value};
use crate::collection::Collection;
use crate::names;
use crate::naming::Naming;
use crate::snapshot::Point;

/// More kinds of requests than this there are not, unless an adapter makes up schemes.
const MOST_SEEN: usize = 64;

/// The methods and schemes of requests that were seen open. They are shown as 0 when none is open any more: a series that
/// goes away would be read as its last value for minutes.
#[derive(Debug, Default)]
pub(crate) struct Active(Mutex<BTreeSet<(&'static str, &'static str)>>);

/// What tells open requests apart; the scheme has no plain name.
fn method_and_scheme(naming: Naming) -> (&'static str, &'static str) {
    match naming {
        Naming::OpenTelemetry => ("http.request.method", "url.scheme"),
        Naming::Plain => ("method", ""),
    }
}

pub(crate) fn attributes(naming: Naming) -> Vec<&'static str> {
    let (method, scheme) = method_and_scheme(naming);
    [method, scheme].into_iter().filter(|name| !name.is_empty()).collect()
}

impl Active {
    /// What requests came so far is known by `series`, too, whoever asks at a quiet moment.
    pub(crate) fn collect<'a>(
        &self,
        handle: &Handle,
        series: impl Iterator<Item = &'a Attributes>,
        has_tasks: bool,
        out: &mut Collection,
    ) {
        let (method_name, scheme_name) = method_and_scheme(out.naming());
        let of = |method: &str, scheme: &str| {
            let scheme = if scheme_name.is_empty() { "" } else { scheme };
            List::new().text(method_name, method).text(scheme_name, scheme).done()
        };
        let open = handle.active_requests();
        let mut counts: BTreeMap<Attributes, u64> = BTreeMap::new();
        for attributes in series {
            let text = |name| match attributes.get(name) {
                Some(Value::Text(text)) => text,
                _ => "",
            };
            let method = text(method_name);
            // The series that takes what has no room is of all methods.
            if !method.is_empty() && method != "_overflow" {
                counts.entry(of(method, text(scheme_name))).or_default();
            }
        }
        {
            let mut seen = lock(&self.0);
            for (method, scheme, _) in &open {
                if seen.len() < MOST_SEEN {
                    seen.insert((*method, *scheme));
                }
            }
            for (method, scheme) in &*seen {
                counts.entry(of(method, scheme)).or_default();
            }
        }
        for (method, scheme, count) in &open {
            *counts.entry(of(method, scheme)).or_default() += count;
        }
        let points = counts.into_iter().map(|(attributes, count)| Point::new(attributes, count)).collect();
        out.up_down(&names::ACTIVE_REQUESTS, points);

        let tasks = handle.active_tasks();
        if has_tasks || tasks > 0 {
            out.up_down(&names::ACTIVE_TASKS, vec![Point::new(Attributes::default(), tasks)]);
        }
    }
}
