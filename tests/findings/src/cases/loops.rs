//! One statement from one place, again and again: N+1, whatever is around it.

use futures_util::future::join_all;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use sqlx::{AssertSqlSafe, Executor, QueryBuilder, Sqlite, query, query_scalar};
use tachograph::core::FindingKind;

use super::{USER, n_plus_one};
use crate::answer::Answer;
use crate::app::App;
use crate::case::{Case, case};
use crate::expected::{finding, place};

fn at(mark: &str) -> String {
    place("cases/loops.rs", include_str!("loops.rs"), mark)
}

pub(crate) fn cases() -> Vec<Case> {
    vec![
        case("plain", plain).finds([n_plus_one(12).at(at("plain"))]),
        case("five", five).finds([n_plus_one(5).at(at("five"))]),
        case("with_a_place", with_a_place).finds([n_plus_one(12).at(at("with_a_place"))]),
        case("by_a_function", by_a_function).finds([n_plus_one(6).at(at("by_a_function"))]),
        case("interleaved", interleaved).finds([
            n_plus_one(8).at(at("interleaved users")),
            finding(FindingKind::NPlusOne, 8).of("SELECT orders").distinct(8).at(at("interleaved orders")),
        ]),
        case("among_others", among_others).finds([n_plus_one(6).at(at("among_others"))]),
        case("each_in_a_transaction", each_in_a_transaction).finds([n_plus_one(6).at(at("each_in_a_transaction"))]),
        case("across_a_transaction", across_a_transaction).finds([n_plus_one(7).at(at("by_a_function"))]),
        case("inside_a_transaction", inside_a_transaction).finds([n_plus_one(6).at(at("inside_a_transaction"))]),
        case("writes", writes)
            .finds([finding(FindingKind::NPlusOne, 12).of("INSERT orders").distinct(12).at(at("writes"))]),
        case("all_at_once", all_at_once).finds([n_plus_one(12).at(at("all_at_once"))]),
        case("a_few_at_a_time", a_few_at_a_time).finds([n_plus_one(12).at(at("a_few_at_a_time"))]),
        case("while_rows_are_read", while_rows_are_read).finds([n_plus_one(8).at(at("while_rows_are_read"))]),
        case("on_a_blocking_thread", on_a_blocking_thread).finds([n_plus_one(6).at(at("on_a_blocking_thread"))]),
        case("in_spawned_tasks", in_spawned_tasks).finds([n_plus_one(12).at(at("in_spawned_tasks"))]),
        case("behind_a_full_pool", all_behind_one).connections(1).finds([n_plus_one(12).at(at("all_behind_one"))]),
        case("by_a_builder", by_a_builder).finds([n_plus_one(12).at(at("by_a_builder"))]),
        case("with_inlined_literals", with_inlined_literals).finds([n_plus_one(12).at(at("with_inlined_literals"))]),
        case("over_a_connection", over_a_connection).finds([n_plus_one(12).at(at("over_a_connection"))]),
        case("of_some_keys", of_some_keys).finds([n_plus_one(12).distinct(3).at(at("of_some_keys"))]),
        case("in_what_fails", in_what_fails).finds([n_plus_one(6).at(at("in_what_fails"))]),
        case("more_than_are_kept", more_than_are_kept).finds([
            n_plus_one(150).distinct(100).at(at("more_than_are_kept")),
            finding(FindingKind::TooManyQueries, 150),
        ]),
        case("in_turn", in_turn)
            .finds([n_plus_one(12).at(at("in_turn")).costs(120).slowest(10)])
            .verdict(format!("80% database: 12 x SELECT users at {} (N+1); 20% own code", at("in_turn"))),
        case("at_the_same_time", at_the_same_time).finds([n_plus_one(12)
            .at(at("at_the_same_time"))
            .costs(10)
            .total(120)
            .slowest(10)]),
        case("two_loops", two_loops).finds([
            n_plus_one(6).at(at("two_loops first")).costs(60).slowest(10),
            n_plus_one(6).at(at("two_loops second")).costs(120).slowest(20),
        ]),
    ]
}

