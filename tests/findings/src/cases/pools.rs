//! Waiting for connections.

use futures_util::future::join_all;
use sqlx::query_scalar;
use tachograph::core::FindingKind;

use super::{USER, n_plus_one, slow_request};
use crate::app::App;
use crate::case::{Case, case};
use crate::expected::{Expected, finding, place};

fn at(mark: &str) -> String {
    place("cases/pools.rs", include_str!("pools.rs"), mark)
}

fn connection_wait(waits: u32) -> Expected {
    finding(FindingKind::ConnectionWait, waits).pool("shop")
}

pub(crate) fn cases() -> Vec<Case> {
    vec![
        case("held_by_another", held_by_another)
            .connections(1)
            .finds([connection_wait(1).costs(150)])
            .verdict("100% waiting for a connection of shop (pool exhausted)"),
        case("held_for_less", held_for_less).connections(1),
        case("held_for_a_loop", held_for_a_loop)
            .connections(1)
            .finds([connection_wait(6).costs(150), n_plus_one(6).at(at("held_for_a_loop"))]),
        case("held_for_all_at_once", held_for_all_at_once)
            .connections(1)
            .finds([connection_wait(6).costs(150), n_plus_one(6).at(at("held_for_all_at_once"))]),
        case("held_for_a_transaction", held_for_a_transaction).connections(1).finds([connection_wait(1).costs(200)]),
        case("held_long", held_long).connections(1).finds([connection_wait(1).costs(1500), slow_request(1500)]),
        case("held_while_another_call_runs", held_while_another_call_runs)
            .connections(1)
            .finds([connection_wait(1).costs(150)]),
        case("not_all_held", not_all_held).connections(2),
    ]
}

async fn held_by_another(app: App) {
    app.somebody_holds_a_connection(150).await;
    let _: String = query_scalar(USER).bind(7).fetch_one(&app.db).await.unwrap();
}

async fn held_for_less(app: App) {
    app.somebody_holds_a_connection(99).await;
    let _: String = query_scalar(USER).bind(7).fetch_one(&app.db).await.unwrap();
}

async fn held_for_a_loop(app: App) {
    app.somebody_holds_a_connection(150).await;
    for id in 1..=6 {
        let _: String = query_scalar(USER).bind(id).fetch_one(&app.db).await.unwrap(); // @held_for_a_loop
    }
}

/// All of them wait at the same time.
async fn held_for_all_at_once(app: App) {
    app.somebody_holds_a_connection(150).await;
    let one = async |id: i64| {
        let _: String = query_scalar(USER).bind(id).fetch_one(&app.db).await.unwrap(); // @held_for_all_at_once
    };
    join_all((1..=6).map(one)).await;
}

async fn held_for_a_transaction(app: App) {
    app.somebody_holds_a_connection(200).await;
    let mut transaction = app.db.begin().await.unwrap();
    let _: String = query_scalar(USER).bind(7).fetch_one(&mut *transaction).await.unwrap();
    transaction.commit().await.unwrap();
}

async fn held_long(app: App) {
    app.somebody_holds_a_connection(1500).await;
    let _: String = query_scalar(USER).bind(7).fetch_one(&app.db).await.unwrap();
}

/// What the other call takes until the connection is there is not the wait's alone; both began at once, and the wait goes
/// before.
async fn held_while_another_call_runs(app: App) {
    app.somebody_holds_a_connection(150).await;
    let user = query_scalar::<_, String>(USER).bind(7).fetch_one(&app.db);
    let (user, ()) = tokio::join!(user, app.ask("GET", "rates.example", "/rates", 140));
    user.unwrap();
}

async fn not_all_held(app: App) {
    app.somebody_holds_a_connection(150).await;
    let _: String = query_scalar(USER).bind(7).fetch_one(&app.db).await.unwrap();
}
