//! Threads that are kept from others, and time that goes to nothing known.

use tachograph::core::FindingKind;
use tracing::{Instrument, info_span, instrument};

use super::{USER, slow_request};
use crate::app::App;
use crate::case::{Case, case};
use crate::expected::{Expected, finding, place};

fn at(mark: &str) -> String {
    place("cases/polls.rs", include_str!("polls.rs"), mark)
}

fn blocking(millis: u64) -> Expected {
    finding(FindingKind::Blocking, 1).costs(millis)
}

fn waiting(millis: u64) -> Expected {
    finding(FindingKind::Waiting, 1).costs(millis)
}

pub(crate) fn cases() -> Vec<Case> {
    vec![
        case("blocks", blocks).finds([blocking(150)]).verdict("100% own code: one poll of 150 ms (blocks its thread)"),
        case("just_blocks", just_blocks).finds([blocking(100)]),
        case("does_not_block", does_not_block),
        case("works_in_parts", works_in_parts),
        case("blocks_in_a_query", blocks_in_a_query).finds([blocking(200)]),
        case("works_long", works_long).finds([slow_request(1_080)]),
        case("waits", waits).finds([waiting(600)]).verdict("100% waiting for what is not measured"),
        case("waits_in_a_span", waits_in_a_span).finds([waiting(700).span("reserve_stock")]),
        case("waits_in_a_span_inside", waits_in_a_span_inside).finds([waiting(700).span("lock")]),
        case("waits_enough", waits_enough).finds([waiting(500)]),
        case("waits_too_little", waits_too_little),
        case("waits_as_it_should", waits_as_it_should),
        case("waits_for_the_lesser_part", waits_for_the_lesser_part).finds([
            finding(FindingKind::SlowQuery, 1).of("SELECT users").at(at("the lesser part")).costs(501),
            slow_request(1_001),
        ]),
        case("waits_for_a_call_of_another_kind", waits_for_a_call_of_another_kind).finds([waiting(600)]),
    ]
}

async fn blocks(app: App) {
    app.work(150);
}

async fn just_blocks(app: App) {
    app.work(100);
}

async fn does_not_block(app: App) {
    app.work(99);
}

async fn works_in_parts(app: App) {
    for _ in 0..4 {
        app.work(99);
        tokio::task::yield_now().await;
    }
}

/// A driver that does not wait, but works.
async fn blocks_in_a_query(app: App) {
    tachograph::database_call("sqlite", "shop", USER).measure(async { app.work(200) }).await;
}

/// Nothing that is known is to blame.
async fn works_long(app: App) {
    for _ in 0..12 {
        app.work(90);
        tokio::task::yield_now().await;
    }
}

async fn waits(app: App) {
    app.pass(600).await;
}

async fn waits_in_a_span(app: App) {
    app.pass(100).instrument(info_span!("load_cart")).await;
    reserve_stock(&app).await;
}

#[instrument(skip_all)]
async fn reserve_stock(app: &App) {
    app.pass(600).await;
}

async fn waits_in_a_span_inside(app: App) {
    let inside = async {
        app.pass(100).await;
        app.pass(600).instrument(info_span!("lock")).await;
    };
    inside.instrument(info_span!("reserve_stock")).await;
}

async fn waits_enough(app: App) {
    app.pass(500).await;
}

async fn waits_too_little(app: App) {
    app.pass(499).await;
}

/// A client asks for news, and is answered when there are some.
async fn waits_as_it_should(app: App) {
    tachograph::request().allow(FindingKind::Waiting).allow(FindingKind::SlowRequest);
    app.pass(25_000).await;
}

async fn waits_for_the_lesser_part(app: App) {
    app.query_of(USER, 7, 501).await; // @the lesser part
    app.pass(500).await;
}

/// It is timed, but nobody knows what for.
async fn waits_for_a_call_of_another_kind(app: App) {
    tachograph::other_call("queue", "pop").measure(app.pass(600)).await;
}