/// Nobody asks for it in a test, so that nobody has waited for the name of its place.
pub(crate) fn in_production() -> Case {
    case("in_production", looped_in_production).finds([n_plus_one(12).at(at("looped_in_production"))])
}

async fn looped_in_production(app: App) {
    for id in 1..=12 {
        let _: String = query_scalar(USER).bind(id).fetch_one(&app.db).await.unwrap(); // @looped_in_production
    }
}

async fn plain(app: App) {
    let ids: Vec<i64> = query_scalar("SELECT id FROM users ORDER BY id LIMIT 12").fetch_all(&app.db).await.unwrap();
    for id in ids {
        let _: String = query_scalar(USER).bind(id).fetch_one(&app.db).await.unwrap(); // @plain
    }
}

async fn five(app: App) {
    for id in 1..=5 {
        let _: String = query_scalar(USER).bind(id).fetch_one(&app.db).await.unwrap(); // @five
    }
}

async fn with_a_place(app: App) {
    for id in 1..=12 {
        let _: String = query_scalar(USER).bind(id).fetch_one(app.db.here()).await.unwrap(); // @with_a_place
    }
}

async fn user(db: impl Executor<'_, Database = Sqlite>, id: i64) -> String {
    query_scalar(USER).bind(id).fetch_one(db).await.unwrap() // @by_a_function
}

/// The function is where the statement is; who calls it is further out.
async fn by_a_function(app: App) {
    for id in 1..=3 {
        user(&app.db, id).await;
    }
    for id in 4..=6 {
        user(&app.db, id).await;
    }
}

async fn interleaved(app: App) {
    for id in 1..=8 {
        let _: String = query_scalar(USER).bind(id).fetch_one(&app.db).await.unwrap(); // @interleaved users
        let orders = query_scalar("SELECT COUNT(*) FROM orders WHERE user_id = $1").bind(id);
        let _: i64 = orders.fetch_one(&app.db).await.unwrap(); // @interleaved orders
    }
}

/// Each time another statement comes between.
async fn among_others(app: App) {
    for id in 1..=6 {
        let _: String = query_scalar(USER).bind(id).fetch_one(&app.db).await.unwrap(); // @among_others
        let other = format!("SELECT total AS total_{id} FROM orders WHERE id = $1");
        let _: i64 = query_scalar(AssertSqlSafe(other)).bind(id).fetch_one(&app.db).await.unwrap();
    }
}

async fn each_in_a_transaction(app: App) {
    for id in 1..=6 {
        let mut transaction = app.db.begin().await.unwrap();
        let user = query_scalar(USER).bind(id);
        let _: String = user.fetch_one(&mut *transaction).await.unwrap(); // @each_in_a_transaction
        transaction.commit().await.unwrap();
    }
}

/// It begins before the transaction, and goes on in it and behind it.
async fn across_a_transaction(app: App) {
    user(&app.db, 1).await;
    user(&app.db, 2).await;
    let mut transaction = app.db.begin().await.unwrap();
    for id in 3..=5 {
        user(&mut *transaction, id).await;
    }
    transaction.rollback().await.unwrap();
    user(&app.db, 6).await;
    user(&app.db, 7).await;
}

async fn inside_a_transaction(app: App) {
    let mut transaction = app.db.begin().await.unwrap();
    for id in 1..=6 {
        let user = query_scalar(USER).bind(id);
        let _: String = user.fetch_one(&mut *transaction).await.unwrap(); // @inside_a_transaction
    }
    transaction.commit().await.unwrap();
}

async fn writes(app: App) {
    for total in 1..=12 {
        let order = query("INSERT INTO orders (user_id, total) VALUES (1, $1)").bind(total);
        order.execute(&app.db).await.unwrap(); // @writes
    }
}

async fn all_at_once(app: App) {
    let one = async |id: i64| {
        let _: String = query_scalar(USER).bind(id).fetch_one(&app.db).await.unwrap(); // @all_at_once
    };
    join_all((1..=12).map(one)).await;
}

