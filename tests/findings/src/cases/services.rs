//! Other services, and caches.

use futures_util::future::join_all;
use tachograph::core::FindingKind;
use tachograph::{external_call, request};

use super::slow_request;
use crate::app::App;
use crate::case::{Case, case};
use crate::expected::{Expected, finding, place};

fn at(mark: &str) -> String {
    place("cases/services.rs", include_str!("services.rs"), mark)
}

fn external_loop(count: u32) -> Expected {
    finding(FindingKind::ExternalNPlusOne, count).of("GET")
}

fn misses(count: u32) -> Expected {
    finding(FindingKind::CacheMisses, count)
}

pub(crate) fn cases() -> Vec<Case> {
    vec![
        case("slow_service", slow_service)
            .finds([
                finding(FindingKind::SlowExternalCall, 1).of("GET").at(at("slow_service")).costs(1200),
                slow_request(1500),
            ])
            .verdict(format!(
                "80% external calls: GET partner.example at {}, 1200 ms (slow); 20% own code",
                at("slow_service")
            )),
        case("just_slow_service", just_slow_service).finds([
            finding(FindingKind::SlowExternalCall, 1).of("GET").at(at("just_slow_service")).costs(1000),
            slow_request(1000),
        ]),
        case("service_that_is_not_slow", service_that_is_not_slow),
        case("service_in_a_loop", service_in_a_loop)
            .finds([external_loop(10).at(at("service_in_a_loop")).costs(50).slowest(5)]),
        case("service_nine_times", service_nine_times),
        case("service_at_once", service_at_once).finds([external_loop(10)
            .at(at("service_at_once"))
            .costs(20)
            .total(200)
            .slowest(20)]),
        case("service_from_two_places", service_from_two_places),
        case("ten_services", ten_services),
        case("ten_operations", ten_operations),
        case("procedure_in_a_loop", procedure_in_a_loop).finds([finding(FindingKind::ExternalNPlusOne, 12)
            .of("GetItem")
            .at(at("procedure_in_a_loop"))
            .costs(60)
            .slowest(5)]),
        case("many_misses", many_misses).finds([misses(10).of("GET").at(at("many_misses")).costs(20).slowest(1)]),
        case("nine_misses", nine_misses),
        case("more_hits_than_misses", more_hits_than_misses),
        case("only_misses", only_misses).finds([misses(30).of("GET").at(at("only_misses")).costs(30).slowest(1)]),
        case("misses_that_are_told", misses_that_are_told).finds([misses(12).of("lookup")]),
    ]
}

async fn slow_service(app: App) {
    app.ask("GET", "partner.example", "/rates", 1200).await; // @slow_service
    for _ in 0..5 {
        app.pass(0).await;
        app.work(60);
        tokio::task::yield_now().await;
    }
}

async fn just_slow_service(app: App) {
    app.ask("GET", "partner.example", "/rates", 1000).await; // @just_slow_service
}

async fn service_that_is_not_slow(app: App) {
    app.ask("GET", "partner.example", "/rates", 999).await;
}

async fn service_in_a_loop(app: App) {
    for id in 1..=10 {
        app.ask("GET", "partner.example", &format!("/users/{id}"), 5).await; // @service_in_a_loop
    }
}

async fn service_nine_times(app: App) {
    for id in 1..=9 {
        app.ask("GET", "partner.example", &format!("/users/{id}"), 5).await;
    }
}

async fn service_at_once(app: App) {
    let one = |id: i64| app.ask("GET", "partner.example", &format!("/users/{id}"), 20); // @service_at_once
    join_all((1..=10).map(one)).await;
}

async fn service_from_two_places(app: App) {
    for id in 1..=5 {
        app.ask("GET", "partner.example", &format!("/users/{id}"), 5).await;
        app.ask("GET", "partner.example", &format!("/orders/{id}"), 5).await;
    }
}

async fn ten_services(app: App) {
    for region in 0..10 {
        app.ask("GET", &format!("region-{region}.example"), "/state", 5).await;
    }
}

async fn ten_operations(_: App) {
    let operations = ["Get", "Put", "List", "Copy", "Head", "Tag", "Untag", "Lock", "Move", "Touch"];
    for operation in operations {
        external_call("storage.example", operation).measure(async {}).await;
    }
}

async fn procedure_in_a_loop(app: App) {
    for _ in 0..12 {
        external_call("DynamoDB", "GetItem").measure(app.pass(5)).await; // @procedure_in_a_loop
    }
}

/// As many as it had.
async fn many_misses(app: App) {
    for time in 0..20 {
        app.look_up(time % 2 == 0).await; // @many_misses
    }
}

async fn nine_misses(app: App) {
    for _ in 0..9 {
        app.look_up(false).await;
    }
}

async fn more_hits_than_misses(app: App) {
    for time in 0..21 {
        app.look_up(time % 2 == 0).await;
    }
}

async fn only_misses(app: App) {
    for _ in 0..30 {
        app.look_up(false).await; // @only_misses
    }
}

async fn misses_that_are_told(_: App) {
    for _ in 0..12 {
        request().cache_miss("prices").cache_hit("prices");
    }
}
