//! What is told of endpoints, compared with the records themselves.

use std::time::Duration;

use serde_json::Value;
use tachograph_core::{Exporter, Record, Share, micros};

use crate::service::{Shop, Visit};

/// Requests of several endpoints, statuses, and lengths.
fn busy() -> Shop {
    let shop = Shop::new();
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..2000 {
        let (method, route) =
            [("GET", Some("/orders/{id}")), ("POST", Some("/orders")), ("GET", Some("/orders")), ("BREW", None)]
                [random.usize(0..4)];
        shop.visit(Visit {
            method,
            route,
            path: "/orders/7",
            status: [200, 200, 204, 404, 503][random.usize(0..5)],
            own: random.u64(1..30_000),
            queries: random.usize(0..4),
            query: random.u64(1..20_000),
        });
    }
    shop
}

fn millis(sum: u64) -> f64 {
    sum as f64 / 1000.0
}

/// The row that a table has of these.
fn assert_row(row: &Value, records: &[&Record], all: u64) {
    let count = records.len() as f64;
    let sum = |of: &dyn Fn(&Record) -> u64| records.iter().map(|record| of(record)).sum::<u64>();
    let total = sum(&|record| micros(record.duration()));
    let close = |member: &str, expected: f64| {
        let value = row[member].as_f64().unwrap_or_else(|| panic!("{member}: {row}"));
        assert!((value - expected).abs() <= 1e-6 * expected.abs().max(1.0), "{member}: {value}, not {expected}");
    };
    close("requests", count);
    close("total_ms", millis(total));
    assert!((row["mean_ms"].as_f64().unwrap() - millis(total) / count).abs() <= 0.0005, "rounded to a microsecond");
    close("impact", total as f64 / all as f64);
    close("slowest_ms", millis(records.iter().map(|record| micros(record.duration())).max().unwrap()));
    close("errors", sum(&|record| u64::from(record.status_code() == Some(503))) as f64);
    close("error_rate", sum(&|record| u64::from(record.status_code() == Some(503))) as f64 / count);
    close("db_queries", sum(&|record| record.database().count().into()) as f64 / count);
    close("findings", sum(&|record| record.findings().len() as u64) as f64);
    for (member, share) in [
        ("db_ms", Share::Database),
        ("db_wait_ms", Share::ConnectionWait),
        ("external_ms", Share::External),
        ("cache_ms", Share::Cache),
        ("own_ms", Share::Own),
        ("body_ms", Share::Body),
        ("waiting_ms", Share::Waiting),
    ] {
        close(member, millis(sum(&|record| record.breakdown().rounded_micros()[share as usize])));
    }
    let mut durations: Vec<u64> = records.iter().map(|record| micros(record.duration())).collect();
    durations.sort_unstable();
    for (member, part) in [("p50_ms", 0.5), ("p95_ms", 0.95), ("p99_ms", 0.99)] {
        let exact = millis(durations[((count * part).ceil() as usize).max(1) - 1]);
        let shown = row[member].as_f64().unwrap();
        assert!((shown - exact).abs() <= exact * 0.01 + 0.001, "{member}: {shown}, not {exact}");
    }
}

fn duration(record: &Record) -> u64 {
    micros(record.duration())
}

#[test]
fn endpoints_are_what_the_records_say_to_the_last_request() {
    let shop = busy();
    let check = || {
        let records = shop.records();
        let view = shop.json("/endpoints.json?window=all");
        let all = records.iter().map(duration).sum();
        assert_row(&view["total"], &records.iter().collect::<Vec<_>>(), all);
        let rows = view["endpoints"].as_array().unwrap();
        assert_eq!(rows.len(), 4);
        let impacts: Vec<f64> = rows.iter().map(|row| row["impact"].as_f64().unwrap()).collect();
        assert!(impacts.is_sorted_by(|one, other| one >= other), "{impacts:?}");
        for row in rows {
            let (method, route) = (row["method"].as_str().unwrap(), row["route"].as_str());
            let mine = |record: &&Record| record.known_method() == method && record.route() == route;
            assert_row(row, &records.iter().filter(mine).collect::<Vec<_>>(), all);
        }
    };
    check();
    shop.visit(Visit { own: 123_456, ..Visit::default() });
    check();
}

