//! Sends lines to CloudWatch Logs.
//!
//! ```
//! use std::time::Duration;
//! use tachograph_cloudwatch_logs::{CloudWatchLogs, LogGroup, Settings};
//! use tachograph_core::{Handle, Service};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let service = Service::new("experiments-api").version("1.4.2");
//! let mut settings = Settings::new(vec![LogGroup::new("/experiments-api/requests")]);
//! settings.groups[0].retention_days = Some(90);
//! settings.region = Some("eu-west-1".to_owned());
//! # let receiver = tachograph_log_service::LogService::start_blocking();
//! # settings.endpoint = Some(receiver.endpoint());
//! # use tachograph_cloudwatch_logs::{Credentials, SharedCredentialsProvider};
//! # settings.credentials = Some(SharedCredentialsProvider::new(Credentials::new("key", "secret", None, None, "docs")));
//! let handle = Handle::builder().exporter(CloudWatchLogs::new(&service, settings)?).service(service).build();
//!
//! # let work = async {};
//! # let mut context = std::task::Context::from_waker(std::task::Waker::noop());
//! # assert!(std::pin::pin!(handle.task("rollup", work)).poll(&mut context).is_ready());
//! assert!(handle.shutdown(Duration::from_secs(10)));
//! # assert!(receiver.messages("/experiments-api/requests")[0].contains(r#""name":"rollup""#));
//! # Ok(())
//! # }
//! ```
//!
//! The lines are those of [`tachograph_json`], in each of its formats, and each group has [its own](LogGroup::lines): those
//! of some [level, event or logger](tachograph_json::Filter), for example. An event has the time of its line, and metrics in
//! lines (EMF) are seen as such.
//!
//! # Groups and streams
//! A stream is this process' own unless it is [said](Settings::stream), so that no two processes write one. Streams and
//! groups that are not there are created when the first lines are sent, unless [`create`](Settings::create) is false; a
//! group that is created here is told [how long](LogGroup::retention_days) to keep its events, and one that was there is
//! left as it is. The credentials need `logs:PutLogEvents`, and for that `logs:CreateLogStream`, `logs:CreateLogGroup` and
//! `logs:PutRetentionPolicy`.
//!
//! # When lines are sent
//! Half of the [interval](Settings::flush_interval) after the first of them was written at the latest, in calls of at most
//! 1,048,576 bytes and 10,000 events, in order of time, and from less than one day. What is left of the interval is for the
//! call: a process that is killed loses no line that is older than the interval. A line beyond 1 MB is cut.
//!
//! # When CloudWatch Logs does not take them
//! Lines wait, whatever the reason: throttling, an outage, credentials that ran out, a permission that somebody has yet to
//! grant. The same call is tried again, after waits from 0.2 s that double up to 10 s, or as long as the service asks for. Only
//! a call that the service calls wrong in itself is given up, and its lines are counted as `output_failed`. Events that it
//! takes no more, or not yet (older than 14 days or than the group keeps them, more than 2 hours in the future), are counted
//! as `rejected`. Where an answer is lost, the lines of that one call are there twice.
//!
//! Each cause is told [once](Settings::on_failure), and every line that is lost is counted in
//! [`dropped`](tachograph_core::Exporter::dropped).
//!
//! # What an outage costs
//! As long as there is room, nothing. When [`buffer_bytes`](Settings::buffer_bytes) are full, the oldest lines are kept, newer
//! ones are counted as `buffer_full`, and a line at the end of the outage says how many they were. With the usual 64 MiB
//! that is after so many seconds:
//!
//! | lines a second | of 300 bytes each | of 700 bytes each | of 1500 bytes each |
//! |---|---|---|---|
//! | 10 | 22369 | 9586 | 4473 |
//! | 100 | 2236 | 958 | 447 |
//! | 1000 | 223 | 95 | 44 |
//! | 10000 | 22 | 9 | 4 |
//!
//! A wide line of a request is of some 700 bytes, one of the application's log of some 200. While a call is under way its
//! lines are there a second time, and the vectors that lines wait in can take up to twice what is in them.
//!
//! # What is logged about sending
//! The AWS SDK is called on threads of this exporter's own. What is logged there is not sent, and the calls are in nobody's
//! record: both would go round for ever.

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

#[cfg(test)]
mod tests {
    use super::{LogGroup, Settings};

    #[test]
    fn outages_cost_what_is_documented() {
        let room = Settings::new(vec![LogGroup::new("g")]).buffer_bytes;
        let rows = include_str!("lib.rs").lines().filter_map(|line| line.strip_prefix("//! | 1"));
        let rows: Vec<Vec<usize>> = rows
            .map(|row| format!("1{row}").split('|').filter_map(|cell| cell.trim().parse().ok()).collect())
            .collect();
        assert_eq!(rows.iter().map(|row| row[0]).collect::<Vec<_>>(), [10, 100, 1000, 10_000]);
        for row in rows {
            assert_eq!(row[1..], [300, 700, 1500].map(|bytes| room / row[0] / bytes), "{} lines a second", row[0]);
        }
    }
}
