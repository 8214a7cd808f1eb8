//! Sends lines to CloudWatch Logs.

mod client;
mod cloudwatch_logs;
mod destination;
mod error;
mod event;
mod names;
mod parts;
mod settings;
mod sink;
mod stream;
mod trouble;

pub use aws_sdk_cloudwatchlogs::config::{Credentials, SharedCredentialsProvider};
pub use cloudwatch_logs::CloudWatchLogs;
pub use error::Error;
pub use names::usual_group;
pub use settings::{FailureHook, LogGroup, Settings};
pub use tachograph_delivery::{Counters, Failure};
pub use tachograph_json as json;
