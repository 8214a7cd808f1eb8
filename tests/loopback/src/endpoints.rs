//! What every framework has to make of an instance's endpoints, asked over connections.

use std::net::SocketAddr;
use std::sync::Arc;

use tachograph_core::Handle;
use tachograph_core::endpoint::{Answering, Endpoint, Request, Response};
use tokio::sync::{Semaphore, watch};

use crate::{get_and_close, send, talk, within};

/// Endpoints that say what they were asked, and one that answers when it is let go.
#[derive(Debug, Clone)]
pub struct Served {
    open: Arc<watch::Sender<bool>>,
    begun: Arc<Semaphore>,
}

impl Served {
    /// Gives them to an instance.
    ///
    /// # Panics
    /// When it has some already.
    #[must_use]
    pub fn by(handle: &Handle) -> Self {
        let served = Served { open: Arc::new(watch::Sender::new(false)), begun: Arc::new(Semaphore::new(0)) };
        handle.serve(served.clone()).unwrap();
        served
    }

    /// Until somebody waits for `/slow`, which was not waited for before.
    ///
    /// # Panics
    /// When nobody does in time.
    pub async fn begun(&self) {
        within(self.begun.acquire()).await.unwrap().forget();
    }

    /// Lets `/slow` answer, from now on.
    pub fn open(&self) {
        self.open.send_replace(true);
    }

    async fn slow(&self) -> Response {
        self.begun.add_permits(1);
        let _ = self.open.subscribe().wait_for(|open| *open).await;
        Response::new(200, "text/plain", *b"slow")
    }
}

impl Endpoint for Served {
    fn paths(&self) -> Vec<String> {
        ["/echo", "/files", "/files/{*path}", "/slow"].map(str::to_owned).into()
    }

    fn get<'a>(&'a self, request: Request<'a>) -> Answering<'a> {
        Box::pin(async move {
            if request.path == "/slow" {
                return self.slow().await;
            }
            let Request { path, query, accept, accept_encoding, handle, .. } = request;
            let known = handle.is_some();
            let said = format!("{path}?{query} accept={accept} accept-encoding={accept_encoding} instance={known}");
            let status = query.strip_prefix("status=").and_then(|status| status.parse().ok()).unwrap_or(200);
            Response::new(status, "text/x-echo; charset=utf-8", said)
                .header("cache-control", "no-store")
                .header("x-bad", "a\r\nx-injected: b")
        })
    }
}

/// The head in lower case, and the body.
async fn ask(address: SocketAddr, request: impl AsRef<[u8]>) -> (String, String) {
    let output = String::from_utf8(talk(address, request).await).unwrap();
    let (head, body) = output.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{output}"));
    (head.to_lowercase(), body.to_owned())
}

async fn get(address: SocketAddr, path: &str) -> (String, String) {
    ask(address, get_and_close(path)).await
}

fn header<'a>(head: &'a str, name: &str) -> Vec<&'a str> {
    head.lines()
        .filter_map(|line| line.split_once(": "))
        .filter(|(given, _)| *given == name)
        .map(|(_, value)| value)
        .collect()
}

fn status(head: &str) -> &str {
    head.split(' ').nth(1).unwrap()
}

/// A GET is answered, with its headers and its status.
pub async fn get_is_answered(address: SocketAddr, _: &Served) {
    let (head, body) = get(address, "/echo?status=503").await;
    assert_eq!(status(&head), "503");
    assert_eq!(body, "/echo?status=503 accept= accept-encoding= instance=true");
    assert_eq!(header(&head, "content-type"), ["text/x-echo; charset=utf-8"]);
    assert_eq!(header(&head, "cache-control"), ["no-store"]);
    assert_eq!(header(&head, "content-length"), [body.len().to_string()]);
}

/// A value that is none of a header's does not get out.
pub async fn headers_stay_headers(address: SocketAddr, _: &Served) {
    let (head, _) = get(address, "/echo").await;
    assert_eq!(header(&head, "x-injected").len(), 0, "{head}");
}

