//! Why calls fail, as clients and layers say it that are no dependencies of this crate.

use std::convert::Infallible;
use std::future::{pending, ready};
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use http::{Request, Response, Uri};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tachograph_tower::client::{self, error_type};
use tokio::net::TcpStream;
use tower::timeout::TimeoutLayer;
use tower::{BoxError, ServiceBuilder, ServiceExt};

use super::{ending, record, unanswered};
use crate::script::Script;

fn io_error(kind: ErrorKind) -> io::Error {
    io::Error::new(kind, "told to")
}

#[test]
fn errors_of_the_system_are_told_by_their_kind() {
    for (kind, expected) in [
        (ErrorKind::TimedOut, "timeout"),
        (ErrorKind::ConnectionRefused, "connect"),
        (ErrorKind::HostUnreachable, "connect"),
        (ErrorKind::NetworkUnreachable, "connect"),
        (ErrorKind::ConnectionReset, "request"),
        (ErrorKind::Other, "request"),
    ] {
        assert_eq!(error_type(&io_error(kind)), expected, "{kind}");
    }
}

#[tokio::test]
async fn time_outs_of_tower_of_tokio_and_of_tonic() {
    let client = ServiceBuilder::new()
        .layer(client::layer().error_types(|error: &BoxError| error_type(&**error)))
        .layer(TimeoutLayer::new(Duration::from_millis(1)))
        .service_fn(|_: Request<()>| pending::<Result<Response<Script>, Infallible>>());
    let (result, record) = record(client.oneshot(Request::new(()))).await;
    assert!(result.err().unwrap().is::<tower::timeout::error::Elapsed>(), "it is passed on as it is");
    assert_eq!(ending(&record), unanswered("timeout"));

    let elapsed = tokio::time::timeout(Duration::ZERO, pending::<()>()).await.unwrap_err();
    assert_eq!(error_type(&elapsed), "timeout");
    assert_eq!(error_type(&tonic::TimeoutExpired(())), "timeout");
}

/// The type of the error of a hyper-util client that cannot connect.
macro_rules! failing {
    ($connector:expr) => {{
        let client = Client::builder(TokioExecutor::new()).build($connector);
        let client = ServiceBuilder::new().layer(client::layer()).service(client);
        let request = Request::get("http://partner.example/").body(String::new()).unwrap();
        let (result, record) = record(client.oneshot(request)).await;
        let error: Error = result.unwrap_err();
        assert!(error.is_connect(), "it is passed on as it is");
        ending(&record).1.map(str::to_owned).unwrap()
    }};
}

#[tokio::test]
async fn a_name_that_does_not_resolve() {
    let resolver =
        tower::service_fn(|_: Name| ready(Err::<std::vec::IntoIter<SocketAddr>, _>(io_error(ErrorKind::Other))));
    assert_eq!(failing!(HttpConnector::new_with_resolver(resolver)), "dns");
}

#[tokio::test]
async fn connections_that_fail() {
    let connector = |kind| tower::service_fn(move |_: Uri| ready(Err::<TokioIo<TcpStream>, _>(io_error(kind))));
    assert_eq!(failing!(connector(ErrorKind::TimedOut)), "timeout");
    assert_eq!(failing!(connector(ErrorKind::ConnectionRefused)), "connect");
    assert_eq!(failing!(connector(ErrorKind::Other)), "connect", "by hyper-util's own word");
}
