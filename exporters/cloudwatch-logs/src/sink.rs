//! One group as the delivery's thread sees it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use aws_sdk_cloudwatchlogs::Client;
use tachograph_core::become_own_thread;
use tachograph_delivery::{Interrupter, SendError, Sink, unless};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;

use crate::client::Target;
use crate::destination::Destination;
use crate::error::Error;
use crate::parts::Parts;

/// Brings lines to one stream of one group.
///
/// All that is done for it is done while [`send`](Sink::send) runs, on the thread that calls it.
pub(crate) struct GroupSink {
    sending: Sending,
    /// How many events were cut.
    cut: Arc<AtomicU64>,
    interrupted: Arc<Notify>,
    /// Always there until this is dropped.
    runtime: Option<Runtime>,
}

struct Sending {
    target: Target,
    destination: Destination,
    /// There since something was first sent.
    client: Option<Client>,
    /// Events that were rejected out of a batch that is not through yet.
    rejected: u64,
}

impl GroupSink {
    /// Nothing is looked for nor connected yet.
    pub(crate) fn new(target: Target, destination: Destination, cut: Arc<AtomicU64>) -> Result<Self, Error> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            // For looking up names. What is logged there is about our own calls, too.
            .max_blocking_threads(1)
            .on_thread_start(become_own_thread)
            .thread_name("cloudwatch-logs")
            .build()
            .map_err(|error| Error::because("there is no runtime to send lines with", error))?;
        let sending = Sending { target, destination, client: None, rejected: 0 };
        Ok(GroupSink { sending, cut, interrupted: Arc::default(), runtime: Some(runtime) })
    }
}

impl Sink for GroupSink {
    fn describe(&self) -> String {
        format!("log group {}", self.sending.destination.group)
    }

    fn send(&mut self, batch: &[u8]) -> Result<(), SendError> {
        let Some(runtime) = &self.runtime else { return Err(SendError::permanent(0, "there is no runtime")) };
        let (sending, cut, interrupted) = (&mut self.sending, &self.cut, &self.interrupted);
        runtime.block_on(async {
            // What has happened to the connection since the last time is seen now, before it is used: one turn for the
            // system to tell of it, and one for each task that passes it on.
            for _ in 0..4 {
                tokio::task::yield_now().await;
            }
            let mut sent = 0;
            let done = unless(interrupted.notified(), sending.send(batch, &mut sent, cut)).await;
            done.unwrap_or_else(|| Err(SendError::permanent(sent, "it took longer than the shutdown may")))
        })
    }

    fn interrupter(&self) -> Option<Interrupter> {
        let interrupted = Arc::clone(&self.interrupted);
        Some(Box::new(move || interrupted.notify_one()))
    }
}

impl Sending {
    /// Sends one call after the other; `sent` is up to where the batch is out.
    async fn send(&mut self, batch: &[u8], sent: &mut usize, cut: &AtomicU64) -> Result<(), SendError> {
        let Sending { target, destination, client, rejected } = self;
        let client = match client {
            Some(client) => client,
            None => client.insert(target.client().await.map_err(|trouble| trouble.after(0))?),
        };
        let mut why = "";
        for part in Parts::of(batch, SystemTime::now()) {
            let put = destination.put(client, &part.events).await.map_err(|trouble| trouble.after(*sent))?;
            if put.events > 0 {
                (*rejected, why) = (*rejected + put.events, put.why);
            }
            cut.fetch_add(part.cut, Ordering::Relaxed);
            *sent = part.end;
        }
        match (std::mem::take(rejected), destination.warning(client).await) {
            (0, None) => Ok(()),
            (0, Some(warning)) => Err(SendError::rejected(0, warning)),
            (rejected, _) => Err(SendError::rejected(rejected, why)),
        }
    }
}

impl Drop for GroupSink {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Would otherwise wait for a name that is being looked up, and panic within another runtime.
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tachograph_log_service::{Answer, Call, LogService};

    use super::*;
    use crate::settings::{LogGroup, Settings};
    use aws_sdk_cloudwatchlogs::config::{Credentials, SharedCredentialsProvider};

    fn sink(service: &LogService) -> GroupSink {
        let mut settings = Settings::new(vec![LogGroup::new("g")]);
        settings.endpoint = Some(service.endpoint());
        settings.region = Some("eu-west-1".to_owned());
        let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "tests");
        settings.credentials = Some(SharedCredentialsProvider::new(credentials));
        service.create("g", "s");
        let destination = Destination::new("g".to_owned(), "s".to_owned());
        GroupSink::new(Target::new(&settings), destination, Arc::default()).unwrap()
    }

    fn line(age: Duration) -> String {
        let time = tachograph_core::iso_8601(SystemTime::now() - age);
        format!("{{\"timestamp\":\"{}\"}}\n", std::str::from_utf8(&time).unwrap())
    }

    #[test]
    fn the_time_that_the_service_asks_for_is_passed_on() {
        let service = LogService::start_blocking();
        let wait = Duration::from_secs(7);
        service.answer_next(Call::PutLogEvents, [Answer::Throttled { retry_after: Some(wait) }, Answer::Status(503)]);
        let mut sink = sink(&service);
        assert_eq!(sink.send(b"one\n").unwrap_err().asked_wait(), Some(wait));
        let error = sink.send(b"one\n").unwrap_err();
        assert_eq!((error.asked_wait(), error.is_temporary()), (None, true));
    }

    #[test]
    fn a_batch_that_breaks_off_says_up_to_where_it_is_out() {
        let service = LogService::start_blocking();
        let mut sink = sink(&service);
        let [now, days] = [0, 5].map(|days| line(Duration::from_secs(days * 24 * 3600)));
        let batch = format!("{now}{days}{now}");
        service.answer_next(
            Call::PutLogEvents,
            [Answer::Rejecting { too_old: 1, expired: 0, too_new: 0 }, Answer::Status(503)],
        );
        let error = sink.send(batch.as_bytes()).unwrap_err();
        assert_eq!((error.accepted(), error.is_temporary()), (now.len(), true));
        let error = sink.send(&batch.as_bytes()[now.len()..]).unwrap_err();
        assert_eq!(error.rejected_items(), Some(1), "what was rejected before it broke off is not forgotten");
        assert!(sink.send(b"one\n").is_ok(), "and told once");
    }
}
