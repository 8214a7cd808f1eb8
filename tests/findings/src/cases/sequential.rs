//! Calls one after the other: those that could have been made at once, and those that could not.

use tachograph::core::{FindingKind, Operation, prepare_call};

use super::slow_request;
use crate::app::App;
use crate::case::{Case, case};
use crate::expected::{Expected, finding, place};

fn at(mark: &str) -> String {
    place("cases/sequential.rs", include_str!("sequential.rs"), mark)
}

const USERS: &str = "SELECT COUNT(*) FROM users";
const ORDERS: &str = "SELECT COUNT(*) FROM orders";
const SESSIONS: &str = "SELECT COUNT(*) FROM sessions";
const ORDERS_OF: &str = "SELECT total FROM orders WHERE user_id = $1";

/// So many calls, of which the longest is this one.
fn sequential(count: u32, longest: &str) -> Expected {
    finding(FindingKind::SequentialCalls, count).of(longest)
}

pub(crate) fn cases() -> Vec<Case> {
    let first = |mark: &str| at(mark);
    vec![
        case("two", two).finds([sequential(2, "SELECT orders").at(first("two")).costs(230).slowest(120).saves(110)]),
        case("three", three).finds([sequential(3, "SELECT sessions")
            .at(first("three"))
            .costs(180)
            .slowest(70)
            .saves(110)]),
        case("just_enough", just_enough).finds([sequential(2, "SELECT orders")
            .at(first("just_enough"))
            .costs(250)
            .slowest(150)
            .saves(100)]),
        case("too_little", too_little),
        case("too_short", too_short),
        case("with_work_between", with_work_between).finds([sequential(2, "SELECT orders")
            .at(first("with_work_between"))
            .costs(250)
            .slowest(130)
            .saves(120)]),
        case("with_small_ones_between", with_small_ones_between).finds([sequential(2, "SELECT orders")
            .at(first("with_small_ones_between"))
            .costs(250)
            .slowest(130)
            .saves(120)]),
        case("first_has_parameters", first_has_parameters).finds([sequential(2, "SELECT users")
            .at(first("first_has_parameters"))
            .costs(250)
            .slowest(130)
            .saves(120)]),
        case("second_has_parameters", second_has_parameters),
        case("parameters_in_the_text", parameters_in_the_text).finds([sequential(2, "SELECT orders")
            .at(first("parameters_in_the_text"))
            .costs(250)
            .slowest(130)
            .saves(120)]),
        case("one_in_the_middle_has_parameters", one_in_the_middle_has_parameters).finds([sequential(
            2,
            "SELECT sessions",
        )
        .at(first("one_in_the_middle"))
        .costs(250)
        .slowest(130)
        .saves(120)]),
        case("in_one_transaction", in_one_transaction),
        case("behind_a_transaction", behind_a_transaction).finds([sequential(2, "SELECT orders")
            .at(first("behind_a_transaction"))
            .costs(250)
            .slowest(130)
            .saves(120)]),
        case("writes_between", writes_between),
        case("only_writes", only_writes),
        case("for_update", for_update),
        case("a_function_that_does_something", a_function_that_does_something),
        case("selected_into_a_table", selected_into_a_table),
        case("joined", joined),
        case("joined_behind_one_connection", joined_behind_one_connection).connections(1),
        case("joined_with_a_run_beside", joined_with_a_run_beside),
        case("written_otherwise", written_otherwise).finds([sequential(2, "SELECT orders")
            .at(first("written_otherwise"))
            .costs(250)
            .slowest(130)
            .saves(120)]),
        case("one_of_them_apart", one_of_them_apart).finds([sequential(2, "SELECT sessions")
            .at(first("one_of_them_apart"))
            .costs(250)
            .slowest(130)
            .saves(120)]),
        case("the_same_twice", the_same_twice),
        case("two_services", two_services).finds([sequential(2, "GET")
            .at(first("two_services"))
            .costs(310)
            .slowest(160)
            .saves(150)]),
        case("a_service_and_a_query", a_service_and_a_query).finds([sequential(2, "SELECT users")
            .at(first("a_service_and_a_query"))
            .costs(300)
            .slowest(160)
            .saves(140)]),
        case("services_of_one_thing", services_of_one_thing),
        case("services_with_a_query_string", services_with_a_query_string),
        case("services_that_change_things", services_that_change_things),
        case("two_runs", two_runs).finds([
            sequential(2, "SELECT orders").at(first("two_runs first")).costs(250).slowest(130).saves(120),
            sequential(2, "SELECT settings").at(first("two_runs second")).costs(310).slowest(160).saves(150),
        ]),
        case("slow_as_well", slow_as_well).finds([
            sequential(2, "SELECT orders").at(first("slow_as_well first")).costs(1100).slowest(600).saves(500),
            finding(FindingKind::SlowQuery, 1).of("SELECT users").at(first("slow_as_well first")).costs(500),
            finding(FindingKind::SlowQuery, 1).of("SELECT orders").at(first("slow_as_well second")).costs(600),
            slow_request(1100),
        ]),
        case("less_is_enough_here", too_little)
            .configured(|capture| {
                let mut own = capture.thresholds.clone();
                own.sequential_saving = std::time::Duration::from_millis(99);
                capture.routes.set("GET /less_is_enough_here", own);
            })
            .finds([sequential(2, "SELECT orders")
                .at(first("too_little"))
                .costs(209)
                .slowest(110)
                .saves(99)
                .limit(99)]),
    ]
}