#[test]
fn each_filter_takes_what_it_says() {
    let shop = busy();
    let records = shop.records();
    type Takes = fn(&Record) -> bool;
    let filters: [(&str, Takes); 13] = [
        ("method=GET", |record| record.method() == "GET"),
        ("method=get,post", |record| matches!(record.method(), "GET" | "POST")),
        ("not_method=GET", |record| record.method() != "GET"),
        ("not_method=GET,_OTHER", |record| record.method() == "POST"),
        ("status=2xx", |record| record.status_code().unwrap() < 300),
        ("status=404", |record| record.status_code() == Some(404)),
        ("status=error", |record| record.status_code() == Some(503)),
        ("route=%2Forders", |record| record.route() == Some("/orders")),
        ("route=", |record| record.route().is_none()),
        ("min_ms=10", |record| duration(record) >= 10_000),
        ("min_ms=50&status=5xx&method=GET", |record| {
            duration(record) >= 50_000 && record.status_code() == Some(503) && record.method() == "GET"
        }),
        ("version=1.0.0", |_| true),
        ("window=all&min_ms=0", |_| true),
    ];
    for (filter, takes) in filters {
        let mine: Vec<&Record> = records.iter().filter(|record| takes(record)).collect();
        assert!(!mine.is_empty(), "{filter}");
        let total = &shop.json(&format!("/endpoints.json?{filter}"))["total"];
        assert_eq!(total["requests"], mine.len(), "{filter}");
        assert_eq!(
            total["total_ms"].as_f64().unwrap(),
            millis(mine.iter().map(|record| duration(record)).sum()),
            "{filter}"
        );
        let list = shop.json(&format!("/requests.json?limit=500&{filter}"));
        let shown = list["requests"].as_array().unwrap();
        assert_eq!(shown.len() + list["more"].as_u64().unwrap() as usize, mine.len(), "{filter}");
        let ids: Vec<String> = mine.iter().map(|record| record.identity().request_id().to_string()).collect();
        assert!(shown.iter().all(|shown| ids.iter().any(|id| shown["request_id"] == id.as_str())), "{filter}");
    }
    for (filter, none) in
        [("status=none", "total"), ("version=2", "total"), ("route=/none", "total"), ("status=301", "total")]
    {
        assert_eq!(shop.json(&format!("/endpoints.json?{filter}"))[none]["requests"], 0, "{filter}");
    }
}

#[test]
fn one_endpoint_is_told_of_as_the_records_do() {
    let shop = busy();
    let records = shop.records();
    let mine: Vec<&Record> = records.iter().filter(|record| record.route() == Some("/orders/{id}")).collect();
    let view = shop.json("/endpoint.json?method=GET&route=/orders/{id}&window=all");
    assert_row(&view["endpoint"], &mine, records.iter().map(duration).sum());
    assert_row(&view["versions"][0], &mine, records.iter().map(duration).sum());
    assert_eq!(view["versions"][0]["version"], "1.0.0");

    let count = |member: &Value, of: &str| {
        member.as_array().unwrap().iter().map(|piece| piece[of].as_u64().unwrap()).sum::<u64>()
    };
    assert_eq!(count(&view["distribution"], "count"), mine.len() as u64);
    assert_eq!(count(&view["timeline"], "requests"), mine.len() as u64);
    assert_eq!(count(&view["statuses"], "requests"), mine.len() as u64);
    assert_eq!(count(&view["timeline"], "errors"), view["endpoint"]["errors"].as_u64().unwrap());
    let pieces = view["timeline"].as_array().unwrap().iter().flat_map(|slot| slot["buckets"].as_array().unwrap());
    assert_eq!(pieces.map(|piece| piece[2].as_u64().unwrap()).sum::<u64>(), mine.len() as u64);
    for piece in view["distribution"].as_array().unwrap() {
        let (from, to) = (piece["from_ms"].as_f64().unwrap(), piece["to_ms"].as_f64().unwrap());
        let within = mine.iter().map(|record| millis(duration(record))).filter(|ms| (from..to).contains(ms)).count();
        // A piece ends where a bucket does, to 1.6 %.
        assert!(piece["count"].as_u64().unwrap().abs_diff(within as u64) <= 3, "{piece}, not {within}");
    }

    let calls = || mine.iter().flat_map(|record| record.calls());
    let statement = &view["statements"][0];
    assert_eq!(statement["count"], calls().count());
    assert_eq!(statement["requests"], mine.iter().filter(|record| !record.calls().is_empty()).count());
    let total: u64 =
        mine.iter().map(|record| record.call_groups().iter().map(|group| micros(group.total())).sum::<u64>()).sum();
    assert_eq!(statement["total_ms"].as_f64().unwrap(), millis(total));
    assert_eq!(
        statement["slowest_ms"].as_f64().unwrap(),
        millis(calls().map(|call| micros(call.duration())).max().unwrap())
    );
    assert_eq!(statement["summary"], "SELECT items");
    assert_eq!(statement["statement"], "SELECT * FROM items WHERE order_id = ?");
    assert_eq!((&statement["kind"], &statement["target"]), (&"database".into(), &"main".into()));
    assert_eq!(view["hosts"].as_array().map(Vec::len), Some(0));

    let worst = mine.iter().max_by_key(|record| duration(record)).unwrap();
    assert_eq!(view["worst"]["duration_ms"].as_f64().unwrap(), millis(duration(worst)));
    let (typical, median) =
        (view["typical"]["duration_ms"].as_f64().unwrap(), view["endpoint"]["p50_ms"].as_f64().unwrap());
    assert!((typical - median).abs() < median / 10.0, "{typical} is like {median}");
    assert!(view["typical"]["calls"].is_array() && view["worst"]["calls"].is_array());
}

