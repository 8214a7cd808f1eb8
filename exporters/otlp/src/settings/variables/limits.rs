//! The bounds of spans and log records; those for one of them go before those for both.

use super::super::Limits;
use super::environment::Environment;

pub(super) fn of_spans(environment: &mut Environment) -> Limits {
    let usual = Limits::default();
    let mut limits = of("SPAN", environment);
    let mut bound = |name, usual| environment.count(name, 0).map_or(usual, |count| count as usize);
    limits.events = bound("OTEL_SPAN_EVENT_COUNT_LIMIT", usual.events);
    limits.event_attributes = bound("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", usual.event_attributes);
    limits.links = bound("OTEL_SPAN_LINK_COUNT_LIMIT", usual.links);
    limits.link_attributes = bound("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", usual.link_attributes);
    limits
}

pub(super) fn of_logs(environment: &mut Environment) -> Limits {
    of("LOGRECORD", environment)
}

fn of(what: &str, environment: &mut Environment) -> Limits {
    let usual = Limits::default();
    let mut bound = |of: &str| {
        let own = environment.count(&format!("OTEL_{what}_{of}"), 0);
        own.or_else(|| environment.count(&format!("OTEL_{of}"), 0)).map(|count| count as usize)
    };
    Limits {
        attributes: bound("ATTRIBUTE_COUNT_LIMIT").unwrap_or(usual.attributes),
        attribute_length: bound("ATTRIBUTE_VALUE_LENGTH_LIMIT"),
        ..usual
    }
}
