//! A strict receiver of CloudWatch Logs for tests: it takes PutLogEvents and what comes before it (CreateLogGroup,
//! CreateLogStream, PutRetentionPolicy) on a port of its own, holds every limit that the service of AWS holds, and complains
//! of whatever that would refuse, in words that say what is wrong.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! use tachograph_log_service::{Answer, Call, LogService};
//!
//! let service = LogService::start().await;
//! service.answer_next(Call::PutLogEvents, [Answer::Throttled { retry_after: None }, Answer::Status(503)]);
//! // A client is told to send to `service.endpoint()`, does so, and then:
//! // service.wait_for(|kept| kept.events("/experiments-api/requests").len() == 3).await;
//! assert_eq!(service.complaints(), [""; 0]);
//! # });
//! ```
//!
//! What arrives is kept, also while the port is [closed](LogService::kill); what was refused is kept only as a complaint. The
//! service runs on a thread of its own, so a test that blocks does not hold it up. Signatures have to be there and to be well
//! formed; they are not verified, as it knows no secret.

mod answer;
mod call;
mod kept;
mod perform;
mod protocol;
mod rules;
mod server;
mod service;
mod signature;

pub use answer::Answer;
pub use call::Call;
pub use kept::{Event, Group, Kept, Made, Stream};
pub use service::LogService;
