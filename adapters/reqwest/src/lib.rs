//! Measures the calls of a [reqwest] client.
//!
//! Three ways lead to the same measurement:
//! - [`Client`] stands in for reqwest's own: `.get(url).send()` is measured, and answers with reqwest's `Response`.
//! - [`SendMeasured`] gives a plain `reqwest::RequestBuilder` a [`send_measured`](SendMeasured::send_measured).
//! - `Middleware` goes into a chain of reqwest-middleware (feature `middleware`), and measures each attempt that
//!   passes through it.
//!
//! ```
//! # async fn example() -> reqwest::Result<()> {
//! let http = tachograph_reqwest::Client::from(reqwest::Client::new());
//! let report = http.get("https://partner.example/reports/7").send().await?.error_for_status()?.text().await?;
//! # Ok(()) }
//! ```
//!
//! # What is measured
//! A call begins when the future is first polled, for the request that is current there, and stays that request's
//! wherever its body is read. It has the host (with the port, where that is not the scheme's own), the path, the
//! method, the status, the time to the head and to the end of the body, and the bytes of the body as they are read:
//! after decompression. What else is in the URL, a password or a query, is not kept; the path is on spans alone, in no
//! line and no metric. Redirects and retries that reqwest makes by itself are part of the one call.
//!
//! It ends with the last byte of the body. Until then the time counts as external, even while the answer lies unread.
//! - A body that is dropped without having been asked for was not wanted: the call is completed there and then.
//! - A future that is dropped before the head, or a body that was begun and given up, is cancelled.
//! - What fails has one of these types: `timeout`, `dns`, `connect`, `redirect`, `body` (of the request or the answer),
//!   `decode`, `builder`, `request` for all else, and `middleware` for another middleware's error.
//! - An answer of 400 or more is an error by its status; what becomes of it is left to `error_for_status`.
//!
//! # What is sent along
//! `traceparent`, `tracestate` and `X-Amzn-Trace-Id`, with the call's own span, so that the called service joins the
//! trace. A header that the request has already is left as it is; one among the client's default headers cannot be
//! seen, and is replaced. Outside a request nothing is sent along and nothing is measured; the call counts as
//! unattributed.
//!
//! # What is different
//! The answer is reqwest's own, with URL, headers, length, address and extensions. Its body has been wrapped, so an
//! error while reading it has two more reqwest errors in its chain of sources; `is_timeout` and its like answer as
//! before.

mod body;
mod client;
mod error_type;
mod headers;
mod health_check;
mod measure;
#[cfg(feature = "middleware")]
mod middleware;
mod request_builder;
mod send_measured;

pub use client::Client;
#[cfg(feature = "middleware")]
pub use middleware::Middleware;
pub use request_builder::RequestBuilder;
pub use send_measured::SendMeasured;

pub use reqwest;
#[cfg(feature = "middleware")]
pub use reqwest_middleware;
