//! What the adapters of frameworks share: reading a request's headers, opening it, and following its answer to the end.
//!
//! An adapter knows its framework's types; this knows what they mean. A request passes through in three steps:
//! [`Inbound::open`] when its head is there, [`OpenRequest::answer`](crate::OpenRequest::answer) when the answer's is, and
//! [`AnswerBody`] until the last byte.

mod answer;
mod answer_body;
mod headers;
mod instance;
mod nested;

pub use answer::{Answer, Expected};
pub use answer_body::AnswerBody;
pub use headers::{RequestHeaders, SERVER_TIMING, X_REQUEST_ID};
pub use instance::Inbound;
