//! A client of bare bytes: it can send what no library would, and leave whenever it likes.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;
use socket2::SockRef;

use crate::service::LONG;

/// A request as it goes on the wire.
#[derive(Debug)]
pub(crate) struct Request {
    method: String,
    head: Vec<u8>,
    body: Option<Vec<u8>>,
}

impl Request {
    pub(crate) fn new(method: &str, path: impl AsRef<[u8]>) -> Self {
        Self::to_host("demo", method, path)
    }

    /// To a service that goes by another name.
    pub(crate) fn to_host(host: &str, method: &str, path: impl AsRef<[u8]>) -> Self {
        let host = format!(" HTTP/1.1\r\nhost: {host}\r\n");
        let head = [method.as_bytes(), b" ", path.as_ref(), host.as_bytes()].concat();
        Request { method: method.to_owned(), head, body: None }
    }

    /// In the older protocol, which knows no chunks, and no second request unless it is asked for.
    pub(crate) fn version_1_0(path: &str) -> Self {
        Request { method: "GET".to_owned(), head: format!("GET {path} HTTP/1.0\r\n").into_bytes(), body: None }
    }

    pub(crate) fn get(path: impl AsRef<[u8]>) -> Self {
        Self::new("GET", path)
    }

    /// A POST of JSON, or of what claims to be.
    pub(crate) fn post(path: &str, json: impl ToString) -> Self {
        let mut request = Self::new("POST", path).header("content-type", "application/json");
        request.body = Some(json.to_string().into_bytes());
        request
    }

    pub(crate) fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.head.extend([name.as_bytes(), b": ", value.as_ref(), b"\r\n"].concat());
        self
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        match &self.body {
            Some(body) => {
                let length = format!("content-length: {}\r\n\r\n", body.len());
                [self.head.as_slice(), length.as_bytes(), body].concat()
            }
            None => [self.head.as_slice(), b"\r\n"].concat(),
        }
    }
}

/// The answer to a request.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// Under which id its line is found.
    pub(crate) fn id(&self) -> &str {
        self.header("x-request-id").expect("each measured answer has an id")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("the body is JSON")
    }
}

/// A connection, kept alive for as long as the service does.
#[derive(Debug)]
pub(crate) struct Connection(BufReader<TcpStream>);

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("the service accepts connections");
        stream.set_read_timeout(Some(LONG)).unwrap();
        stream.set_nodelay(true).unwrap();
        Connection(BufReader::new(stream))
    }

    /// Sends a request, and does nothing more.
    pub(crate) fn send(&mut self, request: impl AsRef<[u8]>) {
        self.0.get_ref().write_all(request.as_ref()).expect("the service takes a request");
    }

    /// The answer to a request; none where the service closes the connection instead.
    pub(crate) fn ask(&mut self, request: &Request) -> Option<Response> {
        self.send(request.to_bytes());
        self.answer(&request.method)
    }

    /// The answer to a request of this method that was sent.
    pub(crate) fn answer(&mut self, method: &str) -> Option<Response> {
        let mut response = self.head()?;
        let bodiless = method == "HEAD" || matches!(response.status, 204 | 304);
        if !bodiless {
            response.body = self.body(&response);
        }
        Some(response)
    }

    /// Says that no more will be sent, and still listens.
    pub(crate) fn finish(&self) {
        self.0.get_ref().shutdown(Shutdown::Write).expect("the connection is open");
    }

    /// Leaves as a process does that is killed, or a router that forgets: by a reset.
    pub(crate) fn reset(self) {
        SockRef::from(self.0.get_ref()).set_linger(Some(Duration::ZERO)).expect("a socket can linger");
    }

    /// What comes before the body.
    pub(crate) fn head(&mut self) -> Option<Response> {
        let first = self.line();
        let status = first.split(' ').nth(1)?.parse().expect("a status line has a status");
        let lines = std::iter::from_fn(|| Some(self.line()).filter(|line| !line.is_empty()));
        let header = |line: String| {
            let (name, value) = line.split_once(": ").expect("a header has a name and a value");
            (name.to_ascii_lowercase(), value.to_owned())
        };
        let headers = lines.map(header).collect();
        Some(Response { status, headers, body: Vec::new() })
    }

    fn body(&mut self, response: &Response) -> Vec<u8> {
        if response.header("transfer-encoding") == Some("chunked") {
            let mut body = Vec::new();
            while let Some(chunk) = self.chunk() {
                body.extend(chunk);
            }
            return body;
        }
        match response.header("content-length") {
            Some(length) => self.exactly(length.parse().expect("a size is a number")),
            // As HTTP/1.0 has it.
            None => self.rest(),
        }
    }

    /// All until the service closes the connection.
    fn rest(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.0.read_to_end(&mut bytes).expect("the service ends the answer");
        bytes
    }

    /// The next chunk of a streamed body; none at its end.
    pub(crate) fn chunk(&mut self) -> Option<Vec<u8>> {
        let size = usize::from_str_radix(&self.line(), 16).expect("a chunk begins with its size");
        let chunk = self.exactly(size);
        assert_eq!(self.line(), "");
        (size > 0).then_some(chunk)
    }

    /// Reads on to the end of a streamed body, and says whether that is one, or the connection's.
    pub(crate) fn comes_to_an_end(&mut self) -> bool {
        loop {
            let size = self.line();
            let size = if size.is_empty() { return false } else { u64::from_str_radix(&size, 16) };
            let size = size.expect("a chunk begins with its size");
            let taken = io::copy(&mut Read::by_ref(&mut self.0).take(size + 2), &mut io::sink());
            if size == 0 || taken.is_err() {
                return size == 0;
            }
        }
    }

    fn exactly(&mut self, size: usize) -> Vec<u8> {
        let mut bytes = vec![0; size];
        self.0.read_exact(&mut bytes).expect("the service sends all it announced");
        bytes
    }

    /// Empty at the end of the head, and where the connection ends.
    fn line(&mut self) -> String {
        let mut line = String::new();
        match self.0.read_line(&mut line) {
            Err(error) if error.kind() != std::io::ErrorKind::ConnectionReset => panic!("no answer: {error}"),
            _ => line.trim_end().to_owned(),
        }
    }
}
