//! `status.json`: what the page is of, what it holds, and what it lost.

use super::{Seen, View};
use crate::json;
use crate::query::{Query, Unusable};

pub(super) fn read(text: &str) -> Result<View, Unusable> {
    Query::read(text, &[])?;
    Ok(View::Status)
}

pub(super) fn answer(seen: Seen<'_>) -> Vec<u8> {
    let Seen { store, now, since, handle } = seen;
    json::object(|object| {
        let service = store.service();
        object.text("service", &service.name);
        object.text_or_null("version", service.version.as_deref());
        object.text_or_null("environment", service.environment.as_deref());
        object.integer("since", since);
        object.integer("now", now);
        object.integer("memory_bytes", store.bytes() as u64);
        object.integer("memory_limit_bytes", store.memory_limit as u64);
        let held_from = store.slots.complete_from().max(store.slots.from(None, now / 1000)).min(now);
        object.number("window_s", (now - held_from) as f64 / 1000.0);
        object.integer("requests_kept", store.remembered.len() as u64);
        object.integer("requests_seen", store.seen);
        object.object("dropped", |object| {
            let all = store.not_kept().into_iter().chain(store.overflowed());
            all.for_each(|(reason, count)| object.integer(reason, count));
        });
        object.object("bounds_hit", |object| {
            let counters = handle.map(|handle| handle.counters());
            let hit = counters.iter().flat_map(|counters| counters.iter()).filter(|(_, count)| *count > 0);
            hit.for_each(|(bound, count)| object.integer(bound, count));
        });
        object.array("exporters", |list| {
            for exporter in handle.iter().flat_map(|handle| handle.exporters()) {
                list.object(|object| {
                    object.text("name", exporter.name());
                    object.object("dropped", |object| {
                        let dropped = exporter.dropped();
                        dropped.into_iter().for_each(|(reason, count)| object.integer(reason, count));
                    });
                });
            }
        });
    })
}
