//! What a table says of some requests.

use tachograph_core::Share;
use tachograph_summary::Cause;

use super::route;
use super::totals::Totals;
use crate::json::Object;
use crate::names;

/// Writes which endpoint it is.
pub(crate) fn write_key(method: &str, of: &str, object: &mut Object<'_>) {
    object.text("method", method);
    route(object, of);
    object.text("kind", if method == "task" { "task" } else { "request" });
}

/// Writes what a table says of these requests. `all` is the time of those that they are a part of, in microseconds.
pub(crate) fn write(totals: &Totals<'_>, seconds: f64, all: f64, object: &mut Object<'_>) {
    let sums = &totals.sums;
    let each = |sum: f64| if totals.all() > 0.0 { sum / totals.all() } else { 0.0 };
    object.number("requests", sums.requests);
    object.number("streams", sums.streams);
    object.number("rate", totals.all() / seconds);
    object.number("impact", if all > 0.0 { sums.duration / all } else { 0.0 });
    match sums.requests > 0.0 {
        true => object.millis_of_sum("mean_ms", sums.duration / sums.requests),
        false => object.null("mean_ms"),
    }
    for (name, part) in [("p50_ms", 0.5), ("p95_ms", 0.95), ("p99_ms", 0.99)] {
        object.millis_or_null(name, totals.durations.percentile(part).map(|micros| micros.min(sums.slowest)));
    }
    object.millis("slowest_ms", sums.slowest);
    object.number("errors", sums.errors);
    object.number("error_rate", each(sums.errors));
    object.number("response_bytes", each(sums.response_bytes).round());
    object.number("db_queries", each(sums.queries));
    object.number("external_calls", each(sums.external_calls));
    object.number("cache_hits", sums.cache_hits);
    object.number("cache_misses", sums.cache_misses);
    for share in Share::ALL {
        object.millis_of_sum(names::of_share(share), sums.shares.of(share));
    }
    object.millis_of_sum("total_ms", sums.duration);
    object.text_or_null("dominant", sums.shares.largest().map(Share::name));
    let cause = Cause::of(sums, totals.findings.iter().map(|(key, findings)| (*key, findings)));
    object.text("cause", &cause.map_or_else(String::new, |cause| cause.to_string()));
    object.number("findings", totals.findings.values().map(|findings| findings.requests).sum());
}