async fn two(app: App) {
    app.query(USERS, 110).await; // @two
    app.query(ORDERS, 120).await;
}

async fn three(app: App) {
    app.query(USERS, 50).await; // @three
    app.query(ORDERS, 60).await;
    app.query(SESSIONS, 70).await;
}

async fn just_enough(app: App) {
    app.query(USERS, 100).await; // @just_enough
    app.query(ORDERS, 150).await;
}

async fn too_little(app: App) {
    app.query(USERS, 99).await; // @too_little
    app.query(ORDERS, 110).await;
}

/// All of them together save 116 ms, but none is worth the trouble.
async fn too_short(app: App) {
    app.query(USERS, 29).await;
    app.query(ORDERS, 29).await;
    app.query(SESSIONS, 29).await;
    app.query("SELECT COUNT(*) FROM settings", 29).await;
    app.query("SELECT MAX(id) FROM users", 29).await;
}

async fn with_work_between(app: App) {
    app.query(USERS, 120).await; // @with_work_between
    app.work(20);
    app.pass(20).await;
    app.query(ORDERS, 130).await;
}

async fn with_small_ones_between(app: App) {
    app.query(USERS, 120).await; // @with_small_ones_between
    app.query_of(ORDERS_OF, 1, 5).await;
    app.look_up(true).await;
    app.query(ORDERS, 130).await;
}

/// What it was given it had before.
async fn first_has_parameters(app: App) {
    app.query_of(ORDERS_OF, 7, 120).await; // @first_has_parameters
    app.query(USERS, 130).await;
}

/// It may be about what the first one brought.
async fn second_has_parameters(app: App) {
    app.query(USERS, 120).await;
    app.query_of(ORDERS_OF, 7, 120).await;
}

/// A number that stands in the text was there when it was written, or put there: it is not known, and neither is harm.
async fn parameters_in_the_text(app: App) {
    app.query(USERS, 120).await; // @parameters_in_the_text
    app.query("SELECT total FROM orders WHERE total > 100 LIMIT 20", 130).await;
}

async fn one_in_the_middle_has_parameters(app: App) {
    app.query(USERS, 120).await;
    app.query_of(ORDERS_OF, 7, 120).await; // @one_in_the_middle
    app.query(SESSIONS, 130).await;
}

/// A transaction has one connection, which does one thing at a time.
async fn in_one_transaction(app: App) {
    app.query("BEGIN", 0).await;
    app.query(USERS, 120).await;
    app.query(ORDERS, 120).await;
    app.query("COMMIT", 0).await;
}

async fn behind_a_transaction(app: App) {
    app.query("BEGIN", 0).await;
    app.query("INSERT INTO orders (user_id, total) VALUES (1, 2)", 1).await;
    app.query("COMMIT", 0).await;
    app.query(USERS, 120).await; // @behind_a_transaction
    app.query(ORDERS, 130).await;
}

