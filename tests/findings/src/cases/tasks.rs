//! Tasks have findings of their own.

use std::time::Duration;

use sqlx::query_scalar;
use tachograph::core::FindingKind;

use super::{USER, n_plus_one, slow_request};
use crate::app::App;
use crate::case::{Case, case};
use crate::expected::{finding, place};

fn at(mark: &str) -> String {
    place("cases/tasks.rs", include_str!("tasks.rs"), mark)
}

pub(crate) fn cases() -> Vec<Case> {
    vec![
        case("task_with_a_loop", task_with_a_loop).finds_in_tasks([n_plus_one(12).at(at("task_with_a_loop"))]),
        case("task_that_was_spawned", task_that_was_spawned)
            .finds_in_tasks([n_plus_one(12).at(at("task_that_was_spawned"))]),
        case("loop_divided_between_two", loop_divided_between_two),
        case("task_with_a_slow_query", task_with_a_slow_query).finds_in_tasks([finding(FindingKind::SlowQuery, 1)
            .of("SELECT users")
            .at(at("task_with_a_slow_query"))
            .costs(700)]),
        case("task_that_takes_its_time", task_that_takes_its_time),
        case("task_that_may_not", task_that_takes_its_time)
            .configured(|capture| {
                let mut own = capture.thresholds.clone();
                own.slow_request = Duration::from_millis(5_000);
                own.max_queries = 30;
                capture.routes.set("rollup", own);
            })
            .finds_in_tasks([
                finding(FindingKind::Waiting, 1).costs(9_000),
                finding(FindingKind::TooManyQueries, 31).limit(30),
                slow_request(9_000).limit(5_000),
            ]),
        case("task_that_is_silenced", task_with_a_loop).configured(|capture| {
            let mut own = capture.thresholds.clone();
            own.switch_off(FindingKind::NPlusOne);
            capture.routes.set("rollup", own);
        }),
    ]
}

/// It is the task's, though the request waits for it.
async fn task_with_a_loop(app: App) {
    tachograph::task("rollup", async {
        for id in 1..=12 {
            let _: String = query_scalar(USER).bind(id).fetch_one(&app.db).await.unwrap(); // @task_with_a_loop
        }
    })
    .await;
}

async fn task_that_was_spawned(app: App) {
    let task = tachograph::task("rollup", async move {
        for id in 1..=12 {
            let _: String = query_scalar(USER).bind(id).fetch_one(&app.db).await.unwrap(); // @task_that_was_spawned
        }
    });
    tokio::spawn(task).await.unwrap();
}

/// Four are the request's and four the task's.
async fn loop_divided_between_two(app: App) {
    let half = async |from: i64| {
        for id in from..from + 4 {
            let _: String = query_scalar(USER).bind(id).fetch_one(&app.db).await.unwrap();
        }
    };
    half(1).await;
    tachograph::task("rollup", half(5)).await;
}

/// The request does not wait for it.
async fn task_with_a_slow_query(app: App) {
    tokio::spawn(tachograph::task("rollup", async move {
        app.query_of(USER, 7, 700).await; // @task_with_a_slow_query
    }));
}

/// Nobody waits for it.
async fn task_that_takes_its_time(app: App) {
    tokio::spawn(tachograph::task("rollup", async move {
        for number in 0..31 {
            app.query(&format!("SELECT total AS total_{number} FROM orders"), 0).await;
        }
        app.pass(9_000).await;
    }));
}
