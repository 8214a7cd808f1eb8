//! Hours that pass.

use std::time::Duration;

use serde_json::Value;
use tachograph_core::Exporter;
use tachograph_page::Settings;

use crate::service::{Shop, Visit};

fn visits(view: &Value) -> u64 {
    view["total"]["requests"].as_u64().unwrap()
}

/// One request every two seconds, from the beginning of a slot.
fn every_two_seconds(shop: &Shop, seconds: u64) {
    for _ in 0..seconds / 20 {
        for _ in 0..10 {
            shop.clock.advance(Duration::from_secs(2));
            shop.visit(Visit { own: 0, ..Visit::default() });
        }
        assert!(shop.page.flush(Duration::from_secs(20)));
    }
}

#[test]
fn a_window_begins_with_the_slot_that_its_beginning_is_in() {
    let shop = Shop::new();
    every_two_seconds(&shop, 7200);
    for (window, slot) in [("60", 10), ("300", 10), ("900", 60), ("3600", 60)] {
        let view = shop.json(&format!("/endpoints.json?window={window}"));
        let (now, from) = (view["now"].as_u64().unwrap() / 1000, view["from"].as_u64().unwrap() / 1000);
        let seconds: u64 = window.parse().unwrap();
        assert!((now - seconds - slot..=now - seconds).contains(&from), "{window}: {}", now - from);
        assert_eq!(from % slot, 0);
        let begins = std::time::UNIX_EPOCH + Duration::from_secs(from);
        let recorded = shop.records().into_iter().filter(|record| record.ended() >= begins);
        assert_eq!(visits(&view), recorded.count() as u64, "{window}");
        let rate = view["total"]["rate"].as_f64().unwrap();
        assert!((rate - 0.5).abs() < 0.02, "{rate}");
        assert_eq!(view["window_s"].as_f64().unwrap(), (now - from) as f64);
    }
}

#[test]
fn an_hour_is_held_in_slots_that_become_longer() {
    let shop = Shop::new();
    every_two_seconds(&shop, 3 * 3600);
    let view = shop.json("/endpoint.json?method=GET&route=/orders/{id}&window=all");
    let timeline = view["timeline"].as_array().unwrap();
    let now = view["now"].as_u64().unwrap();
    let mut next = timeline[0]["at"].as_u64().unwrap();
    for slot in timeline {
        let (at, seconds) = (slot["at"].as_u64().unwrap(), slot["seconds"].as_u64().unwrap());
        assert_eq!(at, next, "no moment is in two slots, nor in none");
        // The last one has only just begun.
        if at + seconds * 1000 <= now {
            assert_eq!(slot["requests"].as_u64().unwrap(), seconds / 2, "{slot}");
        }
        let age = (now - at) / 1000;
        assert!(seconds == if age > 660 { 60 } else { 10 } || (600..=660).contains(&age), "{seconds} s, {age} s ago");
        next = at + seconds * 1000;
    }
    let held = view["window_s"].as_f64().unwrap();
    assert!((3600.0..=3660.0).contains(&held), "{held}");
    assert_eq!(view["from"], timeline[0]["at"]);
    let status = shop.json("/status.json");
    assert_eq!(status["window_s"].as_f64().unwrap(), held);
    assert_eq!(status["requests_seen"], 3 * 1800);
}

#[test]
fn a_window_is_no_longer_than_the_service_runs() {
    let shop = Shop::new();
    shop.clock.advance(Duration::from_secs(5));
    for _ in 0..10 {
        shop.visit(Visit { own: 500_000, ..Visit::default() });
    }
    let view = shop.json("/endpoints.json");
    assert_eq!(view["window_s"], 10);
    assert_eq!(view["total"]["rate"], 1);
}

#[test]
fn what_nobody_asked_for_since_is_still_counted_in_its_own_slot() {
    let shop = Shop::new();
    shop.visit(Visit::default());
    shop.clock.advance(Duration::from_secs(30));
    shop.visit(Visit::default());
    shop.clock.advance(Duration::from_secs(60));
    shop.visit(Visit::default());
    // Only now somebody looks.
    assert_eq!(visits(&shop.json("/endpoints.json?window=60")), 2);
    assert_eq!(visits(&shop.json("/endpoints.json?window=300")), 3);
    shop.clock.advance(Duration::from_secs(70));
    assert_eq!(visits(&shop.json("/endpoints.json?window=60")), 0);
    assert_eq!(visits(&shop.json("/endpoints.json?window=all")), 3);
    shop.clock.advance(Duration::from_secs(3600));
    assert_eq!(visits(&shop.json("/endpoints.json?window=all")), 0);
}

#[test]
fn idle_time_is_time_too() {
    let shop = Shop::new();
    shop.clock.advance(Duration::from_secs(899));
    shop.visit(Visit { own: 1_000_000, ..Visit::default() });
    let view = shop.json("/endpoints.json?window=900");
    assert_eq!(view["window_s"], 900);
    assert!((view["total"]["rate"].as_f64().unwrap() - 1.0 / 900.0).abs() < 1e-6);
}

#[test]
fn names_that_are_gone_make_room_for_others() {
    let mut settings = Settings::default();
    settings.memory_bytes = 1024 * 1024;
    let shop = Shop::with(settings);
    for hour in 0..6 {
        for number in 0..80 {
            let route = format!("/{hour}/{number}/{}", "long".repeat(100));
            shop.visit(Visit { route: Some(&route), ..Visit::default() });
            assert!(shop.page.flush(Duration::from_secs(20)));
        }
        let view = shop.json("/endpoints.json?window=all");
        let rows = view["endpoints"].as_array().unwrap();
        let mine = rows.iter().filter(|row| row["route"].as_str().unwrap().starts_with(&format!("/{hour}/")));
        assert_eq!(mine.count(), 80, "{hour}");
        assert!(rows.iter().all(|row| row["route"] != "_overflow"), "{hour}");
        shop.clock.advance(Duration::from_secs(3700));
    }
}

#[test]
fn what_does_not_fit_is_given_up_from_the_oldest_on() {
    let mut settings = Settings::default();
    settings.memory_bytes = 1024 * 1024;
    let shop = Shop::with(settings);
    for minute in 0..60 {
        for number in 0..60 {
            let route = format!("/{}/{}", minute % 3, number);
            shop.visit(Visit { route: Some(&route), own: 1000 + number * 100, ..Visit::default() });
            shop.clock.advance(Duration::from_millis(900));
        }
        assert!(shop.page.flush(Duration::from_secs(20)));
    }
    let view = shop.json("/endpoints.json?window=all");
    let held = view["window_s"].as_f64().unwrap();
    let status = shop.json("/status.json");
    assert!((300.0..3500.0).contains(&held), "{held}");
    assert!(status["dropped"]["slots_given_up"].as_u64().unwrap() > 0, "{status}");
    assert_eq!(status["window_s"].as_f64().unwrap(), held);
    let begins = std::time::UNIX_EPOCH + Duration::from_millis(view["from"].as_u64().unwrap());
    let recorded = shop.records().into_iter().filter(|record| record.ended() >= begins).count();
    assert_eq!(visits(&view), recorded as u64, "of the time that is held, everything is there");
}
