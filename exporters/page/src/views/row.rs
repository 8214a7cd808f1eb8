//! What a table says of some requests.

use tachograph_core::{FindingKind, Share};
use tachograph_summary::{FindingKey, Findings};

use super::route;
use super::totals::Totals;
use crate::json::Object;
use crate::names;

/// What has less of the time is not the cause.
const LEAST_PART: f64 = 0.1;

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
    object.text("cause", &cause(totals));
    object.number("findings", totals.findings.values().map(|findings| findings.requests).sum());
}

/// Where most of the time goes, in a few words.
fn cause(totals: &Totals<'_>) -> String {
    let all = totals.sums.duration;
    let dearest = totals.findings.iter().filter(|(key, _)| !is_no_cause(key));
    let dearest = dearest.max_by(|one, other| one.1.cost.total_cmp(&other.1.cost).then_with(|| other.0.cmp(one.0)));
    match dearest.filter(|(_, findings)| findings.cost > 0.0 && findings.cost >= all * LEAST_PART) {
        Some((key, findings)) => of_finding(key, findings),
        None => match totals.sums.shares.largest() {
            Some(share) if all > 0.0 => {
                format!("{:.0}% {}", totals.sums.shares.of(share) / all * 100.0, names::words_for(share))
            }
            _ => String::new(),
        },
    }
}

/// That it was slow is what the cause is looked for of.
fn is_no_cause(key: &FindingKey) -> bool {
    &*key.kind == FindingKind::SlowRequest.as_str()
}

/// `N+1: 41 x SELECT users at orders.rs:88`
fn of_finding(key: &FindingKey, findings: &Findings) -> String {
    let mut words = FindingKind::of(&key.kind).map_or_else(|| key.kind.to_string(), |kind| kind.label().to_owned());
    let each = (findings.count / findings.requests.max(1.0)).round();
    if !key.summary.is_empty() || !key.target.is_empty() {
        words.push_str(": ");
    }
    if each > 1.0 && !key.summary.is_empty() {
        words.push_str(&format!("{each} x "));
    }
    words.push_str(&key.summary);
    if key.summary.is_empty() {
        words.push_str(&key.target);
    }
    if !key.callsite.is_empty() {
        words.push_str(" at ");
        words.push_str(short(&key.callsite));
    }
    words
}

/// From below its `src` directory on, where it has one.
fn short(callsite: &str) -> &str {
    let below = callsite.rsplit_once("/src/").map(|(_, below)| below);
    below.or_else(|| callsite.strip_prefix("src/")).unwrap_or(callsite)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(kind: &str, summary: &str, target: &str, callsite: &str) -> FindingKey {
        FindingKey { kind: kind.into(), summary: summary.into(), target: target.into(), callsite: callsite.into() }
    }

    #[test]
    fn a_cause_is_the_dearest_finding_or_where_most_of_the_time_goes() {
        let (loops, waits) = (
            key("n_plus_one", "SELECT users", "main", "/app/src/orders.rs:88"),
            key("connection_wait", "", "main", ""),
        );
        let slow = key("slow_request", "", "", "");
        let mut totals = Totals::default();
        assert_eq!(cause(&totals), "");
        totals.sums.duration = 1000.0;
        totals.sums.shares = tachograph_summary::Shares::new([0.0, 0.0, 0.0, 0.0, 820.0, 0.0, 180.0]);
        assert_eq!(cause(&totals), "82% own code");
        totals.findings.insert(&loops, Findings { requests: 2.0, count: 82.0, cost: 99.0, ..Findings::default() });
        totals.findings.insert(&slow, Findings { requests: 2.0, count: 2.0, cost: 1000.0, ..Findings::default() });
        assert_eq!(cause(&totals), "82% own code", "a tenth is the least");
        totals.findings.get_mut(&loops).unwrap().cost = 100.0;
        assert_eq!(cause(&totals), "N+1: 41 x SELECT users at orders.rs:88");
        totals.findings.insert(&waits, Findings { requests: 1.0, count: 3.0, cost: 101.0, ..Findings::default() });
        assert_eq!(cause(&totals), "pool exhausted: main");
    }
}
