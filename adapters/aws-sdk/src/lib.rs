//! Measures the operations of the AWS SDK's clients: each with its retries, its errors and the id that AWS gave it.
//!
//! One line in the configuration of a client of any service:
//!
//! ```
//! # let sdk_config = aws_types::SdkConfig::builder()
//! #     .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
//! #     .build();
//! let config = aws_sdk_dynamodb::config::Builder::from(&sdk_config)
//!     .interceptor(tachograph_aws_sdk::interceptor())
//!     .build();
//! let client = aws_sdk_dynamodb::Client::from_conf(config);
//! ```
//!
//! # What is recorded
//! - An operation is one external call of its request, however often the SDK tries: `DynamoDB` is the target,
//!   `GetItem experiments` the summary. The attempts are counted, and what lies between them is part of the call, as is
//!   getting the credentials.
//! - What it works on: the table, function, stream, queue, bucket or topic that its input names, as far as the SDK lets
//!   that be read (clients of 2026, such as aws-sdk-dynamodb 1.136). No other part of an input is looked at: no key, no
//!   item, no message; nor are credentials.
//! - The HTTP status and the AWS request id of the last answer, the region, and the bytes of an answer that is read whole.
//! - An error of the service by its code (`ResourceNotFoundException`), else one of `timeout`, `io` (not connected, or
//!   the connection was lost), `request` and `connector` (other reasons not to be sent), `response` (its body could not
//!   be read), `unhandled` (the SDK can make nothing of the answer), `interceptor`, and `other` (no credentials, say).
//!   Its message is not kept. Every answer of 400 or more is an error: a failed condition of DynamoDB's too.
//! - An operation that is dropped is cancelled.
//!
//! # What is sent along
//! `X-Amzn-Trace-Id`, with the call's own span, unless the header is there already: inside Lambda the SDK sets it, to
//! detect recursion. `traceparent` is not sent. AWS reads the other header, whatever propagates the trace elsewhere; and
//! the SDK signs every header but that one, so that a proxy which puts its own span into `traceparent`, as they do,
//! would make AWS refuse the request.
//!
//! # What is not recorded
//! - The body of an answer that is streamed (`GetObject` of S3): the call ends with its head, and reading the body is
//!   the caller's.
//! - Operations that the SDK refuses before it begins, because the input lacks something, and presigned requests, which
//!   are sent by somebody else.
//! - The place in the source. Nothing of the caller is left when an interceptor is asked.
//!
//! Where no client was configured, `tachograph-tracing` sees each operation by the SDK's own span, without status,
//! errors, attempts or ids, and sends nothing along. What is measured here it ignores, so that nothing counts twice.

mod error_type;
mod interceptor;
mod marker;
mod resource;

pub use interceptor::{Interceptor, interceptor};