async fn a_few_at_a_time(app: App) {
    let one = async |id: i64| {
        let _: String = query_scalar(USER).bind(id).fetch_one(&app.db).await.unwrap(); // @a_few_at_a_time
    };
    stream::iter(1..=12).map(one).buffer_unordered(3).collect::<()>().await;
}

/// The list is still open.
async fn while_rows_are_read(app: App) {
    let mut rows = query_scalar::<_, i64>("SELECT id FROM users LIMIT 8").fetch(&app.db);
    while let Some(id) = rows.try_next().await.unwrap() {
        let _: String = query_scalar(USER).bind(id).fetch_one(&app.db).await.unwrap(); // @while_rows_are_read
    }
}

/// As clients do it that know no futures.
async fn on_a_blocking_thread(_: App) {
    let work = || {
        for id in 1..=6 {
            tachograph::database_call("sqlite", "shop", USER).parameters(&id).start().completed(); // @on_a_blocking_thread
        }
    };
    tachograph::spawn_blocking(work).await.unwrap();
}

async fn in_spawned_tasks(app: App) {
    let one = |id: i64| {
        let db = app.db.clone();
        tachograph::spawn(async move {
            let _: String = query_scalar(USER).bind(id).fetch_one(&db).await.unwrap(); // @in_spawned_tasks
        })
    };
    join_all((1..=12).map(one)).await;
}

/// Most of them wait for the connection before they ask.
async fn all_behind_one(app: App) {
    let one = async |id: i64| {
        let _: String = query_scalar(USER).bind(id).fetch_one(&app.db).await.unwrap(); // @all_behind_one
    };
    join_all((1..=12).map(one)).await;
}

async fn by_a_builder(app: App) {
    for id in 1..=12 {
        let mut builder = QueryBuilder::<Sqlite>::new("SELECT name FROM users WHERE id = ");
        let user = builder.push_bind(id).build_query_scalar();
        let _: String = user.fetch_one(&app.db).await.unwrap(); // @by_a_builder
    }
}

async fn with_inlined_literals(app: App) {
    for id in 1..=12 {
        let user = query_scalar(AssertSqlSafe(format!("SELECT name FROM users WHERE id = {id}")));
        let _: String = user.fetch_one(&app.db).await.unwrap(); // @with_inlined_literals
    }
}

async fn over_a_connection(app: App) {
    let mut connection = app.db.acquire().await.unwrap();
    for id in 1..=12 {
        let user = query_scalar(USER).bind(id);
        let _: String = user.fetch_one(&mut *connection).await.unwrap(); // @over_a_connection
    }
}

async fn of_some_keys(app: App) {
    for time in 0..12 {
        let _: String = query_scalar(USER).bind(1 + time % 3).fetch_one(&app.db).await.unwrap(); // @of_some_keys
    }
}

async fn in_what_fails(app: App) -> Answer {
    for id in 1..=6 {
        let _: String = query_scalar(USER).bind(id).fetch_one(&app.db).await.unwrap(); // @in_what_fails
    }
    Answer::status(500)
}

/// The calls beyond the hundredth are no longer kept one by one, and so neither is what they were given.
async fn more_than_are_kept(app: App) {
    for id in 1..=150 {
        let _: String = query_scalar(USER).bind(id).fetch_one(&app.db).await.unwrap(); // @more_than_are_kept
    }
}

async fn in_turn(app: App) {
    for id in 1..=12 {
        app.query_of(USER, id, 10).await; // @in_turn
    }
    app.work(30);
}

async fn at_the_same_time(app: App) {
    let one = |id| app.query_of(USER, id, 10); // @at_the_same_time
    join_all((1..=12).map(one)).await;
    app.pass(300).await;
}

async fn two_loops(app: App) {
    for id in 1..=6 {
        app.query_of(USER, id, 10).await; // @two_loops first
    }
    for id in 1..=6 {
        app.query_of(USER, id, 20).await; // @two_loops second
    }
}
