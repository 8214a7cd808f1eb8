//! The series of calls: queries, calls to other services, calls to caches.

use tachograph_core::{Call, CallGroup, CallKind, CallOutcome, Operation, known_method};

use crate::histogram::{Bounds, Histogram};
use crate::labels::Labels;
use crate::nanos::nanos;
use crate::series::{Add, Family, Key};
use crate::settings::Naming;

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
    /// None where it is not shown: what is neither of these, and by plain names also BEGIN and its like, as the metric
    /// there counts queries.
    pub(crate) fn of(operation: &Operation, naming: Naming) -> Option<Self> {
        match (operation.kind(), naming) {
            (CallKind::Database, Naming::Plain) if operation.is_transaction_control() => None,
            (CallKind::Database, _) => Some(Shown::Query),
            (CallKind::External, Naming::OpenTelemetry) if !operation.system().is_empty() => {
                Some(Shown::RemoteProcedure)
            }
            (CallKind::External, _) => Some(Shown::External),
            (CallKind::Cache, _) => Some(Shown::Cache),
            (CallKind::Other, _) => None,
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
    Key { parts: [operation.system(), operation.target(), operation.summary(), method, error], status }
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
pub(crate) fn family(shown: Shown, naming: Naming, most: usize) -> Family {
    let (overflow, labels): (_, fn(&Key<'_>) -> String) = match (naming, shown) {
        (Naming::OpenTelemetry, shown) => (r#"otel_metric_overflow="true""#, conventional(shown)),
        (Naming::Plain, Shown::Query) => {
            (r#"database="_overflow",operation="_overflow""#, |key| plain(key, "database"))
        }
        (Naming::Plain, Shown::Cache) => (r#"cache="_overflow",operation="_overflow""#, |key| plain(key, "cache")),
        (Naming::Plain, Shown::External | Shown::RemoteProcedure) => {
            (r#"operation="_overflow",target="_overflow""#, |key| {
                let [_, target, summary, _, error] = key.parts;
                Labels::new()
                    .with("error_type", error)
                    .with("operation", summary)
                    .with_number("status", key.status)
                    .with("target", target)
                    .into_string()
            })
        }
    };
    Family::new(most, overflow, labels)
}

fn plain(key: &Key<'_>, target_name: &str) -> String {
    let [_, target, summary, _, error] = key.parts;
    Labels::new().with(target_name, target).with("error_type", error).with("operation", summary).into_string()
}

fn conventional(shown: Shown) -> fn(&Key<'_>) -> String {
    match shown {
        Shown::Query => |key| {
            let [system, target, summary, _, error] = key.parts;
            Labels::new()
                .with("db_namespace", target)
                .with("db_query_summary", summary)
                .with("db_system_name", system)
                .with("error_type", error)
                .into_string()
        },
        Shown::External => |key| {
            let [_, target, summary, _, error] = key.parts;
            let (address, port) = address_and_port(target);
            let method = known_method(summary);
            Labels::new()
                // What was said of a call by hand, or the full method of gRPC, is no method of HTTP.
                .with("call_summary", if method.is_none() && summary != "_OTHER" { summary } else { "" })
                .with("error_type", error)
                .with("http_request_method", method.unwrap_or("_OTHER"))
                .with_number("http_response_status_code", key.status)
                .with("server_address", address)
                .with("server_port", port)
                .into_string()
        },
        Shown::RemoteProcedure => |key| {
            let [system, target, _, method, error] = key.parts;
            Labels::new()
                .with("error_type", error)
                .with("rpc_method", method)
                .with("rpc_service", target)
                .with("rpc_system", system)
                .into_string()
        },
        Shown::Cache => |key| {
            let [_, target, summary, _, error] = key.parts;
            Labels::new()
                .with("cache_name", target)
                .with("cache_operation", summary)
                .with("error_type", error)
                .into_string()
        },
    }
}

/// The port where one is named, which is none of an IPv6 address' own colons.
fn address_and_port(target: &str) -> (&str, &str) {
    match target.rsplit_once(':') {
        Some((address, port)) if port.parse::<u16>().is_ok() && (!address.contains(':') || address.ends_with(']')) => {
            (address, port)
        }
        _ => (target, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_told_from_addresses() {
        let targets = ["partner", "partner:8080", "[::1]:8080", "[::1]", "::1", "partner:http", "partner:", ""];
        let expected = [
            ("partner", ""),
            ("partner", "8080"),
            ("[::1]", "8080"),
            ("[::1]", ""),
            ("::1", ""),
            ("partner:http", ""),
            ("partner:", ""),
            ("", ""),
        ];
        assert_eq!(targets.map(address_and_port), expected);
    }
}
