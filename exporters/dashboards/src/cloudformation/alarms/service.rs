//! Of the service itself, by what its exporter publishes.

use tachograph_json::emf::Signal;

use super::super::published::Published;
use super::alarm::{Alarm, Comparison, Missing, Watched, Window};
use crate::{Error, Settings};

/// How many keys must have been asked for in a period: of fewer, one says nothing.
const HIT_RATE: &str = "IF(hits + misses >= 20, 100 * hits / (hits + misses), 100)";

pub(super) fn alarms(settings: &Settings, published: &Published) -> Result<Vec<Alarm>, Error> {
    Ok(vec![
        latency(settings, published)?,
        error_rate(settings, published)?,
        pool(settings, published)?,
        cache(settings, published)?,
    ])
}

fn latency(settings: &Settings, published: &Published) -> Result<Alarm, Error> {
    let most = settings.thresholds.p99_ms;
    Ok(Alarm {
        id: "Latency".into(),
        name: "p99 latency".into(),
        condition: None,
        what: format!("The slowest hundredth of requests took longer than {most} ms for three minutes."),
        healthy: format!("p99 below {most} ms"),
        action:
            "look for slow queries and DynamoDB throttling; the query \"slow-requests\" says of each request why it \
                 was slow"
                .into(),
        watched: Watched::Metric { metric: published.metric(Signal::Duration)?, stat: "p99" },
        comparison: Comparison::Above,
        threshold: most as f64 / published.millis(Signal::Duration),
        window: Window::all(3, 60),
        // No requests, none of them slow.
        missing: Missing::NotBreaching,
    })
}

fn error_rate(settings: &Settings, published: &Published) -> Result<Alarm, Error> {
    let most = 100.0 * settings.thresholds.error_rate;
    let sums = vec![("errors", published.metric(Signal::Errors)?), ("requests", published.metric(Signal::Requests)?)];
    Ok(Alarm {
        id: "ErrorRate".into(),
        name: "error rate".into(),
        condition: None,
        what: format!("More than {} of requests failed for ten minutes.", percent(most)),
        // A tenth of what wakes somebody.
        healthy: format!("5xx below {} of requests", percent(most / 10.0)),
        action: "look into the application's logs for exceptions; the query \"errors-by-action\" says what failed"
            .into(),
        watched: Watched::Math {
            expression: "IF(requests > 0, 100 * errors / requests, 0)",
            label: "% of requests that failed",
            sums,
        },
        comparison: Comparison::Above,
        threshold: most,
        window: Window::all(2, 300),
        // No requests, none of them failed.
        missing: Missing::NotBreaching,
    })
}

fn pool(settings: &Settings, published: &Published) -> Result<Alarm, Error> {
    let most = 100.0 * settings.thresholds.pool_utilization;
    Ok(Alarm {
        id: "PoolUtilization".into(),
        name: "connection pool".into(),
        condition: None,
        what: format!("More than {} of the connections of a pool were in use in three of five minutes.", percent(most)),
        healthy: format!("below {}", percent(most)),
        action:
            "make the pool larger, or scale Aurora; the query \"breakdown\" says which endpoints wait for a connection"
                .into(),
        watched: Watched::Metric { metric: published.metric(Signal::PoolUtilization)?, stat: "Maximum" },
        comparison: Comparison::Above,
        threshold: most,
        // It is looked at once a minute, and a pool may be full for a moment.
        window: Window { period_s: 60, periods: 5, breaching: 3 },
        // A service that has no pool, or does not run, waits for none.
        missing: Missing::NotBreaching,
    })
}

fn cache(settings: &Settings, published: &Published) -> Result<Alarm, Error> {
    let least = 100.0 * settings.thresholds.cache_hit_rate;
    let sums = vec![("hits", published.metric(Signal::CacheHits)?), ("misses", published.metric(Signal::CacheMisses)?)];
    Ok(Alarm {
        id: "CacheHitRate".into(),
        name: "cache hit rate".into(),
        condition: None,
        what: format!(
            "Caches had less than {} of the keys they were asked for, for a quarter of an hour.",
            percent(least)
        ),
        healthy: format!("above {}", percent(least)),
        action: "look at key patterns, and let entries live longer".into(),
        watched: Watched::Math { expression: HIT_RATE, label: "% of keys found", sums },
        comparison: Comparison::Below,
        threshold: least,
        // A cache that was just started is empty.
        window: Window::all(3, 300),
        // No cache was asked.
        missing: Missing::NotBreaching,
    })
}

/// `85 %`, without what computing adds to it.
pub(super) fn percent(percent: f64) -> String {
    format!("{} %", (percent * 1e6).round() / 1e6)
}