async fn writes_between(app: App) {
    app.query(USERS, 120).await;
    app.query("UPDATE orders SET total = 0", 1).await;
    app.query(ORDERS, 120).await;
}

async fn only_writes(app: App) {
    app.query("UPDATE orders SET total = 0", 120).await;
    app.query("DELETE FROM sessions", 120).await;
    app.query("INSERT INTO settings VALUES ('a', 'b')", 120).await;
}

async fn for_update(app: App) {
    app.query("SELECT id FROM orders FOR UPDATE", 120).await;
    app.query("SELECT id FROM users FOR UPDATE", 120).await;
}

async fn a_function_that_does_something(app: App) {
    app.query("SELECT refresh_prices()", 150).await;
    app.query("SELECT price FROM prices", 160).await;
}

async fn selected_into_a_table(app: App) {
    app.query("SELECT id, total INTO totals FROM orders", 150).await;
    app.query("SELECT SUM(total) FROM totals", 160).await;
}

async fn joined(app: App) {
    tokio::join!(app.query(USERS, 120), app.query(ORDERS, 130), app.query(SESSIONS, 140));
}

/// Both are asked at once, and one of them waits until the other has given the connection back.
async fn joined_behind_one_connection(app: App) {
    let one = async |sql, millis| {
        let call = prepare_call(Operation::database("sqlite", "shop", sql), None);
        let connection = app.db.acquire().await.unwrap();
        let call = call.start();
        app.pass(millis).await;
        call.completed();
        drop(connection);
    };
    tokio::join!(one(USERS, 120), one(ORDERS, 130));
}

/// It would end no sooner.
async fn joined_with_a_run_beside(app: App) {
    let run = async {
        app.query(USERS, 120).await;
        app.query(ORDERS, 130).await;
    };
    tokio::join!(run, app.query(SESSIONS, 260));
}

async fn written_otherwise(app: App) {
    app.query("/* shop */ select count(*) from users", 120).await; // @written_otherwise
    app.query("\n  -- all of them\n  SELECT COUNT(*) FROM orders", 130).await;
}

async fn one_of_them_apart(app: App) {
    tokio::join!(app.query(USERS, 60), app.query(ORDERS, 120)); // @one_of_them_apart
    app.query(SESSIONS, 130).await;
}

async fn the_same_twice(app: App) {
    app.query(USERS, 120).await;
    app.query(USERS, 120).await;
}

async fn two_services(app: App) {
    app.ask("GET", "rates.example", "/rates", 150).await; // @two_services
    app.ask("GET", "news.example", "/news/latest", 160).await;
}

async fn a_service_and_a_query(app: App) {
    app.ask("GET", "rates.example", "/rates", 140).await; // @a_service_and_a_query
    app.query(USERS, 160).await;
}

/// The number in the path may have come with the first answer.
async fn services_of_one_thing(app: App) {
    app.ask("GET", "users.example", "/me", 150).await;
    app.ask("GET", "orders.example", "/users/7/orders", 150).await;
}

async fn services_with_a_query_string(app: App) {
    app.ask("GET", "users.example", "/me", 150).await;
    app.ask("GET", "orders.example", "/orders?of=somebody", 160).await;
}

async fn services_that_change_things(app: App) {
    app.ask("POST", "orders.example", "/orders", 150).await;
    app.ask("POST", "mail.example", "/mails", 150).await;
    app.ask("DELETE", "carts.example", "/mine", 150).await;
}

/// What is written in between has to see the one, and be seen by the other.
async fn two_runs(app: App) {
    app.query(USERS, 120).await; // @two_runs first
    app.query(ORDERS, 130).await;
    app.query("DELETE FROM sessions WHERE user_id = 0", 1).await;
    app.query(SESSIONS, 150).await; // @two_runs second
    app.query("SELECT key FROM settings", 160).await;
}

async fn slow_as_well(app: App) {
    app.query(USERS, 500).await; // @slow_as_well first
    app.query(ORDERS, 600).await; // @slow_as_well second
}
