//! Which requests are kept, and for how long.

use std::time::Duration;

use serde_json::Value;
use tachograph_core::Exporter;
use tachograph_page::Settings;

use crate::service::{Shop, Visit};

const LONG: Duration = Duration::from_secs(20);

fn small() -> Shop {
    let mut settings = Settings::default();
    settings.memory_bytes = 1024 * 1024;
    Shop::with(settings)
}

/// How many there are of each class.
fn classes(shop: &Shop) -> [usize; 5] {
    let lists = ["", "&status=503", "&status=error", "&min_ms=1000", "&method=GET"];
    let mut seen: Vec<(String, String)> = Vec::new();
    for filter in lists {
        for sort in ["time", "duration"] {
            let view = shop.json(&format!("/requests.json?window=all&limit=500&sort={sort}{filter}"));
            for one in view["requests"].as_array().unwrap() {
                let text = |member: &str| one[member].as_str().unwrap().to_owned();
                seen.push((text("request_id"), text("kept")));
            }
        }
    }
    seen.sort();
    seen.dedup();
    ["recent", "typical", "flagged", "failed", "slow"]
        .map(|class| seen.iter().filter(|(_, kept)| kept == class).count())
}

#[test]
fn each_is_kept_for_the_best_reason_that_there_is() {
    let shop = Shop::new();
    shop.visit(Visit { own: 1_500_000, status: 503, ..Visit::default() });
    shop.visit(Visit { own: 1_000, status: 503, ..Visit::default() });
    shop.visit(Visit { own: 1_000, status: 404, ..Visit::default() });
    shop.visit(Visit::default());
    let view = shop.json("/requests.json");
    let kept: Vec<&str> =
        view["requests"].as_array().unwrap().iter().map(|one| one["kept"].as_str().unwrap()).collect();
    assert_eq!(kept, ["typical", "flagged", "failed", "slow"]);
}

#[test]
fn what_goes_first_is_recent_and_what_goes_last_is_slow() {
    let shop = small();
    let mut last = [usize::MAX; 5];
    // Each of these has a hundred calls, to fill what memory there is.
    for _ in 0..12 {
        for (own, status, queries) in [(1_500_000, 200, 90), (1000, 503, 90), (1000, 404, 30), (1000, 200, 0)] {
            shop.visit(Visit { own, status, queries, ..Visit::default() });
            assert!(shop.page.flush(LONG));
        }
        shop.clock.advance(Duration::from_secs(1));
    }
    let before = classes(&shop);
    assert!(before[2] > 0 && before[3] == 12 && before[4] == 12, "{before:?}");
    for round in 0..400 {
        shop.visit(Visit { own: 1_500_000, queries: 90, ..Visit::default() });
        assert!(shop.page.flush(LONG));
        if round % 20 != 0 {
            continue;
        }
        let now = classes(&shop);
        for class in 0..4 {
            assert!(now[class] <= last[class], "{now:?} after {last:?}");
            if now[class] < last[class] && last[class] != usize::MAX {
                let lower = &now[..class];
                assert!(lower.iter().all(|count| *count == 0), "a better one went first: {now:?} after {last:?}");
            }
        }
        last = now;
    }
    assert_eq!(&last[..4], [0, 0, 0, 0]);
    assert!(last[4] > 20, "{last:?}");
    let status = shop.json("/status.json");
    assert!(status["dropped"]["requests_given_up"].as_u64().unwrap() > 0);
    // Counted they still are.
    let view = shop.json("/endpoints.json?window=all&status=404");
    assert_eq!(view["total"]["requests"], 12);
}

#[test]
fn the_slowest_of_an_endpoint_is_kept_however_busy_it_is() {
    let shop = Shop::new();
    for number in 0..5000 {
        let own = if number == 3333 { 90_000 } else { 1000 + number % 7 };
        shop.visit(Visit { own, ..Visit::default() });
    }
    let view = shop.json("/endpoint.json?method=GET&route=/orders/{id}&window=all");
    assert_eq!((&view["worst"]["duration_ms"], &view["endpoint"]["slowest_ms"]), (&90.into(), &90.into()));
    let shown = shop.json("/requests.json?window=all&limit=500");
    assert_eq!(shown["requests"].as_array().unwrap().len() as u64 + shown["more"].as_u64().unwrap(), 5000);
    assert!(shown["requests"].as_array().unwrap().len() < 100, "what one thread keeps until it is taken is bounded");
}

#[test]
fn of_an_endpoint_that_is_seldom_asked_something_is_kept() {
    let shop = Shop::new();
    for _ in 0..1000 {
        shop.visit(Visit::default());
    }
    shop.visit(Visit { route: Some("/seldom"), path: "/seldom", ..Visit::default() });
    let view = shop.json("/endpoint.json?method=GET&route=/seldom");
    assert_eq!(view["typical"]["path"], "/seldom");
}

#[test]
fn a_typical_one_is_kept_when_those_of_its_time_are_gone() {
    let shop = small();
    let mut random = fastrand::Rng::with_seed(7);
    for round in 0..500 {
        for _ in 0..20 {
            // At last all are slow, so that no other is among the last ones.
            let own = if round < 400 { random.u64(1000..2000) } else { 1990 };
            shop.visit(Visit { own, queries: 4, query: 1, ..Visit::default() });
        }
        shop.clock.advance(Duration::from_millis(500));
        assert!(shop.page.flush(LONG));
    }
    let view = shop.json("/endpoint.json?method=GET&route=/orders/{id}&window=300");
    let (typical, median) = (&view["typical"], view["endpoint"]["p50_ms"].as_f64().unwrap());
    assert!((1.5..1.7).contains(&median), "{median}");
    assert!((typical["duration_ms"].as_f64().unwrap() - median).abs() < 0.2, "{typical} is like {median}");
    assert_eq!(typical["kept"], "typical");
    assert_eq!(typical["calls"].as_array().unwrap().len(), 4);
}

#[test]
fn what_is_unremarkable_is_forgotten_after_an_hour() {
    let shop = Shop::new();
    shop.visit(Visit::default());
    shop.visit(Visit { own: 1_500_000, ..Visit::default() });
    let ids = |shop: &Shop| -> Vec<Value> {
        let view = shop.json("/requests.json?window=all");
        view["requests"].as_array().unwrap().iter().map(|one| one["kept"].clone()).collect()
    };
    assert_eq!(ids(&shop), ["slow", "typical"]);
    shop.clock.advance(Duration::from_secs(3700));
    assert_eq!(ids(&shop), ["slow"]);
    assert!(shop.json("/requests.json?window=3600")["requests"].as_array().unwrap().is_empty());
}

#[test]
fn a_record_is_not_held_for_longer_than_it_takes_to_look_at_it() {
    let shop = Shop::new();
    shop.visit(Visit::default());
    assert!(shop.page.flush(LONG));
    shop.forget_records();
    let page = shop.page.clone();
    let weak = shop.handle.downgrade();
    drop(shop);
    drop(page);
    assert!(weak.upgrade().is_none(), "what is kept keeps no instance");
}
