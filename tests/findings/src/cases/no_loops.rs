//! The same statement several times, and yet nothing is to be found.

use sqlx::{Executor, Sqlite, query, query_scalar};

use super::USER;
use crate::app::App;
use crate::case::{Case, case};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        case("four", four),
        case("four_at_once", four_at_once),
        case("from_two_places", from_two_places),
        // In production, where the first of them was asked is not looked for: it could be the fifth of either.
        case("four_from_each_of_two_places", four_from_each_of_two_places).only_in_tests(),
        case("three_from_each_of_three_places", three_from_each_of_three_places),
        case("from_two_given_places", from_two_given_places),
        case("other_statements", other_statements),
        case("transactions", transactions),
        case("other_databases", other_databases),
    ]
}

async fn four(app: App) {
    for id in 1..=4 {
        let _: String = query_scalar(USER).bind(id).fetch_one(&app.db).await.unwrap();
    }
}

async fn four_at_once(app: App) {
    let one = |id: i64| query_scalar::<_, String>(USER).bind(id).fetch_one(&app.db);
    tokio::try_join!(one(1), one(2), one(3), one(4)).unwrap();
}

async fn first(db: impl Executor<'_, Database = Sqlite>, id: i64) -> String {
    query_scalar(USER).bind(id).fetch_one(db).await.unwrap()
}

async fn second(db: impl Executor<'_, Database = Sqlite>, id: i64) -> String {
    query_scalar(USER).bind(id).fetch_one(db).await.unwrap()
}

async fn from_two_places(app: App) {
    for id in 1..=3 {
        first(&app.db, id).await;
        second(&app.db, id).await;
    }
}

async fn third(db: impl Executor<'_, Database = Sqlite>, id: i64) -> String {
    query_scalar(USER).bind(id).fetch_one(db).await.unwrap()
}

async fn four_from_each_of_two_places(app: App) {
    for id in 1..=4 {
        first(&app.db, id).await;
        second(&app.db, id).await;
    }
}

async fn three_from_each_of_three_places(app: App) {
    for id in 1..=3 {
        first(&app.db, id).await;
        second(&app.db, id).await;
        third(&app.db, id).await;
    }
}

async fn from_two_given_places(app: App) {
    for id in 1..=4 {
        first(app.db.here(), id).await;
        second(app.db.here(), id).await;
    }
}

/// Of one table, from one place, and each of them another statement.
async fn other_statements(app: App) {
    let columns = ["id", "name", "country", "id, name", "id, country", "name, country", "id, name, country"];
    for columns in columns {
        let statement = sqlx::AssertSqlSafe(format!("SELECT {columns} FROM users WHERE id = $1"));
        query(statement).bind(1).fetch_one(&app.db).await.unwrap();
    }
}

/// What begins and ends them is not asked for anything.
async fn transactions(app: App) {
    for _ in 0..8 {
        app.db.begin().await.unwrap().commit().await.unwrap();
    }
}

/// One for each region.
async fn other_databases(_: App) {
    for region in ["eu-north", "eu-south", "us-east", "us-west", "asia", "africa"] {
        tachograph::database_call("sqlite", region, USER).parameters(&1).measure(async {}).await;
    }
}
