//! One connection, from its first request to its end.

use std::convert::Infallible;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tachograph_core::Handle;
use tachograph_core::endpoint::Endpoints;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::answer::answer;
use crate::listener::Stop;

/// How large a request's head may be.
const LARGEST_HEAD: usize = 16 * 1024;

/// How long a client may take to send a head, or to begin with the next one.
const HEAD_TIME: Duration = Duration::from_secs(10);

/// How long a connection lasts, whatever the client makes of it.
const LIFETIME: Duration = Duration::from_secs(60);

/// How long the answer that is under way may still take then, or when the listener ends.
const GRACE: Duration = Duration::from_secs(10);

pub(crate) async fn converse(stream: TcpStream, peer: IpAddr, handle: Handle, own: Arc<Endpoints>, mut stop: Stop) {
    let told = stop.clone();
    let service =
        service_fn(|request| async { Ok::<_, Infallible>(answer(&handle, &own, peer, told.clone(), request).await) });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(LARGEST_HEAD)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    tokio::select! {
        // A client that breaks the rules, or the connection, has told itself.
        _ = connection.as_mut() => return,
        () = sleep(LIFETIME) => {}
        () = stop.told() => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = timeout(GRACE, connection).await;
}
