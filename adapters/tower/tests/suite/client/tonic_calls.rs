//! tonic's client and tonic's server over a real connection, both measured.

use std::time::Duration;

use futures_util::StreamExt;
use tachograph_core::testing::{self, Instance};
use tachograph_core::{CallOutcome, Outcome, Record, Yield};
use tokio::net::TcpListener;
use tonic::transport::Endpoint;
use tonic::{Code, Request};

use super::tonic_server::{Greeter, start, start_tonic};
use super::{completed, ending, failed, only, record, unanswered};

/// Each message has a prefix of five bytes.
const PREFIX: u64 = 5;

/// A client of a server that is measured by the instance.
async fn greeter() -> (Greeter, Instance) {
    let instance = testing::instance();
    let (endpoint, _server) = start(instance.handle()).await;
    (Greeter::new(endpoint.connect().await.unwrap()), instance)
}

fn to(name: &str) -> Request<String> {
    Request::new(name.to_owned())
}

/// The server's record, which comes a moment after the client has heard the end.
async fn served(instance: &Instance) -> Record {
    let record = async {
        loop {
            if let Some(record) = instance.take().pop() {
                return record;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), record).await.expect("the server's record")
}

#[tokio::test]
async fn a_unary_call() {
    let (mut greeter, server) = greeter().await;
    let (answer, record) = record(greeter.greet(to("you"))).await;
    assert_eq!(answer.unwrap(), "hello you");
    assert_eq!(ending(&record), completed(PREFIX + 9));
    let operation = only(&record).operation();
    assert_eq!((operation.target(), operation.summary()), ("greeter", "greet.Greeter/Greet"));

    let served = served(&server).await;
    assert_eq!((served.route(), served.status_code()), (Some("/greet.Greeter/Greet"), Some(200)));
    assert_eq!((served.outcome(), served.response_bytes()), (Outcome::Completed, PREFIX + 9));
    assert_eq!((served.protocol_version(), served.field("grpc_status")), ("2", None));
    assert_eq!(served.identity().trace().trace_id, record.identity().trace().trace_id, "one trace");
    assert_eq!(served.identity().trace().parent_span_id, only(&record).span_id());
}

#[tokio::test]
async fn the_server_that_tonic_brings() {
    let server = testing::instance();
    let mut greeter = Greeter::new(start_tonic(server.handle()).await.connect().await.unwrap());
    let (answer, record) = record(greeter.greet(to("you"))).await;
    assert_eq!(answer.unwrap(), "hello you");
    assert_eq!(ending(&record), completed(PREFIX + 9));
    let served = served(&server).await;
    assert_eq!((served.route(), served.response_bytes()), (Some("/greet.Greeter/Greet"), PREFIX + 9));
}

#[tokio::test]
async fn an_error_that_is_told_in_the_head_alone() {
    let (mut greeter, server) = greeter().await;
    let (answer, record) = record(greeter.greet(to("nobody"))).await;
    assert_eq!(answer.unwrap_err().code(), Code::NotFound);
    assert_eq!(ending(&record), failed("NOT_FOUND", 0));
    assert_eq!(record.external().errors(), 1);
    let served = served(&server).await;
    assert_eq!((served.outcome(), served.status_code()), (Outcome::Completed, Some(200)));
    assert_eq!(served.field("grpc_status"), Some(&"NOT_FOUND".into()));
}

#[tokio::test]
async fn a_method_that_the_service_has_not() {
    let (mut greeter, _server) = greeter().await;
    let (answer, record) = record(greeter.call(to("you"), "/greet.Greeter/Shout")).await;
    assert_eq!(answer.unwrap_err().code(), Code::Unimplemented);
    assert_eq!(ending(&record), failed("UNIMPLEMENTED", 0));
}

#[tokio::test]
async fn a_stream_from_the_server() {
    let (mut greeter, server) = greeter().await;
    let (greetings, record) = record(async {
        let stream = greeter.greet_each("abc").await.unwrap();
        stream.map(|greeting| greeting.unwrap()).collect::<Vec<_>>().await
    })
    .await;
    assert_eq!(greetings, ["hello a", "hello b", "hello c"]);
    assert_eq!(ending(&record), completed(3 * (PREFIX + 7)));
    assert_eq!(served(&server).await.response_bytes(), 3 * (PREFIX + 7));
}

#[tokio::test]
async fn a_stream_that_ends_in_an_error() {
    let (mut greeter, server) = greeter().await;
    let (code, record) = record(async {
        let mut stream = greeter.greet_each("a!").await.unwrap();
        stream.message().await.unwrap().expect("the first greeting");
        stream.message().await.unwrap_err().code()
    })
    .await;
    assert_eq!(code, Code::Unavailable);
    assert_eq!(ending(&record), failed("UNAVAILABLE", PREFIX + 7));
    assert_eq!(served(&server).await.field("grpc_status"), Some(&"UNAVAILABLE".into()));
}

#[tokio::test]
async fn a_stream_that_is_given_up() {
    let (mut greeter, server) = greeter().await;
    let ((), record) = record(async {
        let mut stream = greeter.greet_each("a?").await.unwrap();
        stream.message().await.unwrap().expect("the first greeting");
    })
    .await;
    assert_eq!(ending(&record), (CallOutcome::Cancelled, None, Some(200), Yield::Bytes(PREFIX + 7)));
    assert_eq!(served(&server).await.outcome(), Outcome::ClientDisconnected);
}

#[tokio::test]
async fn a_deadline_that_passes() {
    let (mut greeter, _server) = greeter().await;
    let mut request = to("never");
    request.set_timeout(Duration::from_millis(20));
    let (answer, record) = record(greeter.greet(request)).await;
    assert_eq!(answer.unwrap_err().code(), Code::Cancelled, "tonic's word for its own time-out");
    assert_eq!(ending(&record), unanswered("timeout"));
}

#[tokio::test]
async fn a_server_that_is_gone_in_the_middle_of_a_stream() {
    let instance = testing::instance();
    let (endpoint, server) = start(instance.handle()).await;
    let mut greeter = Greeter::new(endpoint.connect().await.unwrap());
    let (result, record) = record(async {
        let mut stream = greeter.greet_each("a?").await.unwrap();
        stream.message().await.unwrap().expect("the first greeting");
        server.abort();
        stream.message().await
    })
    .await;
    assert!(result.is_err());
    assert_eq!(ending(&record), failed("body", PREFIX + 7));
}

#[tokio::test]
async fn nobody_there() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Endpoint::from_shared(format!("http://{}", listener.local_addr().unwrap())).unwrap();
    drop(listener);
    let mut greeter = Greeter::new(endpoint.connect_lazy());
    let (answer, record) = record(greeter.greet(to("you"))).await;
    assert_eq!(answer.unwrap_err().code(), Code::Unavailable);
    assert_eq!(ending(&record), unanswered("connect"));
}
