//! What every framework has to make of an instance's endpoints, asked over connections.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use tachograph_core::endpoint::{Answering, Chunks, Endpoint, Request, Response};
use tachograph_core::{Handle, WeakHandle, lock};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, mpsc, watch};

use crate::{get_and_close, send, talk, within};

/// Endpoints that say what they were asked, one that answers when it is let go, and one that says what it is told to.
#[derive(Debug, Clone)]
pub struct Served {
    open: Arc<watch::Sender<bool>>,
    begun: Arc<Semaphore>,
    listening: Arc<Mutex<Vec<mpsc::UnboundedSender<Vec<u8>>>>>,
    handle: WeakHandle,
}

impl Served {
    /// Gives them to an instance.
    ///
    /// # Panics
    /// When it has some already.
    #[must_use]
    pub fn by(handle: &Handle) -> Self {
        let served = Served {
            open: Arc::new(watch::Sender::new(false)),
            begun: Arc::new(Semaphore::new(0)),
            listening: Arc::default(),
            handle: handle.downgrade(),
        };
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

    /// Sends this to those who listen to `/events`, and tells how many they are.
    pub fn say(&self, event: &str) -> usize {
        let mut listening = lock(&self.listening);
        listening.retain(|events| events.send(event.into()).is_ok());
        listening.len()
    }

    /// Tells the instance that it is to end.
    pub fn drain(&self) {
        self.handle.upgrade().unwrap().drain();
    }

    fn events(&self) -> Response {
        let (sender, receiver) = mpsc::unbounded_channel();
        lock(&self.listening).push(sender);
        Response::streaming(200, "text/event-stream", Events(receiver)).header("cache-control", "no-store")
    }

    async fn slow(&self) -> Response {
        self.begun.add_permits(1);
        let _ = self.open.subscribe().wait_for(|open| *open).await;
        Response::new(200, "text/plain", *b"slow")
    }
}

struct Events(mpsc::UnboundedReceiver<Vec<u8>>);

impl Chunks for Events {
    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Vec<u8>>> {
        self.0.poll_recv(cx)
    }
}

impl Endpoint for Served {
    fn paths(&self) -> Vec<String> {
        ["/echo", "/events", "/files", "/files/{*path}", "/slow", "/who"].map(str::to_owned).into()
    }

