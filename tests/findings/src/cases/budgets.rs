//! Slow queries, and too many of them.

use std::time::Duration;

use sqlx::{AssertSqlSafe, query_scalar};
use tachograph::core::{FindingKind, Operation, start_call};
use tokio::join;

use super::{USER, n_plus_one, slow_request};
use crate::app::App;
use crate::case::{Case, case};
use crate::expected::{Expected, finding, place};

fn at(mark: &str) -> String {
    place("cases/budgets.rs", include_str!("budgets.rs"), mark)
}

fn slow_query(count: u32) -> Expected {
    finding(FindingKind::SlowQuery, count).of("SELECT users")
}

pub(crate) fn cases() -> Vec<Case> {
    vec![
        case("slow_query", slow)
            .finds([slow_query(1).at(at("slow")).costs(600)])
            .verdict(format!("100% database: SELECT users at {}, 600 ms (slow query)", at("slow"))),
        case("slow_without_a_word", slow_without_a_word)
            .finds([slow_query(1).at(at("slow_without_a_word")).costs(600)]),
        case("just_slow", just_slow).finds([slow_query(1).at(at("just_slow")).costs(500)]),
        case("not_slow", not_slow),
        case("slow_twice", slow_twice)
            .finds([slow_query(2).at(at("slow_twice")).costs(1100).slowest(600), slow_request(1105)]),
        case("slow_twice_at_once", slow_twice_at_once).finds([slow_query(2)
            .at(at("slow_twice_at_once"))
            .costs(600)
            .total(1100)
            .slowest(600)]),
        case("slow_at_two_places", slow_at_two_places).finds([
            slow_query(1).at(at("slow_at_two_places first")).costs(500),
            slow_query(1).at(at("slow_at_two_places second")).costs(501),
            slow_request(1001),
        ]),
        case("slow_transaction", slow_transaction),
        case("slow_in_a_loop", slow_in_a_loop).finds([
            slow_query(1).at(at("slow_in_a_loop")).costs(500),
            n_plus_one(6).at(at("slow_in_a_loop")).costs(550).slowest(500),
        ]),
        case("twenty_queries", twenty_queries),
        case("twenty_one_queries", twenty_one_queries).finds([finding(FindingKind::TooManyQueries, 21)]),
        case("twenty_queries_and_a_transaction", twenty_queries_and_a_transaction),
        case("a_loop_beyond_the_budget", a_loop_beyond_the_budget)
            .finds([n_plus_one(25).at(at("a_loop_beyond_the_budget")), finding(FindingKind::TooManyQueries, 25)]),
        case("budget_of_the_route", four_queries)
            .configured(|capture| {
                let mut own = capture.thresholds.clone();
                own.max_queries = 3;
                capture.routes.set("GET /budget_of_the_route", own);
            })
            .finds([finding(FindingKind::TooManyQueries, 4).limit(3)]),
        case("budget_of_the_service", four_queries)
            .configured(|capture| capture.thresholds.max_queries = 3)
            .finds([finding(FindingKind::TooManyQueries, 4).limit(3)]),
        case("greater_budget_of_the_route", twenty_one_queries).configured(|capture| {
            let mut own = capture.thresholds.clone();
            own.max_queries = 21;
            capture.routes.set("/greater_budget_of_the_route", own);
        }),
        case("quiet_where_more_is_allowed", slow)
            .configured(|capture| capture.thresholds.warning = Duration::from_secs(1))
            .finds([slow_query(1).at(at("slow")).costs(600)]),
        case("costly_budget", costly_budget).finds([finding(FindingKind::TooManyQueries, 21).costs(63).slowest(3)]),
        case("slow_request_of_the_route", not_slow)
            .configured(|capture| {
                let mut own = capture.thresholds.clone();
                own.slow_request = Duration::from_millis(250);
                capture.routes.set("GET /slow_request_of_the_route", own);
            })
            .finds([slow_request(499).limit(250)]),
    ]
}

async fn slow(app: App) {
    app.query_of(USER, 7, 600).await; // @slow
}

/// Nobody says where it is, and it is made once.
async fn slow_without_a_word(app: App) {
    let asked = Operation::database("sqlite", "shop", USER);
    drop((start_call(asked, None), app.pass(600).await)); // @slow_without_a_word
}

async fn just_slow(app: App) {
    app.query_of(USER, 7, 500).await; // @just_slow
}

async fn not_slow(app: App) {
    app.query_of(USER, 7, 499).await;
}

async fn slow_twice(app: App) {
    for millis in [600, 5, 500] {
        app.query_of(USER, 7, millis).await; // @slow_twice
    }
}

async fn slow_twice_at_once(app: App) {
    let one = |id, millis| app.query_of(USER, id, millis); // @slow_twice_at_once
    join!(one(1, 600), one(2, 500));
}

async fn slow_at_two_places(app: App) {
    app.query_of(USER, 7, 500).await; // @slow_at_two_places first
    app.query_of(USER, 7, 501).await; // @slow_at_two_places second
}

/// It takes long by itself, but none of its queries does.
async fn slow_transaction(app: App) {
    app.query("BEGIN", 0).await;
    app.query_of("UPDATE orders SET total = 0 WHERE id = $1", 7, 300).await;
    app.query_of("DELETE FROM sessions WHERE user_id = $1", 7, 300).await;
    app.query("COMMIT", 20).await;
}

async fn slow_in_a_loop(app: App) {
    for (id, millis) in (1..).zip([10, 10, 500, 10, 10, 10]) {
        app.query_of(USER, id, millis).await; // @slow_in_a_loop
    }
}

/// Each is another statement.
async fn queries(app: &App, count: usize) {
    for number in 0..count {
        let statement = AssertSqlSafe(format!("SELECT total AS total_{number} FROM orders WHERE id = $1"));
        let _: i64 = query_scalar(statement).bind(7).fetch_one(&app.db).await.unwrap();
    }
}

async fn twenty_queries(app: App) {
    queries(&app, 20).await;
}

async fn twenty_one_queries(app: App) {
    queries(&app, 21).await;
}

async fn four_queries(app: App) {
    queries(&app, 4).await;
}

/// What begins and ends a transaction is no query.
async fn twenty_queries_and_a_transaction(app: App) {
    queries(&app, 20).await;
    app.db.begin().await.unwrap().commit().await.unwrap();
}

async fn a_loop_beyond_the_budget(app: App) {
    for id in 1..=25 {
        let _: String = query_scalar(USER).bind(id).fetch_one(&app.db).await.unwrap(); // @a_loop_beyond_the_budget
    }
}

async fn costly_budget(app: App) {
    for number in 0..21 {
        app.query(&format!("SELECT total AS total_{number} FROM orders"), 3).await;
    }
}
