//! What the adapters of clients share: the headers that a call sends along, and following its answer to the end.
//!
//! An adapter knows its client's types; this knows what they mean. A call passes through in three steps:
//! [`start_call`](crate::start_call), [`OpenCall::inject_trace`](crate::OpenCall::inject_trace) where the other side is
//! a service, and [`OpenCall::answered`](crate::OpenCall::answered) when the head of its answer is there, which gives an
//! [`AnsweredCall`] until the last byte.

mod answered;
mod headers;

pub use answered::AnsweredCall;
pub use headers::OutgoingHeaders;
