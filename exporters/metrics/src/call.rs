//! The series of calls: queries, calls to other services, calls to caches.

use tachograph_core::{Call, CallGroup, CallKind, CallOutcome, Operation, known_method};

use crate::attributes::{Attributes, List};
use crate::histogram::{Bounds, Histogram};
use crate::naming::ByNaming;
use crate::nanos::nanos;
use crate::series::{Add, Family, Key, Series, overflow};

/// A failure of which no more is known.
const OTHER_ERROR: &str = "_OTHER";

/// What a call is shown as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    Query,
    External,
    RemoteProcedure,
    Cache,
}

impl Shown {
    /// None where it is neither of these.
    pub(crate) fn of(operation: &Operation) -> Option<Self> {
        match operation.kind() {
            CallKind::Database => Some(Shown::Query),
            CallKind::External if operation.system().is_empty() => Some(Shown::External),
            CallKind::External => Some(Shown::RemoteProcedure),
            CallKind::Cache => Some(Shown::Cache),
            CallKind::Other => None,
        }
    }
}

/// What is counted of the calls of one series.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    pub(crate) durations: Histogram,
}

impl Add for Calls {
    fn add(&mut self, other: &Self) {
        self.durations.add(&other.durations);
    }
}

/// Finds out which series a call belongs to.
pub(crate) fn with_key<R>(call: &Call, found: impl FnOnce(&Key<'_>) -> R) -> R {
    let status = call.status_code().unwrap_or(0);
    let text;
    let error = match (call.error_type(), call.outcome()) {
        (Some(error), _) => error,
        (None, CallOutcome::Cancelled) => "cancelled",
        (None, _) if status >= 400 => {
            text = status.to_string();
            &text
        }
        (None, CallOutcome::Failed) => OTHER_ERROR,
        _ => "",
    };
    found(&key(call.operation(), error, status))
}

fn key<'a>(operation: &'a Operation, error: &'a str, status: u16) -> Key<'a> {
    let method = operation.method().unwrap_or("");
    Key {
        parts: [operation.system(), operation.target(), operation.summary(), method, error],
        status,
        // BEGIN and its like are no queries, which is what plain names count.
        plain_status: (!operation.is_transaction_control()).then_some(status),
    }
}

/// Adds calls that were not kept one by one. Their number and the sum of their times are exact; each is taken to have
/// lasted as long as all did on average.
pub(crate) fn add_group(
    group: &CallGroup,
    bounds: &Bounds,
    mut change: impl FnMut(&Key<'_>, &mut dyn FnMut(&mut Calls)),
) {
    let (count, errors) = (u64::from(group.count()), u64::from(group.errors()).min(u64::from(group.count())));
    let total = nanos(group.total());
    let each = total.checked_div(count).unwrap_or(0);
    let succeeded = count - errors;
    // The remainder of the division goes where there is something.
    let of_errors = if succeeded == 0 { total } else { each * errors };
    for (count, sum, error) in [(succeeded, total - of_errors, ""), (errors, of_errors, OTHER_ERROR)] {
        if count > 0 {
            change(&key(group.operation(), error, 0), &mut |calls| {
                calls.durations.observe_all(count, each, sum, bounds);
            });
        }
    }
}

/// The families of calls, by what they are shown as.
pub(crate) fn family(shown: Shown, most: usize) -> Family {
    match shown {
        Shown::Query => Family::new(most, overflow(["database", "operation"]), query),
        Shown::External => Family::new(most, overflow(["operation", "target"]), external),
        Shown::RemoteProcedure => Family::new(most, overflow(["operation", "target"]), remote_procedure),
        Shown::Cache => Family::new(most, overflow(["cache", "operation"]), cache),
    }
}

fn query(key: &Key<'_>) -> Series {
    let [system, target, summary, _, error] = key.parts;
    let conventional = List::new()
        .text("db.namespace", target)
        .text("db.query.summary", summary)
        .text("db.system.name", system)
        .text("error.type", error);
    let plain = || List::new().text("database", target).text("error_type", error).text("operation", summary);
    ByNaming { opentelemetry: Some(conventional.done()), plain: key.plain_status.map(|_| plain().done()) }
}

fn external(key: &Key<'_>) -> Series {
    let [_, target, summary, _, error] = key.parts;
    let (address, port) = address_and_port(target);
    let method = known_method(summary);
    let conventional = List::new()
        // What was said of a call by hand, or the full method of gRPC, is no method of HTTP.
        .text("call.summary", if method.is_none() && summary != "_OTHER" { summary } else { "" })
        .text("error.type", error)
        .text("http.request.method", method.unwrap_or("_OTHER"))
        .number("http.response.status_code", key.status)
        .text("server.address", address)
        .number("server.port", port);
    ByNaming { opentelemetry: Some(conventional.done()), plain: Some(plain_call(key)) }
}

fn remote_procedure(key: &Key<'_>) -> Series {
    let [system, target, _, method, error] = key.parts;
    let conventional = List::new()
        .text("error.type", error)
        .text("rpc.method", method)
        .text("rpc.service", target)
        .text("rpc.system", system);
    ByNaming { opentelemetry: Some(conventional.done()), plain: Some(plain_call(key)) }
}

fn plain_call(key: &Key<'_>) -> Attributes {
    let [_, target, summary, _, error] = key.parts;
    let list = List::new().text("error_type", error).text("operation", summary);
    list.number("status", key.status).text("target", target).done()
}

fn cache(key: &Key<'_>) -> Series {
    let [_, target, summary, _, error] = key.parts;
    let conventional =
        List::new().text("cache.name", target).text("cache.operation", summary).text("error.type", error);
    let plain = List::new().text("cache", target).text("error_type", error).text("operation", summary);
    ByNaming { opentelemetry: Some(conventional.done()), plain: Some(plain.done()) }
}

/// The port where one is named, which is none of an IPv6 address' own colons; else 0.
fn address_and_port(target: &str) -> (&str, u16) {
    let named = target.rsplit_once(':').and_then(|(address, port)| Some((address, port.parse().ok()?)));
    match named {
        Some((address, port)) if !address.contains(':') || address.ends_with(']') => (address, port),
        _ => (target, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_told_from_addresses() {
        let targets = ["partner", "partner:8080", "[::1]:8080", "[::1]", "::1", "partner:http", "partner:", ""];
        let expected = [
            ("partner", 0),
            ("partner", 8080),
            ("[::1]", 8080),
            ("[::1]", 0),
            ("::1", 0),
            ("partner:http", 0),
            ("partner:", 0),
            ("", 0),
        ];
        assert_eq!(targets.map(address_and_port), expected);
    }
}
