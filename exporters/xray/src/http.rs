//! Small calls by HTTP, to the daemon and to what tells where the service runs: never through a proxy, never with TLS, and
//! never for long.

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
