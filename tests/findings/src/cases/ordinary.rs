//! Handlers as services have them, with nothing to find in any.

use sqlx::{QueryBuilder, Row, Sqlite, query, query_scalar};
use tachograph::request;
use tokio::join;
use tracing::{info, instrument, warn};

use super::USER;
use crate::answer::Answer;
use crate::app::App;
use crate::case::{Case, case};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        case("home", home),
        case("read", read),
        case("create", create),
        case("update", update),
        case("delete", delete),
        case("login", login),
        case("list_with_join", list_with_join),
        case("page_with_count", page_with_count),
        case("dashboard_at_once", dashboard_at_once),
        case("order_in_a_transaction", order_in_a_transaction),
        case("upsert_of_many_rows", upsert_of_many_rows),
        case("insert_of_four", insert_of_four),
        case("read_of_many_keys", read_of_many_keys),
        case("cached", cached),
        case("not_cached", not_cached),
        case("two_services_at_once", two_services_at_once),
        case("call_tried_again", call_tried_again),
        case("what_depends_on_what_came", what_depends_on_what_came),
        case("file", file),
        case("export_in_parts", export_in_parts),
        case("search", search),
        case("redirect", redirect),
        case("not_found", not_found),
        case("invalid", invalid),
        case("unavailable", unavailable),
        case("webhook", webhook),
        case("event_stream", event_stream),
        case("web_socket", web_socket),
        case("picture", picture),
        case("with_a_job_behind_it", with_a_job_behind_it),
    ]
}

async fn home(app: App) -> Answer {
    let one: i64 = query_scalar("SELECT 1").fetch_one(&app.db).await.unwrap();
    Answer::text(one.to_string())
}

async fn read(app: App) -> Answer {
    request().user(7).action("user.read");
    Answer::text(query_scalar::<_, String>(USER).bind(7).fetch_one(&app.db).await.unwrap())
}

async fn create(app: App) -> Answer {
    let insert = query_scalar("INSERT INTO orders (user_id, total) VALUES ($1, $2) RETURNING id").bind(7).bind(120);
    let id: i64 = insert.fetch_one(&app.db).await.unwrap();
    request().field("order_id", id);
    Answer::status(201)
}

async fn update(app: App) -> Answer {
    query("UPDATE orders SET total = $1 WHERE id = $2").bind(140).bind(7).execute(&app.db).await.unwrap();
    Answer::status(204)
}

async fn delete(app: App) -> Answer {
    query("DELETE FROM orders WHERE id = $1").bind(7).execute(&app.db).await.unwrap();
    Answer::status(204)
}

/// The second is about whom the first brought; the password's hash takes its time on a thread for that.
async fn login(app: App) -> Answer {
    app.query_of("SELECT id, password FROM users WHERE name = $1", 7, 40).await;
    app.pass(90).await;
    app.query_of("INSERT INTO sessions (token, user_id) VALUES ($1, $2)", 7, 40).await;
    app.query_of("SELECT key, value FROM settings WHERE user_id = $1", 7, 60).await;
    Answer::status(200)
}

async fn list_with_join(app: App) -> Answer {
    let list = "SELECT u.name, SUM(o.total) FROM users u JOIN orders o ON o.user_id = u.id GROUP BY u.name LIMIT 50";
    let rows = query(list).fetch_all(&app.db).await.unwrap();
    Answer::text(rows.iter().map(|row| row.get::<String, _>(0)).collect::<Vec<_>>().join("\n"))
}

/// One after the other, as many do it: together they would save 45 ms.
async fn page_with_count(app: App) -> Answer {
    app.query("SELECT COUNT(*) FROM orders", 45).await;
    app.query_of("SELECT id, total FROM orders ORDER BY id LIMIT $1 OFFSET $2", 20, 60).await;
    Answer::status(200)
}

async fn dashboard_at_once(app: App) -> Answer {
    join!(
        app.query("SELECT COUNT(*) FROM users", 150),
        app.query("SELECT SUM(total) FROM orders", 220),
        app.query("SELECT COUNT(*) FROM sessions", 130),
        app.ask("GET", "rates.example", "/rates", 180),
    );
    Answer::status(200)
}

async fn order_in_a_transaction(app: App) -> Answer {
    let mut transaction = app.db.begin().await.unwrap();
    let total: i64 =
        query_scalar("SELECT total FROM orders WHERE id = $1").bind(7).fetch_one(&mut *transaction).await.unwrap();
    let insert = query("INSERT INTO orders (user_id, total) VALUES ($1, $2)").bind(7).bind(total);
    insert.execute(&mut *transaction).await.unwrap();
    query("UPDATE users SET country = $1 WHERE id = $2").bind("DE").bind(7).execute(&mut *transaction).await.unwrap();
    transaction.commit().await.unwrap();
    Answer::status(201)
}

async fn upsert_of_many_rows(app: App) -> Answer {
    let mut builder = QueryBuilder::<Sqlite>::new("INSERT INTO settings (key, value) ");
    builder.push_values(0..100, |mut row, key| {
        row.push_bind(format!("key-{key}")).push_bind("on");
    });
    builder.push(" ON CONFLICT (key) DO UPDATE SET value = excluded.value");
    builder.build().execute(&app.db).await.unwrap();
    Answer::status(200)
}

