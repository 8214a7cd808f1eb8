//! OTLP over HTTP, in protobuf.

use std::io::Write;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use flate2::write::GzEncoder;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, StatusCode};
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Response, Url};
use tachograph_delivery::SendError;

use super::USER_AGENT;
use super::answer::{Trouble, readable};
use super::attempt::{self, Failed, MAX_ANSWER, odd};
use crate::error::{Error, whole};
use crate::settings::{Compression, Target};
use crate::signal::Signal;

const PROTOBUF: &str = "application/x-protobuf";

/// Of an answer that only says what went wrong.
const MAX_COMPLAINT: usize = 64 << 10;

pub(super) struct Client {
    client: reqwest::Client,
    url: Url,
    headers: HeaderMap,
    compression: Compression,
}

impl Client {
    pub(super) fn new(target: &Target) -> Result<Self, Error> {
        let url = Url::parse(&target.endpoint)
            .map_err(|error| Error::because(format!("the endpoint `{}` is none for HTTP", target.shown()), error))?;
        let mut builder = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .redirect(Policy::custom(follow))
            .pool_max_idle_per_host(1);
        if is_this_machine(&url) {
            // A proxy would look for the receiver on its own machine.
            builder = builder.no_proxy();
        }
        #[cfg(feature = "tls")]
        {
            // Also where it will not be used: without one, reqwest panics unless the process has chosen a cryptography.
            let tls = match target.is_secure() {
                true => super::tls::client_config(&target.tls, b"http/1.1")?,
                false => super::tls::trusting_nobody()?,
            };
            builder = builder.tls_backend_preconfigured(tls);
        }
        let client = builder.build().map_err(|error| {
            Error::because(format!("there is no client to send to `{}` with", target.shown()), error)
        })?;
        Ok(Client { client, url, headers: headers(target), compression: target.compression })
    }

    pub(super) async fn send(&mut self, signal: Signal, request: Bytes) -> Result<(), SendError> {
        let body = match self.compression {
            Compression::None => request,
            Compression::Gzip => gzip(&request),
        };
        let request = self.client.post(self.url.clone()).headers(self.headers.clone()).body(body);
        let response = request.send().await.map_err(|error| broken(&error))?;
        let status = response.status();
        if status.is_success() {
            return taken(signal, response).await;
        }
        Err(refused(status, response).await.into())
    }
}

fn headers(target: &Target) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in &target.headers {
        let mut value = value.clone();
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    // Last, because a request with others would be none of OTLP.
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

fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Headers hold keys, so a request goes on to the same server only, and only where it stays what it is.
fn follow(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let same = |before: &Url| before.origin() == attempt.url().origin();
    let stays = matches!(attempt.status(), StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
    let follow = stays && attempt.previous().len() < 5 && attempt.previous().last().is_some_and(same);
    if follow { attempt.follow() } else { attempt.stop() }
}

async fn taken(signal: Signal, response: Response) -> Result<(), SendError> {
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

/// Which statuses are tried again is what the protocol says.
async fn refused(status: StatusCode, response: Response) -> Failed {
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
        _ => Failed::ForGood(message),
    }
}

enum Body {
    Whole(Vec<u8>),
    TooLong,
    Broken,
}

async fn body(mut response: Response, longest: usize) -> Body {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > longest => return Body::TooLong,
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Body::Whole(body),
            Err(_) => return Body::Broken,
        }
    }
}

/// There was no answer at all.
fn broken(error: &reqwest::Error) -> SendError {
    let why = whole(error);
    if error.is_builder() { SendError::permanent(0, why) } else { SendError::temporary(0, why) }
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

    #[test]
    fn this_machine_is_reached_without_a_proxy() {
        let is_here = |url| is_this_machine(&Url::parse(url).unwrap());
        assert!(is_here("http://localhost:4318/v1/traces"));
        assert!(is_here("http://127.0.0.2:4318"));
        assert!(is_here("http://[::1]:4318"));
        assert!(!is_here("http://collector:4318"));
    }
}
