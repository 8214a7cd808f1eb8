//! Small calls by HTTP, to the daemon and to what tells where the service runs: never through a proxy, never with TLS, and
//! never for long.

#[cfg(test)]
pub(crate) mod server;

use std::fmt;
use std::time::Duration;

use ureq::http::{Request, Response};
use ureq::{Agent, Body};

/// More than any answer has that can be made sense of: 25 sampling rules are 15 KB.
const MAX_BODY: u64 = 1 << 20;

/// Makes calls, each on a connection of its own: between two of them the other side has long hung up.
#[derive(Clone)]
pub(crate) struct Http {
    agent: Agent,
}

impl Http {
    /// `patience` is what a connection may take to come about, what the answer may take to begin, and what it may take to end.
    pub(crate) fn new(patience: Duration) -> Self {
        let patience = Some(patience);
        let config = Agent::config_builder()
            .proxy(None)
            .max_redirects(0)
            .max_idle_connections(0)
            .http_status_as_error(false)
            .timeout_connect(patience)
            .timeout_send_request(patience)
            .timeout_send_body(patience)
            .timeout_recv_response(patience)
            .timeout_recv_body(patience)
            .user_agent(concat!("tachograph/", env!("CARGO_PKG_VERSION")));
        Http { agent: config.build().new_agent() }
    }

    pub(crate) fn get(&self, url: &str, headers: &[(&str, &str)]) -> Result<Vec<u8>, CallError> {
        body(self.agent.run(request("GET", url, headers).body(())?)?)
    }

    pub(crate) fn put(&self, url: &str, headers: &[(&str, &str)]) -> Result<Vec<u8>, CallError> {
        body(self.agent.run(request("PUT", url, headers).body(&[][..])?)?)
    }

    pub(crate) fn post_json(&self, url: &str, json: &[u8]) -> Result<Vec<u8>, CallError> {
        body(self.agent.run(request("POST", url, &[("content-type", "application/json")]).body(json)?)?)
    }
}

fn request(method: &str, url: &str, headers: &[(&str, &str)]) -> ureq::http::request::Builder {
    let request = Request::builder().method(method).uri(url).header("connection", "close");
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
}

fn body(mut answer: Response<Body>) -> Result<Vec<u8>, CallError> {
    if answer.status() != 200 {
        return Err(CallError::Status(answer.status().as_u16()));
    }
    Ok(answer.body_mut().with_config().limit(MAX_BODY).read_to_vec()?)
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum CallError {
    /// There is one, but it says no.
    Status(u16),
    Failed(ureq::Error),
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CallError::Status(status) => write!(f, "it answered with status {status}"),
            // "io: " goes before what the operating system says.
            CallError::Failed(ureq::Error::Io(error)) => error.fmt(f),
            CallError::Failed(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for CallError {}

impl From<ureq::Error> for CallError {
    fn from(error: ureq::Error) -> Self {
        CallError::Failed(error)
    }
}

impl From<ureq::http::Error> for CallError {
    fn from(error: ureq::http::Error) -> Self {
        CallError::Failed(error.into())
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Http")
    }
}

#[cfg(test)]
mod tests {
    use super::server::{Say, Server};
    use super::*;

    fn http() -> Http {
        Http::new(Duration::from_secs(20))
    }

    fn failed(answer: Result<Vec<u8>, CallError>) -> String {
        answer.expect_err("it should fail").to_string()
    }

    #[test]
    fn what_is_sent_arrives_and_so_does_the_answer() {
        let server = Server::start(|asked| Say::Ok(asked.line.clone().into_bytes()));
        let url = format!("{}/a?b=c", server.url());
        assert_eq!(http().get(&url, &[("x-token", "t")]).unwrap(), b"GET /a?b=c");
        assert_eq!(http().put(&url, &[("x-seconds", "60")]).unwrap(), b"PUT /a?b=c");
        assert_eq!(http().post_json(&url, b"{}").unwrap(), b"POST /a?b=c");
        let asked = server.asked();
        assert_eq!((asked[0].header("x-token"), asked[0].header("connection")), (Some("t"), Some("close")));
        assert_eq!((asked[1].header("x-seconds"), asked[1].header("content-length")), (Some("60"), Some("0")));
        assert_eq!((asked[2].header("content-type"), &*asked[2].body), (Some("application/json"), &b"{}"[..]));
    }

    #[test]
    fn an_answer_in_chunks_is_put_together() {
        let chunks = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n";
        let server = Server::start(|_| Say::Raw(chunks.to_vec()));
        assert_eq!(http().get(&server.url(), &[]).unwrap(), b"{}");
    }

    #[test]
    fn what_is_no_answer_is_an_error_that_says_why() {
        for status in [204, 302, 403, 404, 500] {
            let server = Server::start(move |_| Say::Status(status));
            assert_eq!(failed(http().get(&server.url(), &[])), format!("it answered with status {status}"));
            assert_eq!(server.asked().len(), 1);
        }
        for garbage in [&b""[..], b"no", b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}", b"HTTP/1.1 200 OK\r\na"] {
            let server = Server::start(move |_| Say::Raw(garbage.to_vec()));
            assert!(http().get(&server.url(), &[]).is_err(), "{garbage:?}");
        }
        let closed = Server::start(|_| Say::Nothing).url();
        let refused = failed(http().get(&closed, &[]));
        assert!(refused.to_ascii_lowercase().starts_with("connection refused"), "{refused}");
        assert!(http().get("no url", &[]).is_err() && http().get("https://127.0.0.1:1", &[]).is_err());
    }

    #[test]
    fn an_answer_without_an_end_is_not_read_to_its_end() {
        let endless = [&b"HTTP/1.1 200 OK\r\n\r\n"[..], &vec![b' '; 3 << 20]].concat();
        let server = Server::start(move |_| Say::Raw(endless.clone()));
        assert!(http().get(&server.url(), &[]).is_err());
        let long = Server::start(|_| Say::Ok(vec![b' '; 1_000_000]));
        assert_eq!(http().get(&long.url(), &[]).unwrap().len(), 1_000_000);
    }

    #[test]
    fn one_who_says_nothing_is_not_waited_for() {
        let server = Server::start(|_| Say::Nothing);
        let said = failed(Http::new(Duration::from_millis(50)).get(&server.url(), &[]));
        assert!(said.contains("timeout"), "{said}");
    }
}