async fn insert_of_four(app: App) -> Answer {
    let mut transaction = app.db.begin().await.unwrap();
    for total in [10, 20, 30, 40] {
        let insert = query("INSERT INTO orders (user_id, total) VALUES ($1, $2)").bind(7).bind(total);
        insert.execute(&mut *transaction).await.unwrap();
    }
    transaction.commit().await.unwrap();
    Answer::status(201)
}

/// What an N+1 is best made into.
async fn read_of_many_keys(app: App) -> Answer {
    let ids: Vec<i64> = query_scalar("SELECT user_id FROM orders LIMIT 30").fetch_all(&app.db).await.unwrap();
    let mut builder = QueryBuilder::<Sqlite>::new("SELECT name FROM users WHERE id IN (");
    let mut keys = builder.separated(", ");
    for id in ids {
        keys.push_bind(id);
    }
    builder.push(")");
    let names: Vec<String> = builder.build_query_scalar().fetch_all(&app.db).await.unwrap();
    Answer::text(names.join("\n"))
}

async fn cached(app: App) -> Answer {
    app.look_up(true).await;
    Answer::status(200)
}

async fn not_cached(app: App) -> Answer {
    app.look_up(false).await;
    app.query_of(USER, 7, 12).await;
    Answer::status(200)
}

async fn two_services_at_once(app: App) -> Answer {
    join!(app.ask("GET", "rates.example", "/rates", 300), app.ask("GET", "stock.example", "/stock/7", 420));
    Answer::status(200)
}

async fn call_tried_again(app: App) -> Answer {
    for wait in [10, 20, 40] {
        app.ask("GET", "partner.example", "/rates", 150).await;
        app.pass(wait).await;
    }
    Answer::status(200)
}

/// One after the other because they have to be.
async fn what_depends_on_what_came(app: App) -> Answer {
    app.query_of("SELECT id FROM sessions WHERE token = $1", 7, 110).await;
    app.query_of(USER, 7, 120).await;
    app.ask("GET", "orders.example", "/users/7/orders", 200).await;
    app.ask("POST", "mail.example", "/mails", 150).await;
    Answer::status(200)
}

async fn file(app: App) -> Answer {
    app.pass(120).await;
    Answer::bytes(200_000)
}

async fn export_in_parts(app: App) -> Answer {
    let rows = query("SELECT id, total FROM orders LIMIT 10").fetch_all(&app.db).await.unwrap();
    let lines: Vec<String> = rows.iter().map(|row| row.get::<i64, _>(0).to_string()).collect();
    Answer::parts(lines.len(), move |at| {
        let (line, app) = (lines[at].clone(), app.clone());
        async move {
            app.pass(4).await;
            line.into_bytes()
        }
    })
}

#[instrument(skip_all)]
async fn search(app: App) -> Answer {
    let found = query("SELECT id FROM users WHERE name LIKE $1 ORDER BY name LIMIT 20").bind("%7%");
    let found = found.fetch_all(&app.db).await.unwrap();
    info!(found = found.len(), "searched");
    Answer::text(found.len().to_string())
}

async fn redirect(_: App) -> Answer {
    Answer::status(303)
}

async fn not_found(app: App) -> Answer {
    let user: Option<String> = query_scalar(USER).bind(-1).fetch_optional(&app.db).await.unwrap();
    assert_eq!(user, None);
    Answer::status(404)
}

async fn invalid(_: App) -> Answer {
    Answer::status(422)
}

/// That it failed is no finding; its level says so.
async fn unavailable(app: App) -> Answer {
    app.ask("GET", "partner.example", "/rates", 900).await;
    request().error(&std::io::Error::other("the partner is away"));
    Answer::status(503)
}

async fn webhook(app: App) -> Answer {
    let known: Option<i64> =
        query_scalar("SELECT id FROM orders WHERE id = $1").bind(7).fetch_optional(&app.db).await.unwrap();
    if known.is_none() {
        warn!("nobody knows this order");
    }
    query("UPDATE orders SET total = $1 WHERE id = $2").bind(7).bind(7).execute(&app.db).await.unwrap();
    Answer::status(202)
}

async fn event_stream(app: App) -> Answer {
    Answer::parts(40, move |_| {
        let app = app.clone();
        async move {
            app.pass(500).await;
            b"data: tick\n\n".to_vec()
        }
    })
    .content_type("text/event-stream")
}

async fn web_socket(app: App) -> Answer {
    let _: String = query_scalar(USER).bind(7).fetch_one(&app.db).await.unwrap();
    Answer::status(101)
}

/// The work is on a thread for that, and the request waits for it.
async fn picture(app: App) -> Answer {
    tachograph::spawn_blocking(move || app.work(80)).await.unwrap();
    Answer::bytes(90_000)
}

/// The job takes its time, and the request does not wait.
async fn with_a_job_behind_it(app: App) -> Answer {
    let answer = read(app.clone()).await;
    tokio::spawn(tachograph::task("send_mails", async move {
        for _ in 0..4 {
            app.ask("POST", "mail.example", "/mails", 400).await;
        }
    }));
    answer
}
