//! The Runtime API over HTTP.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::UNIX_EPOCH;

use bytes::Bytes;
use http::request::Parts;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::{Notify, oneshot};

use crate::answer::{self, Answer};
use crate::books::{Books, Handed};
use crate::process::Process;

/// The API of one function, on a thread of its own.
#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) shared: Arc<Shared>,
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What the API and the test share.
#[derive(Debug)]
pub(crate) struct Shared {
    books: Mutex<Books>,
    /// The function asked or answered: for the test.
    pub(crate) changed: Condvar,
    /// There is an invocation: for the function.
    pub(crate) arrived: Notify,
    /// What is stopped while there is nothing to do; none where several invocations run at once.
    pub(crate) process: Mutex<Option<Process>>,
}

impl Shared {
    pub(crate) fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    pub(crate) fn process(&self) -> MutexGuard<'_, Option<Process>> {
        self.process.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Api {
    pub(crate) fn start(concurrency: usize) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            books: Mutex::new(Books::new(concurrency)),
            changed: Condvar::new(),
            arrived: Notify::new(),
            process: Mutex::new(None),
        });
        let (stop, stopped) = oneshot::channel();
        let serving = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            runtime.block_on(async {
                tokio::spawn(serve(listener, serving));
                let _ = stopped.await;
            });
        });
        Ok(Api { shared, address, stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Api {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        let service = service_fn(move |request| {
            let shared = Arc::clone(&shared);
            async move { Ok::<_, Infallible>(respond(&shared, request).await) }
        });
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

async fn respond(shared: &Shared, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let path = head.uri.path().to_owned();
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let method = head.method.clone();
    if !head.headers.get("user-agent").is_some_and(|agent| agent.as_bytes().starts_with(b"aws-lambda-rust/")) {
        shared.books().complain("a client that does not say who it is");
    }
    match (method, &parts[..]) {
        (Method::GET, ["2018-06-01", "runtime", "invocation", "next"]) => next(shared).await,
        (Method::POST, ["2018-06-01", "runtime", "invocation", id, what @ ("response" | "error")]) => {
            answered(shared, &head, body, id, *what == "error").await
        }
        (Method::POST, ["2018-06-01", "runtime", "init", "error"]) => {
            let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
            shared.books().init_failed(&String::from_utf8_lossy(&body));
            status(StatusCode::ACCEPTED)
        }
        (method, _) => {
            shared.books().complain(format!("it calls what there is not: {method} {path}"));
            status(StatusCode::NOT_FOUND)
        }
    }
}

/// Waits for an invocation. Meanwhile the function is frozen.
async fn next(shared: &Shared) -> Response<Full<Bytes>> {
    shared.books().asks();
    let _asking = Asking(shared);
    loop {
        let arrived = shared.arrived.notified();
        {
            let mut books = shared.books();
            if let Some(handed) = books.hand() {
                if let Some(process) = &mut *shared.process() {
                    process.thaw();
                }
                shared.changed.notify_all();
                return invocation(handed);
            }
            if books.is_idle()
                && let Some(process) = &mut *shared.process()
            {
                process.freeze();
            }
        }
        shared.changed.notify_all();
        arrived.await;
    }
}

/// A request for an invocation, which ends with its answer, or with the function.
struct Asking<'a>(&'a Shared);

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.0.books().asks_no_more();
    }
}

fn invocation(handed: Handed) -> Response<Full<Bytes>> {
    let Handed { id, event, deadline } = handed;
    let deadline = deadline.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let mut response = Response::builder()
        .header("content-type", "application/json")
        .header("lambda-runtime-aws-request-id", &id)
        .header("lambda-runtime-invocation-id", &id)
        .header("lambda-runtime-deadline-ms", deadline.to_string())
        .header("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-central-1:123456789012:function:experiments");
    if let Some(trace) = &event.trace {
        response = response.header("lambda-runtime-trace-id", trace);
    }
    response.body(event.payload.into()).unwrap_or_else(|error| panic!("the header of a trace: {error}"))
}

