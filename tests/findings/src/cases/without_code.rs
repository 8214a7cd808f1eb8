//! Pools of sqlx itself, whose queries only the tracing layer sees.

use sqlx::query_scalar;
use tachograph::core::FindingKind;
use tracing::{Instrument, info_span, instrument};

use super::USER;
use crate::app::App;
use crate::case::{Case, case};
use crate::expected::{Expected, finding};

/// SQLite's queries run on a thread of its own, on whose stack the service's code is not; nor are parameters logged.
fn n_plus_one(count: u32) -> Expected {
    finding(FindingKind::NPlusOne, count).of("SELECT users")
}

pub(crate) fn cases() -> Vec<Case> {
    vec![
        case("unmeasured", unmeasured).finds([n_plus_one(12)]),
        case("unmeasured_four_times", unmeasured_four_times),
        case("unmeasured_in_a_span", unmeasured_in_a_span).finds([n_plus_one(12).span("names_of_users")]),
        case("unmeasured_in_a_span_each", unmeasured_in_a_span_each).finds([n_plus_one(6).span("name_of_user")]),
        case("unmeasured_in_a_task", unmeasured_in_a_task).finds([n_plus_one(12).span("names_of_users")]),
        case("unmeasured_deliberate", unmeasured_deliberate)
            .configured(|capture| capture.silence = tachograph::core::Silence::new(["SELECT users"])),
    ]
}

async fn names(db: &sqlx::SqlitePool, count: i64) {
    for id in 1..=count {
        let _: String = query_scalar(USER).bind(id).fetch_one(db).await.unwrap();
    }
}

async fn unmeasured(app: App) {
    names(app.db.inner(), 12).await;
}

async fn unmeasured_four_times(app: App) {
    names(app.db.inner(), 4).await;
}

#[instrument(skip_all)]
async fn names_of_users(db: sqlx::SqlitePool) {
    names(&db, 12).await;
}

async fn unmeasured_in_a_span(app: App) {
    names_of_users(app.db.inner().clone()).await;
}

async fn unmeasured_in_a_span_each(app: App) {
    for id in 1..=6 {
        let user = query_scalar::<_, String>(USER).bind(id).fetch_one(app.db.inner());
        user.instrument(info_span!("name_of_user")).await.unwrap();
    }
}

async fn unmeasured_in_a_task(app: App) {
    tachograph::spawn(names_of_users(app.db.inner().clone())).await.unwrap();
}

async fn unmeasured_deliberate(app: App) {
    names(app.db.inner(), 12).await;
}