#[test]
fn what_can_be_asked_for_does_not_depend_on_what_is() {
    let shop = busy();
    let view = shop.json("/endpoints.json?method=POST&status=404");
    assert_eq!(view["filters"]["methods"], serde_json::json!(["GET", "POST", "_OTHER"]));
    assert_eq!(view["filters"]["routes"], serde_json::json!(["", "/orders", "/orders/{id}"]));
    assert_eq!(view["filters"]["statuses"], serde_json::json!([200, 204, 404, 503]));
    assert_eq!(view["versions"], serde_json::json!(["1.0.0"]));
}

#[test]
fn a_service_that_was_asked_nothing_yet_has_a_page() {
    let shop = Shop::new();
    let view = shop.json("/endpoints.json");
    assert_eq!((&view["total"]["requests"], &view["endpoints"]), (&0.into(), &serde_json::json!([])));
    assert!(view["total"]["p50_ms"].is_null() && view["total"]["mean_ms"].is_null());
    assert_eq!(view["total"]["cause"], "");
    let view = shop.json("/endpoint.json?method=GET&route=/nowhere");
    assert!(view["typical"].is_null() && view["worst"].is_null());
    assert_eq!(view["timeline"], serde_json::json!([]));
    assert_eq!(shop.json("/requests.json")["more"], 0);
    assert_eq!(shop.get("/compare.json").status, 404);
    assert_eq!(shop.get("/request.json?id=7").status, 404);
}

#[test]
fn what_cannot_be_asked_is_said_with_what_can() {
    let shop = Shop::new();
    for (address, parameter, allowed) in [
        ("/endpoints.json?window=7", "window", "900"),
        ("/endpoints.json?windw=60", "windw", "window"),
        ("/endpoint.json?route=/a", "method", "method"),
        ("/endpoint.json?method=GET", "route", "route"),
        ("/endpoint.json?method=GET,POST&route=/a", "method", "one endpoint"),
        ("/requests.json?sort=size", "sort", "duration"),
        ("/requests.json?limit=0", "limit", "500"),
        ("/requests.json?limit=501", "limit", "500"),
        ("/requests.json?min_ms=7", "min_ms", "10"),
        ("/request.json", "id", "request_id"),
        ("/compare.json?status=9", "status", "2xx"),
        ("/status.json?a=b", "a", "there are"),
        ("/live?window=1", "window", "60"),
    ] {
        let response = shop.get(address);
        let body: Value = serde_json::from_slice(&response.body).unwrap();
        assert_eq!(response.status, 400, "{address}");
        assert_eq!(body["parameter"], parameter, "{address}");
        assert!(body["allowed"].as_str().unwrap().contains(allowed), "{body}");
        assert!(body["error"].as_str().unwrap().contains(parameter), "{body}");
    }
    let nowhere = shop.get("/nothing.json");
    assert_eq!((nowhere.status, nowhere.value("content-type")), (404, Some("application/json")));
}

#[test]
fn status_says_what_is_held_and_what_was_lost() {
    let shop = busy();
    let view = shop.json("/status.json");
    assert_eq!(
        (&view["service"], &view["version"], &view["environment"]),
        (&"shop".into(), &"1.0.0".into(), &"test".into())
    );
    assert_eq!(view["requests_seen"], 2000);
    assert_eq!(view["memory_limit_bytes"], 16 * 1024 * 1024);
    let kept = view["requests_kept"].as_u64().unwrap();
    assert_eq!(kept + view["dropped"]["requests_not_kept"].as_u64().unwrap(), 2000);
    assert!((1..16 * 1024 * 1024).contains(&view["memory_bytes"].as_u64().unwrap()));
    let now = view["now"].as_u64().unwrap();
    assert_eq!(view["window_s"].as_f64().unwrap(), (now - view["since"].as_u64().unwrap()) as f64 / 1000.0);
    // What there is no room for in the lists is counted, and no loss that somebody should be woken for.
    assert!(kept < 2000 && shop.page.flush(Duration::from_secs(20)));
    let dropped = shop.page.dropped();
    assert!(!dropped.is_empty() && dropped.iter().all(|(_, count)| *count == 0), "{dropped:?}");
    let names: Vec<&str> =
        view["exporters"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["page", "kept"]);
}

#[test]
fn what_all_threads_record_is_there_whoever_looks_meanwhile() {
    const EACH: u64 = 300;
    let shop = Shop::new();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                (0..EACH).for_each(|number| shop.visit(Visit { own: number % 3, queries: 2, ..Visit::default() }))
            });
        }
        let mut seen = 0;
        for _ in 0..20 {
            let now = shop.json("/endpoints.json?window=all")["total"]["requests"].as_u64().unwrap();
            assert!(seen <= now && now <= 4 * EACH);
            seen = now;
        }
    });
    let view = shop.json("/endpoint.json?method=GET&route=/orders/{id}&window=all");
    assert_eq!(view["endpoint"]["requests"], 4 * EACH);
    assert_eq!(
        (&view["statements"][0]["requests"], &view["statements"][0]["count"]),
        (&(4 * EACH).into(), &(8 * EACH).into())
    );
    assert_eq!(view["statements"].as_array().map(Vec::len), Some(1));
}
