//! An application with the middleware, on a loopback port and in process.

use tachograph_actix_web::Middleware;
use tachograph_loopback::{Recorder, within};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

/// The middleware that measures for a recorder.
pub(crate) trait RecorderMiddleware {
    fn middleware(&self) -> Middleware;
}

impl RecorderMiddleware for Recorder {
    fn middleware(&self) -> Middleware {
        Middleware::new(&self.handle)
    }
}

/// An application in process.
macro_rules! in_process {
    ($app:expr) => {
        actix_web::test::init_service($app).await
    };
}

/// The address of a server that serves an application for the rest of the test. What the application uses has to be
/// cloned in it, for each worker makes one.
macro_rules! serve {
    ($app:expr) => {
        $crate::server::serve!($app, 1, |server| server.bind("127.0.0.1:0"))
    };
    ($app:expr, $workers:expr, |$server:ident| $bound:expr) => {{
        let $server = actix_web::HttpServer::new(move || $app)
            .workers($workers)
            .disable_signals()
            // A connection that it closes is closed at once, whatever has not been read of it.
            .client_disconnect_timeout(std::time::Duration::ZERO);
        let server = $bound.unwrap();
        let address = server.addrs()[0];
        actix_web::rt::spawn(server.run());
        address
    }};
}

pub(crate) use {in_process, serve};

/// What comes back until it ends so.
pub(crate) async fn read_until(stream: &mut TcpStream, end: &str) -> String {
    let mut output = Vec::new();
    while !output.ends_with(end.as_bytes()) {
        assert!(within(stream.read_buf(&mut output)).await.unwrap() > 0, "{}", String::from_utf8_lossy(&output));
    }
    String::from_utf8(output).unwrap()
}

/// A GET on a connection that stays.
pub(crate) fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: test\r\n\r\n")
}
