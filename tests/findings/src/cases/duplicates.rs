//! One statement with the same parameters again and again.

use futures_util::future::join_all;
use sqlx::{AssertSqlSafe, query, query_scalar};
use tachograph::core::FindingKind;

use super::{USER, n_plus_one};
use crate::app::App;
use crate::case::{Case, case};
use crate::expected::{Expected, finding, place};

fn at(mark: &str) -> String {
    place("cases/duplicates.rs", include_str!("duplicates.rs"), mark)
}

fn duplicates(count: u32) -> Expected {
    finding(FindingKind::DuplicateQuery, count).of("SELECT users").distinct(1)
}

pub(crate) fn cases() -> Vec<Case> {
    vec![
        case("same", same).finds([duplicates(5).at(at("same"))]),
        case("same_four_times", same_four_times),
        case("same_at_once", same_at_once).finds([duplicates(6).at(at("same_at_once"))]),
        case("same_literals", same_literals).finds([duplicates(5).at(at("same_literals"))]),
        case("same_texts", same_texts).finds([duplicates(5).at(at("same_texts"))]),
        case("nothing_given", nothing_given)
            .finds([finding(FindingKind::DuplicateQuery, 6).of("SELECT settings").distinct(1).at(at("nothing_given"))]),
        case("same_of_two_values", same_of_two_values).finds([duplicates(5).at(at("same_of_two_values"))]),
        case("same_but_one", same_but_one).finds([n_plus_one(6).distinct(2).at(at("same_but_one"))]),
        case("same_but_one_literal", same_but_one_literal)
            .finds([n_plus_one(6).distinct(6).at(at("same_but_one_literal"))]),
        case("same_in_another_order", same_in_another_order)
            .finds([n_plus_one(6).distinct(2).at(at("same_in_another_order"))]),
        case("same_in_turn", same_in_turn).finds([duplicates(6).at(at("same_in_turn")).costs(60).slowest(10)]),
        case("same_with_nothing_known", same_with_nothing_known)
            .finds([finding(FindingKind::NPlusOne, 6).of("SELECT users").at(at("same_with_nothing_known"))]),
    ]
}

async fn same(app: App) {
    for _ in 0..5 {
        let _: String = query_scalar(USER).bind(7).fetch_one(&app.db).await.unwrap(); // @same
    }
}

async fn same_four_times(app: App) {
    for _ in 0..4 {
        let _: String = query_scalar(USER).bind(7).fetch_one(&app.db).await.unwrap();
    }
}

async fn same_at_once(app: App) {
    let one = async |_| {
        let _: String = query_scalar(USER).bind(7).fetch_one(&app.db).await.unwrap(); // @same_at_once
    };
    join_all((0..6).map(one)).await;
}

async fn same_literals(app: App) {
    for _ in 0..5 {
        let user = query_scalar(AssertSqlSafe("SELECT name FROM users WHERE id = 7".to_owned()));
        let _: String = user.fetch_one(&app.db).await.unwrap(); // @same_literals
    }
}

async fn same_texts(app: App) {
    for _ in 0..5 {
        let users = query("SELECT id FROM users WHERE name = $1").bind("user 7");
        users.fetch_one(&app.db).await.unwrap(); // @same_texts
    }
}

async fn nothing_given(app: App) {
    for _ in 0..6 {
        query("SELECT key, value FROM settings").fetch_all(&app.db).await.unwrap(); // @nothing_given
    }
}

async fn same_of_two_values(app: App) {
    for _ in 0..5 {
        let users = query("SELECT id FROM users WHERE name = $1 AND country = $2").bind("user 7").bind("FR");
        users.fetch_one(&app.db).await.unwrap(); // @same_of_two_values
    }
}

async fn same_but_one(app: App) {
    for id in [7, 7, 7, 8, 7, 7] {
        let _: String = query_scalar(USER).bind(id).fetch_one(&app.db).await.unwrap(); // @same_but_one
    }
}

/// What is bound is the same, and what stands in the text is not.
async fn same_but_one_literal(app: App) {
    for limit in 1..=6 {
        let statement = AssertSqlSafe(format!("SELECT id FROM users WHERE country = $1 LIMIT {limit}"));
        query(statement).bind("FR").fetch_all(&app.db).await.unwrap(); // @same_but_one_literal
    }
}

async fn same_in_another_order(app: App) {
    for (name, country) in
        [("FR", "user 1"), ("user 1", "FR"), ("FR", "user 1"), ("user 1", "FR"), ("FR", "user 1"), ("user 1", "FR")]
    {
        let users = query("SELECT id FROM users WHERE name = $1 AND country = $2").bind(name).bind(country);
        users.fetch_all(&app.db).await.unwrap(); // @same_in_another_order
    }
}

async fn same_in_turn(app: App) {
    for _ in 0..6 {
        app.query_of(USER, 7, 10).await; // @same_in_turn
    }
}

/// Nobody said what it was given, so it may have been something else each time.
async fn same_with_nothing_known(app: App) {
    for _ in 0..6 {
        app.query(USER, 0).await; // @same_with_nothing_known
    }
}
