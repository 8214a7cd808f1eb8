//! OTLP over HTTP, in protobuf.

use std::error::Error as StdError;
use std::io::Write;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use flate2::write::GzEncoder;
use http::header::{self, CONTENT_ENCODING, CONTENT_TYPE, HOST, RETRY_AFTER};
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tachograph_delivery::{SendError, whole};
use tokio::net::TcpStream;

use super::USER_AGENT;
use super::answer::{Trouble, readable};
use super::attempt::{self, Failed, MAX_ANSWER, odd};
#[cfg(feature = "tls")]
use super::connector::Connector;
use crate::error::Error;
use crate::settings::{Compression, Target};
use crate::signal::Signal;

const PROTOBUF: &str = "application/x-protobuf";

/// Of an answer that only says what went wrong.
const MAX_COMPLAINT: usize = 64 << 10;

pub(super) struct Client {
    endpoint: Uri,
    headers: HeaderMap,
    compression: Compression,
    #[cfg(feature = "tls")]
    tls: Option<Connector>,
    /// Whether an answer that denies us access is for now: who we are can change.
    signs: bool,
    /// Whether the last answer was one.
    denied: bool,
    /// Kept from one request to the next.
    open: Option<SendRequest<Full<Bytes>>>,
}

impl Client {
    pub(super) fn new(target: &Target) -> Result<Self, Error> {
        let unusable = || format!("the endpoint `{}` is none for HTTP", target.shown());
        let endpoint: Uri = target.endpoint.parse().map_err(|error| Error::because(unusable(), error))?;
        let authority = endpoint.authority().ok_or_else(|| Error::new(unusable()))?;
        // Without the name and the password that can stand before it.
        let host = authority.as_str().rsplit('@').next().unwrap_or_default();
        let host = HeaderValue::from_str(host).map_err(|error| Error::because(unusable(), error))?;
        Ok(Client {
            headers: headers(target, host),
            compression: target.compression,
            #[cfg(feature = "tls")]
            tls: match target.is_secure() {
                true => Some(Connector::new(&endpoint, &target.tls, b"http/1.1")?),
                false => None,
            },
            signs: target.signing.is_some(),
            denied: false,
            open: None,
            endpoint,
        })
    }

    /// Sends it when `sign` has seen the address, the headers and the body as it is sent, and has added to the headers what
    /// it wants to.
    pub(super) async fn send(
        &mut self,
        signal: Signal,
        request: Bytes,
        sign: impl FnOnce(&Uri, &mut HeaderMap, &[u8]) -> Result<(), SendError>,
    ) -> Result<(), SendError> {
        let body = match self.compression {
            Compression::None => request,
            Compression::Gzip => gzip(&request),
        };
        let path = self.endpoint.path_and_query().map_or("/", PathAndQuery::as_str);
        let mut headers = self.headers.clone();
        sign(&self.endpoint, &mut headers, &body)?;
        let mut request = Request::post(path).body(Full::new(body)).map_err(|error| SendError::permanent(0, error))?;
        *request.headers_mut() = headers;
        // It is given back once all is said: what is given up half-way leaves no connection behind.
        let mut open = self.connection().await.map_err(|error| SendError::temporary(0, whole(&*error)))?;
        let response = open.send_request(request).await.map_err(|error| SendError::temporary(0, whole(&error)))?;
        let status = response.status();
        self.denied = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
        let sent = match status.is_success() {
            true => taken(signal, response).await,
            false => Err(refused(status, response, self.signs).await.into()),
        };
        self.open = Some(open);
        sent
    }

    /// Whether the last answer said that we may not, or that nobody knows us.
    #[cfg(feature = "aws")]
    pub(super) fn is_denied(&self) -> bool {
        self.denied
    }

    /// The one that is open, if it still is, or a new one.
    async fn connection(&mut self) -> Result<SendRequest<Full<Bytes>>, Broken> {
        if let Some(mut open) = self.open.take()
            && open.ready().await.is_ok()
        {
            return Ok(open);
        }
        self.connect().await
    }

    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>, Broken> {
        #[cfg(feature = "tls")]
        if let Some(tls) = &self.tls {
            return shake_hands(tls.connect().await?).await;
        }
        let host = self.endpoint.host().unwrap_or_default().trim_matches(['[', ']']);
        let stream = TcpStream::connect((host, self.endpoint.port_u16().unwrap_or(80))).await?;
        stream.set_nodelay(true)?;
        shake_hands(TokioIo::new(stream)).await
    }
}

