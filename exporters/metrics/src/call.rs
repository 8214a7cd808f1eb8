//! The series of calls: queries, calls to other services, calls to caches.

use tachograph_core::{Call, CallGroup, CallKind, CallOutcome, Operation, Scheme, host_and_port, known_method};

use crate::attributes::{Attributes, List};
use crate::histogram::{Bounds, Histogram};
use crate::naming::{ByNaming, Naming};
use crate::nanos::nanos;
use crate::series::{Add, FULL, Family, Key, Series, names, overflow};

/// The system of calls whose target is no service but a host.
const GRPC: &str = "grpc";

/// A failure of which no more is known.
const OTHER_ERROR: &str = "_OTHER";

/// What a call is shown as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    Query,
    External,
    RemoteProcedure,
    /// A command of a cache that is a database, too. By plain names it is a call to a cache.
    CacheDatabase,
    Cache,
}

impl Shown {
    /// None where it is neither of these.
    pub(crate) fn of(operation: &Operation) -> Option<Self> {
        match operation.kind() {
            CallKind::Database => Some(Shown::Query),
            CallKind::External if operation.system().is_empty() => Some(Shown::External),
            CallKind::External => Some(Shown::RemoteProcedure),
            CallKind::Cache if operation.system().is_empty() => Some(Shown::Cache),
            CallKind::Cache => Some(Shown::CacheDatabase),
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
    // Of gRPC the summary has the method, and of the others the target names no server.
    let fourth = match operation.method() {
        Some(method) if !operation.is_grpc() => method,
        _ => operation.scheme().map_or("", Scheme::as_str),
    };
    Key {
        parts: [operation.system(), operation.target(), operation.summary(), fourth, error],
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
        Shown::CacheDatabase => Family::new(most, overflow(["cache", "operation"]), cache_database),
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
    let [_, target, summary, scheme, error] = key.parts;
    let (address, port) = host_and_port(target, Scheme::of(scheme));
    let method = known_method(summary);
    let conventional = List::new()
        // What was said of a call by hand is no method of HTTP.
        .text("call.summary", if method.is_none() && summary != "_OTHER" { summary } else { "" })
        .text("error.type", error)
        .text("http.request.method", method.unwrap_or("_OTHER"))
        .number("http.response.status_code", key.status)
        .text("server.address", address)
        .number("server.port", port.unwrap_or(0));
    ByNaming { opentelemetry: Some(conventional.done()), plain: Some(plain_call(key)) }
}

fn remote_procedure(key: &Key<'_>) -> Series {
    if key.parts[0] == GRPC {
        return grpc(key);
    }
    let [system, target, _, method, error] = key.parts;
    let conventional = List::new()
        .text("error.type", error)
        .text("rpc.method", method)
        .text("rpc.service", target)
        .text("rpc.system", system);
    ByNaming { opentelemetry: Some(conventional.done()), plain: Some(plain_call(key)) }
}

fn grpc(key: &Key<'_>) -> Series {
    let [system, target, summary, scheme, error] = key.parts;
    let service = summary.rsplit_once('/').map_or("", |(service, _)| service);
    // Where no host is known, the service stands for it.
    let (address, port) = if target == service { ("", None) } else { host_and_port(target, Scheme::of(scheme)) };
    let conventional = List::new()
        .text("error.type", error)
        .text("rpc.method", summary)
        .text("rpc.service", service)
        .text("rpc.system", system)
        .text("server.address", address)
        .number("server.port", port.unwrap_or(0));
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
    ByNaming { opentelemetry: Some(conventional.done()), plain: Some(plain_cache(key)) }
}

fn cache_database(key: &Key<'_>) -> Series {
    let [system, target, summary, _, error] = key.parts;
    let conventional = List::new()
        .text("cache.name", target)
        .text("db.operation.name", summary)
        .text("db.system.name", system)
        .text("error.type", error);
    ByNaming { opentelemetry: Some(conventional.done()), plain: Some(plain_cache(key)) }
}

/// The attributes of all series that are shown among the databases' operations.
pub(crate) fn query_attributes(naming: Naming) -> Vec<&'static str> {
    match naming {
        Naming::OpenTelemetry => names(&[query(&FULL), cache_database(&FULL)], naming),
        Naming::Plain => names(&[query(&FULL)], naming),
    }
}

pub(crate) fn external_attributes(naming: Naming) -> Vec<&'static str> {
    names(&[external(&FULL)], naming)
}

pub(crate) fn remote_procedure_attributes(naming: Naming) -> Vec<&'static str> {
    let of_grpc = Key { parts: [GRPC, "b:1", "c/d", "e", "f"], ..FULL };
    names(&[remote_procedure(&FULL), remote_procedure(&of_grpc)], naming)
}

pub(crate) fn cache_attributes(naming: Naming) -> Vec<&'static str> {
    names(&[cache(&FULL)], naming)
}

fn plain_cache(key: &Key<'_>) -> Attributes {
    let [_, target, summary, _, error] = key.parts;
    List::new().text("cache", target).text("error_type", error).text("operation", summary).done()
}