async fn answered(shared: &Shared, head: &Parts, body: Incoming, id: &str, failed: bool) -> Response<Full<Bytes>> {
    let body = match body.collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) => {
            shared.books().complain(format!("an answer that breaks off: {error}"));
            return status(StatusCode::BAD_REQUEST);
        }
    };
    let read = match failed {
        true => answer::error(&head.headers, &body).map(Answer::Error),
        false => answer::response(&head.headers, &body).map(Answer::Response),
    };
    let mut books = shared.books();
    if head.headers.get("lambda-runtime-invocation-id").map(|id| id.as_bytes()) != Some(id.as_bytes()) {
        books.complain("an answer that does not repeat the id of its invocation");
    }
    let taken = match read {
        Ok(answer) => books.answer(id, answer),
        Err(reason) => {
            books.complain(reason);
            false
        }
    };
    drop(books);
    shared.changed.notify_all();
    status(if taken { StatusCode::ACCEPTED } else { StatusCode::BAD_REQUEST })
}

fn status(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpStream;

    use serde_json::json;

    use super::*;
    use crate::event::Event;

    const AGENT: &str = "user-agent: aws-lambda-rust/1\r\n";

    impl Api {
        /// What comes back for a request with this first line, these headers and this body.
        fn ask(&self, line: &str, headers: &str, body: &str) -> String {
            let mut stream = TcpStream::connect(self.address).unwrap();
            let length = body.len();
            let head =
                format!("{line} HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n");
            stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answer
        }

        fn post(&self, path: &str, headers: &str, body: &str) -> String {
            self.ask(&format!("POST /2018-06-01/runtime/{path}"), &format!("{AGENT}{headers}"), body)
        }

        fn next(&self) -> String {
            self.ask("GET /2018-06-01/runtime/invocation/next", AGENT, "")
        }

        fn complaints(&self) -> Vec<String> {
            self.shared.books().complaints().to_vec()
        }
    }

    #[test]
    fn an_invocation_is_handed_out_and_answered() {
        let api = Api::start(1).unwrap();
        let id = api.shared.books().invoke(Event::new(json!({ "id": 7 })).trace("Root=1"));
        let handed = api.next();
        for part in ["200 OK", &id, "lambda-runtime-deadline-ms: ", "lambda-runtime-trace-id: Root=1", "{\"id\":7}"] {
            assert!(handed.contains(part), "{part}: {handed}");
        }
        let repeated = format!("lambda-runtime-invocation-id: {id}\r\n");
        let answer = api.post(&format!("invocation/{id}/response"), &repeated, "7");
        assert!(answer.contains("202"), "{answer}");
        let answered = api.shared.books().answered(&id);
        assert_eq!(answered.unwrap().response().json(), 7);
        assert_eq!(api.complaints(), [""; 0]);
    }

    #[test]
    fn a_failure_is_an_answer_too() {
        let api = Api::start(1).unwrap();
        let id = api.shared.books().invoke(Event::new(json!(1)));
        api.next();
        let headers =
            format!("lambda-runtime-invocation-id: {id}\r\nlambda-runtime-function-error-type: unhandled\r\n");
        api.post(&format!("invocation/{id}/error"), &headers, r#"{"errorType":"A","errorMessage":"b"}"#);
        assert_eq!(api.shared.books().answered(&id).unwrap().error().message, "b");
        assert_eq!(api.complaints(), [""; 0]);
    }

    #[test]
    fn who_breaks_the_protocol_is_complained_of() {
        let api = Api::start(1).unwrap();
        let id = api.shared.books().invoke(Event::new(json!(1)));
        api.next();
        api.ask("POST /2018-06-01/runtime/invocation/none/response", "", "1");
        api.post(&format!("invocation/{id}/response"), "", "seven");
        assert!(api.post("restore/next", "", "").contains("404"));
        api.post("init/error", "", "no configuration");
        let complaints = api.complaints().join("\n");
        for reason in ["who it is", "there is not: none", "repeat the id", "no JSON", "calls what", "no configuration"]
        {
            assert!(complaints.contains(reason), "{reason}: {complaints}");
        }
        assert!(api.shared.books().answered(&id).is_none());
    }
}