/// Why there is no connection.
type Broken = Box<dyn StdError + Send + Sync>;

async fn shake_hands<S>(stream: S) -> Result<SendRequest<Full<Bytes>>, Broken>
where
    S: hyper::rt::Read + hyper::rt::Write + Send + Unpin + 'static,
{
    let (open, connection) = http1::handshake(stream).await?;
    // What breaks it is told to who sends.
    tokio::spawn(connection);
    Ok(open)
}

fn headers(target: &Target, host: HeaderValue) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in &target.headers {
        let mut value = value.clone();
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    // Last, because a request with others would be none of OTLP.
    headers.insert(HOST, host);
    headers.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROTOBUF));
    if target.compression == Compression::Gzip {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    headers
}

fn gzip(bytes: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 4), flate2::Compression::fast());
    // Writing to memory does not fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default().into()
}

async fn taken(signal: Signal, response: Response<Incoming>) -> Result<(), SendError> {
    let kind = response.headers().get(CONTENT_TYPE).map(|kind| readable(kind.as_bytes())).unwrap_or_default();
    let body = match body(response, MAX_ANSWER).await {
        Body::Whole(body) => body,
        Body::TooLong => return Err(SendError::permanent(0, format!("it answered with more than {MAX_ANSWER} bytes"))),
        Body::Broken => return Err(odd("an answer that broke off")),
    };
    // Some receivers answer in JSON whatever they are sent; nothing of interest is lost by that.
    if body.is_empty() || kind.starts_with("application/json") {
        return Ok(());
    }
    if !kind.is_empty() && !kind.starts_with(PROTOBUF) {
        return Err(odd(&format!("an answer of the type `{kind}`")));
    }
    attempt::taken(signal, &body)
}

/// Which statuses are tried again is what the protocol says; and those that another signature could change.
async fn refused(status: StatusCode, response: Response<Incoming>, signs: bool) -> Failed {
    let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| retry_after(value, SystemTime::now()));
    let location = response.headers().get(http::header::LOCATION).map(|to| readable(to.as_bytes()));
    let kind = response.headers().get(CONTENT_TYPE).cloned();
    let body = match body(response, MAX_COMPLAINT).await {
        Body::Whole(body) => body,
        Body::TooLong | Body::Broken => Vec::new(),
    };
    let mut message = status.to_string();
    if let (true, Some(location)) = (status.is_redirection(), location) {
        message =
            format!("{message} to `{location}`, which is not followed: set the endpoint to where the receiver is");
    }
    let is_protobuf = kind.is_some_and(|kind| kind.as_bytes().starts_with(PROTOBUF.as_bytes()));
    let said = match Trouble::read(&body) {
        Ok(trouble) if is_protobuf => trouble.message,
        _ => readable(&body),
    };
    if !said.is_empty() {
        message = format!("{message}: {said}");
    }
    match status.as_u16() {
        429 | 502 | 503 | 504 => Failed::ForNow(message, retry_after),
        401 | 403 if signs => Failed::ForNow(message, retry_after),
        _ => Failed::ForGood(message),
    }
}

enum Body {
    Whole(Vec<u8>),
    TooLong,
    Broken,
}

async fn body(response: Response<Incoming>, longest: usize) -> Body {
    match Limited::new(response.into_body(), longest).collect().await {
        Ok(body) => Body::Whole(body.to_bytes().into()),
        Err(error) if error.is::<LengthLimitError>() => Body::TooLong,
        Err(_) => Body::Broken,
    }
}

/// Seconds, or a date.
fn retry_after(value: &HeaderValue, now: SystemTime) -> Option<Duration> {
    let value = value.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receivers_ask_for_time_in_seconds_or_by_date() {
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        let wait = |value| retry_after(&HeaderValue::from_static(value), now).map(|wait| wait.as_secs());
        assert_eq!(wait("120"), Some(120));
        assert_eq!(wait("Sun, 06 Nov 1994 08:50:37 GMT"), Some(60));
        assert_eq!(wait("Sun, 06 Nov 1994 07:00:00 GMT"), Some(0), "that is over");
        assert_eq!(wait("soon"), None);
        assert_eq!(wait("-1"), None);
    }
}