    fn get<'a>(&'a self, request: Request<'a>) -> Answering<'a> {
        Box::pin(async move {
            match request.path {
                "/slow" => return self.slow().await,
                "/events" => return self.events(),
                "/who" => return who(&request),
                _ => {}
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

fn who(request: &Request<'_>) -> Response {
    let Request { peer, host, authorization, is_forwarded, last_event_id, sec_fetch_site, .. } = request;
    let said = format!(
        "peer={} host={host} authorization={authorization} forwarded={is_forwarded} last={last_event_id} \
        site={sec_fetch_site}",
        peer.map_or_else(|| "unknown".to_owned(), |peer| peer.to_string())
    );
    Response::new(200, "text/plain", said)
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

async fn who_with(address: SocketAddr, headers: &str) -> String {
    let request = format!("GET /who HTTP/1.1\r\nconnection: close\r\n{headers}\r\n");
    ask(address, request).await.1
}

/// An endpoint hears who asks, for which host, and whether a proxy stands between.
pub async fn who_asks_is_known(address: SocketAddr, _: &Served) {
    let plain = who_with(address, "Host: localhost:8080\r\n").await;
    assert_eq!(plain, "peer=127.0.0.1 host=localhost:8080 authorization= forwarded=false last= site=");
    for proxy in ["X-Forwarded-For: 192.0.2.7", "forwarded: for=192.0.2.7", "Via: 1.1 example", "x-real-ip: 192.0.2.7"]
    {
        let forwarded = who_with(address, &format!("host: localhost\r\n{proxy}\r\n")).await;
        assert_eq!(forwarded, "peer=127.0.0.1 host=localhost authorization= forwarded=true last= site=", "{proxy}");
    }
    let headers = "host: example\r\nAuthorization: Bearer a\r\nLast-Event-ID: 7\r\nSec-Fetch-Site: none\r\n";
    let all = who_with(address, headers).await;
    assert_eq!(all, "peer=127.0.0.1 host=example authorization=Bearer a forwarded=false last=7 site=none");
}

/// With what a stream ends that was not cut off.
pub const END: &str = "0\r\n\r\n";

/// Listens to `/events`, whose head has come.
///
/// # Panics
/// When it is none of a stream.
pub async fn listen(address: SocketAddr) -> TcpStream {
    let request = "GET /events HTTP/1.1\r\nhost: test\r\naccept-encoding: gzip\r\n\r\n";
    let mut connection = send(address, request).await;
    let head = read_until(&mut connection, "\r\n\r\n").await.to_lowercase();
    assert_eq!((status(&head), header(&head, "content-type")), ("200", vec!["text/event-stream"]), "{head}");
    assert_eq!(header(&head, "transfer-encoding"), ["chunked"], "{head}");
    assert_eq!(
        (header(&head, "content-length").len(), header(&head, "cache-control")),
        (0, vec!["no-store"]),
        "{head}"
    );
    connection
}

/// What comes back until it ends so.
///
/// # Panics
/// When the connection ends before.
pub async fn read_until(connection: &mut TcpStream, end: &str) -> String {
    let mut output = Vec::new();
    while !output.ends_with(end.as_bytes()) {
        let read = within(connection.read_buf(&mut output)).await.unwrap();
        assert!(read > 0, "{}", String::from_utf8_lossy(&output));
    }
    String::from_utf8(output).unwrap()
}

/// The head of a stream is sent before there is anything to say, and each piece before there is another.
pub async fn events_are_sent_one_by_one(address: SocketAddr, served: &Served) {
    let mut connection = listen(address).await;
    for event in ["data: a\n\n", "data: b\n\n"] {
        assert_eq!(served.say(event), 1);
        let chunk = format!("9\r\n{event}\r\n");
        assert_eq!(read_until(&mut connection, &chunk).await, chunk);
    }
}

/// Streams end when the instance drains, and their connections are in order then.
pub async fn events_end_with_the_instance(address: SocketAddr, served: &Served) {
    let mut connection = listen(address).await;
    served.drain();
    assert_eq!(read_until(&mut connection, END).await, END);
    assert_eq!(served.say("data: late\n\n"), 0);
}

/// A client that hangs up lets its stream go.
pub async fn events_are_not_kept_for_one_who_is_gone(address: SocketAddr, served: &Served) {
    let (gone, mut other) = (listen(address).await, listen(address).await);
    assert_eq!(served.say(":\n\n"), 2);
    drop(gone);
    within(async {
        while served.say(":\n\n") != 1 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    served.say("data: b\n\n");
    read_until(&mut other, "data: b\n\n\r\n").await;
}

/// A HEAD begins no stream, says no length, and leaves the connection in order.
pub async fn head_of_events_has_none(address: SocketAddr, served: &Served) {
    let request = format!("HEAD /events HTTP/1.1\r\nhost: test\r\n\r\n{}", get_and_close("/echo"));
    let output = String::from_utf8(talk(address, request).await).unwrap().to_lowercase();
    let (head, other) = output.split_once("\r\n\r\n").unwrap();
    assert_eq!((status(head), header(head, "content-type")), ("200", vec!["text/event-stream"]), "{output}");
    assert_eq!(header(head, "content-length").len(), 0, "{output}");
    assert!(other.starts_with("http/1.1 200") && other.ends_with("instance=true"), "{output}");
    assert_eq!(served.say(":\n\n"), 0);
}

/// Streams leave room for the others.
pub async fn too_many_events_are_refused(address: SocketAddr, served: &Served) {
    let mut listening = Vec::new();
    for _ in 0..16 {
        listening.push(listen(address).await);
    }
    assert_eq!(status(&get(address, "/events").await.0), "503");
    assert_eq!(status(&get(address, "/echo").await.0), "200");
    assert_eq!(served.say(":\n\n"), 16);
}

/// Tests that endpoints are served as they should be: `$serve` is the address of an application that has the endpoints of
/// `$handle`, and otherwise what [`other_paths_are_the_application_s`] says.
#[macro_export]
macro_rules! endpoint_tests {
    ($test:meta, |$handle:ident| $serve:expr) => {
        $crate::endpoint_tests!($test, |$handle| $serve,
            get_is_answered headers_stay_headers head_is_answered_without_a_body other_methods_are_refused
            other_paths_are_the_application_s a_rest_is_found forms_are_negotiated a_slow_one_holds_up_nobody
            who_asks_is_known events_are_sent_one_by_one events_end_with_the_instance
            events_are_not_kept_for_one_who_is_gone head_of_events_has_none too_many_events_are_refused
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