/// HEAD is answered like GET, but for the body, and leaves the connection in order.
pub async fn head_is_answered_without_a_body(address: SocketAddr, _: &Served) {
    let request = format!("HEAD /echo HTTP/1.1\r\nhost: test\r\n\r\n{}", get_and_close("/echo"));
    let output = String::from_utf8(talk(address, request).await).unwrap();
    let mut answers = output.split("\r\n\r\n");
    let (head, other, body) =
        (answers.next().unwrap().to_lowercase(), answers.next().unwrap(), answers.next().unwrap());
    assert_eq!(status(&head), "200");
    assert!(other.starts_with("HTTP/1.1 200"), "{output}");
    assert_eq!(header(&head, "content-length"), [body.len().to_string()], "{output}");
    assert_eq!(header(&head, "content-type"), ["text/x-echo; charset=utf-8"]);
}

/// Other methods are told which there are.
pub async fn other_methods_are_refused(address: SocketAddr, _: &Served) {
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"] {
        let request =
            format!("{method} /echo HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
        let (head, body) = ask(address, request).await;
        assert_eq!((status(&head), header(&head, "allow")), ("405", vec!["get, head"]), "{method}: {head}");
        assert_eq!(body, "only GET and HEAD are answered here\n");
    }
}

/// What no endpoint has is the application's, found there or not: it answers `own` at `/own`, and `none` with 404
/// otherwise.
pub async fn other_paths_are_the_application_s(address: SocketAddr, _: &Served) {
    let (head, body) = get(address, "/own").await;
    assert_eq!((status(&head), &*body), ("200", "own"));
    for path in ["/", "/echoes", "/echo/", "/echo/a", "/ECHO", "/unknown", "/files/"] {
        let (head, body) = get(address, path).await;
        assert_eq!((status(&head), &*body), ("404", "none"), "{path}");
    }
}

/// A rest stands for one segment or more, and stays as it came.
pub async fn a_rest_is_found(address: SocketAddr, _: &Served) {
    for path in ["/files", "/files/a", "/files/a/b/c.css", "/files/a%20b/%C3%A4"] {
        let (head, body) = get(address, path).await;
        assert_eq!((status(&head), body.split('?').next().unwrap()), ("200", path));
    }
}

/// The headers by which an answer's form is chosen arrive.
pub async fn forms_are_negotiated(address: SocketAddr, _: &Served) {
    let accept = "accept: text/plain;q=0.5\r\nAccept: application/openmetrics-text\r\naccept-encoding: gzip\r\n";
    let request = format!("GET /echo HTTP/1.1\r\nhost: test\r\nconnection: close\r\n{accept}\r\n");
    let (_, body) = ask(address, request).await;
    let accepted = "accept=text/plain;q=0.5, application/openmetrics-text accept-encoding=gzip";
    assert_eq!(body, format!("/echo? {accepted} instance=true"));
}

/// One that takes its time holds up no other, nor does a client that does not wait for it.
pub async fn a_slow_one_holds_up_nobody(address: SocketAddr, served: &Served) {
    let slow = tokio::spawn(async move { get(address, "/slow").await });
    let leaving = send(address, get_and_close("/slow")).await;
    served.begun().await;
    served.begun().await;
    drop(leaving);
    assert_eq!(status(&get(address, "/echo").await.0), "200");
    served.open();
    assert_eq!(within(slow).await.unwrap().1, "slow");
    assert_eq!(get(address, "/slow").await.1, "slow");
}

/// Tests that endpoints are served as they should be: `$serve` is the address of an application that has the endpoints of
/// `$handle`, and otherwise what [`other_paths_are_the_application_s`] says.
#[macro_export]
macro_rules! endpoint_tests {
    ($test:meta, |$handle:ident| $serve:expr) => {
        $crate::endpoint_tests!($test, |$handle| $serve,
            get_is_answered headers_stay_headers head_is_answered_without_a_body other_methods_are_refused
            other_paths_are_the_application_s a_rest_is_found forms_are_negotiated a_slow_one_holds_up_nobody
        );
    };
    ($test:meta, |$handle:ident| $serve:expr, $($name:ident)*) => {
        $(
            #[$test]
            async fn $name() {
                let recorder = $crate::Recorder::new();
                let $handle = &recorder.handle;
                let served = $crate::endpoints::Served::by($handle);
                let address = $serve;
                $crate::endpoints::$name(address, &served).await;
            }
        )*
    };
}
