//! By a server of PostgreSQL's protocol that is a script, and by a real one where there is one.

use std::pin::pin;

use tachograph::core::{Call, CallOutcome, Yield};
use tachograph::{Record, testing};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio_postgres::{Client, Config, NoTls};

use super::Measured;

/// A client, and the task that is its connection, of a server that finds two rows for everything, refuses what is
/// refused, and is gone when it is asked to go.
async fn client() -> Client {
    let (near, far) = tokio::io::duplex(1024);
    tokio::spawn(serve(far));
    let (client, connection) = Config::new().user("tests").connect_raw(near, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn serve(mut client: DuplexStream) {
    let startup = client.read_u32().await.unwrap() as usize;
    client.read_exact(&mut vec![0; startup - 4]).await.unwrap();
    client.write_all(&[message(b'R', &[0; 4]), ready()].concat()).await.unwrap();
    let (mut answer, mut refused) = (Vec::new(), false);
    while let Ok(kind) = client.read_u8().await {
        let mut body = vec![0; client.read_u32().await.unwrap() as usize - 4];
        client.read_exact(&mut body).await.unwrap();
        let text = String::from_utf8_lossy(&body);
        match kind {
            b'P' if text.contains("go away") => return,
            b'P' if text.contains("refused") => {
                refused = true;
                answer.extend(message(b'E', b"SERROR\0C23505\0Mrefused\0\0"));
            }
            b'P' => answer.extend(message(b'1', &[])),
            // No parameters, and one column `n` of the type `int4`.
            b'D' if !refused => {
                answer.extend(message(b't', &[0, 0]));
                answer.extend(message(b'T', b"\0\x01n\0\0\0\0\0\0\0\0\0\0\x17\0\x04\xff\xff\xff\xff\0\x01"));
            }
            b'B' => answer.extend(message(b'2', &[])),
            b'E' => {
                let row = message(b'D', b"\0\x01\0\0\0\x04\0\0\0\x07");
                answer.extend([row.clone(), row, message(b'C', b"SELECT 2\0")].concat());
            }
            b'C' => answer.extend(message(b'3', &[])),
            b'S' => {
                answer.extend(ready());
                client.write_all(&std::mem::take(&mut answer)).await.unwrap();
                refused = false;
            }
            _ => {}
        }
    }
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind][..], &(body.len() as u32 + 4).to_be_bytes(), body].concat()
}

fn ready() -> Vec<u8> {
    message(b'Z', b"I")
}

async fn record<F: Future>(work: F) -> (F::Output, Record) {
    testing::instance().record(work).await
}

fn seen(call: &Call) -> (&str, CallOutcome, Option<&str>, Yield) {
    (call.operation().summary(), call.outcome(), call.error_type(), call.brought())
}

fn only(record: &Record) -> (&str, CallOutcome, Option<&str>, Yield) {
    let [call] = record.calls() else { panic!("one query: {:?}", record.calls()) };
    seen(call)
}

#[tokio::test]
async fn a_query_with_its_rows_and_its_place() {
    let client = client().await;
    let line = line!() + 1;
    let (rows, record) = record(async { client.measured_query("SELECT n FROM numbers WHERE n = 7", &[]).await }).await;
    assert_eq!(rows.unwrap()[0].get::<_, i32>("n"), 7);
    assert_eq!(only(&record), ("SELECT numbers", CallOutcome::Completed, None, Yield::Rows(2)));
    let call = &record.calls()[0];
    assert_eq!(call.operation().statement().unwrap().text(), "SELECT n FROM numbers WHERE n = ?");
    let callsite = call.callsite().unwrap();
    assert!(callsite.file().ends_with("tests.rs") && callsite.line() == line, "{callsite}");
}

#[tokio::test]
async fn a_statement_with_the_rows_it_changed() {
    let client = client().await;
    let (rows, record) = record(async { client.measured_execute("UPDATE numbers SET n = 1", &[]).await }).await;
    assert_eq!(rows.unwrap(), 2);
    assert_eq!(only(&record), ("UPDATE numbers", CallOutcome::Completed, None, Yield::Rows(2)));
}

#[tokio::test]
async fn an_error_of_the_database_has_its_code() {
    let client = client().await;
    let (result, record) = record(async { client.measured_query("SELECT refused FROM numbers", &[]).await }).await;
    assert!(result.is_err());
    assert_eq!(only(&record), ("SELECT numbers", CallOutcome::Failed, Some("23505"), Yield::Unknown));
}

#[tokio::test]
async fn a_server_that_is_gone() {
    let client = client().await;
    let (result, record) = record(async { client.measured_query("SELECT 'go away' FROM numbers", &[]).await }).await;
    assert!(result.is_err());
    assert_eq!(only(&record), ("SELECT numbers", CallOutcome::Failed, Some("connection"), Yield::Unknown));
}

#[tokio::test]
async fn a_query_that_is_given_up() {
    let client = client().await;
    let ((), record) = record(async {
        let mut query = pin!(client.measured_query("SELECT n FROM numbers", &[]));
        assert!(query.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())).is_pending());
    })
    .await;
    assert_eq!(only(&record), ("SELECT numbers", CallOutcome::Cancelled, None, Yield::Unknown));
}

#[cfg(feature = "peer-tests")]
#[tokio::test]
async fn postgresql_itself() {
    let url = std::env::var("PEER_POSTGRES_URL").expect("the URL of a server");
    let (mut client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
    tokio::spawn(connection);
    let ((), record) = record(async {
        client.batch_execute("CREATE TEMPORARY TABLE experiments (id INT PRIMARY KEY, name TEXT)").await.unwrap();
        let transaction = client.transaction().await.unwrap();
        let insert = "INSERT INTO experiments VALUES ($1, $2)";
        assert_eq!(transaction.measured_execute(insert, &[&7, &"secret"]).await.unwrap(), 1);
        transaction.commit().await.unwrap();
        client.measured_execute(insert, &[&7, &"again"]).await.unwrap_err();
        client.measured_query("SELECT id, name FROM experiments", &[]).await.unwrap();
    })
    .await;
    let seen: Vec<_> = record.calls().iter().map(seen).collect();
    let expected = [
        ("INSERT experiments", CallOutcome::Completed, None, Yield::Rows(1)),
        ("INSERT experiments", CallOutcome::Failed, Some("23505"), Yield::Unknown),
        ("SELECT experiments", CallOutcome::Completed, None, Yield::Rows(1)),
    ];
    assert_eq!(seen, expected);
}
