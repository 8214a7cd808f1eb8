//! One stream of one group: brings events there, and makes it where it is not there.

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::types::{InputLogEvent, RejectedLogEventsInfo};

use crate::event::Event;
use crate::trouble::Trouble;

/// Where events go.
#[derive(Debug, Clone)]
pub(crate) struct Destination {
    pub(crate) group: String,
    pub(crate) stream: String,
    pub(crate) create: bool,
    pub(crate) retention_days: Option<u32>,
    /// Whether metrics are in the lines, which not all regions see by themselves.
    pub(crate) has_metrics: bool,
    /// Whether the group is ours, and has yet to be told how long to keep its events.
    retention_due: bool,
    /// Why it could not be told, where that has not been said.
    warning: Option<String>,
}

/// How many of the events of a call were not taken, and why.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Rejected {
    pub(crate) events: u64,
    pub(crate) why: &'static str,
}

impl Destination {
    pub(crate) fn new(group: String, stream: String) -> Self {
        Destination {
            group,
            stream,
            create: true,
            retention_days: None,
            has_metrics: false,
            retention_due: false,
            warning: None,
        }
    }

    /// Does what can be done when the lines are out, and says what is wrong although they are.
    pub(crate) async fn warning(&mut self, client: &Client) -> Option<String> {
        if self.warning.is_none() {
            self.keep(client).await;
        }
        self.warning.take()
    }

    /// Brings the events of one call, which are in order of time.
    pub(crate) async fn put(&mut self, client: &Client, events: &[Event<'_>]) -> Result<Rejected, Trouble> {
        let mut put = self.put_once(client, events).await;
        if let (Err(Trouble::Missing(_)), true) = (&put, self.create) {
            self.create(client).await?;
            put = self.put_once(client, events).await;
        }
        match put {
            Err(Trouble::Accepted) => Ok(Rejected::default()),
            Err(Trouble::Missing(why)) if !self.create => Err(Trouble::Missing(self.not_there(&why))),
            other => other,
        }
    }

    /// What is missing, and what would help where nothing is created here.
    fn not_there(&self, why: &str) -> String {
        let missing = match why.contains("log stream") {
            true => format!("log stream `{}` of group `{}`", self.stream, self.group),
            false => format!("log group `{}`", self.group),
        };
        format!("{missing} is not there: create it, or leave `create = false` out ({why})")
    }

    async fn put_once(&self, client: &Client, events: &[Event<'_>]) -> Result<Rejected, Trouble> {
        let inputs: Result<Vec<_>, _> = events
            .iter()
            .map(|event| InputLogEvent::builder().timestamp(event.millis).message(&*event.message).build())
            .collect();
        let inputs = inputs.map_err(|error| Trouble::ForGood(error.to_string()))?;
        let call = client.put_log_events().log_group_name(&self.group).log_stream_name(&self.stream);
        let mut call = call.set_log_events(Some(inputs)).customize();
        if self.has_metrics {
            call = call.mutate_request(|request| {
                request.headers_mut().insert("x-amzn-logs-format", "json/emf");
            });
        }
        let answer = call.send().await?;
        let rejected = answer.rejected_log_events_info();
        Ok(rejected.map_or_else(Rejected::default, |info| rejected_of(info, events.len())))
    }

    /// Makes the stream, and before it the group if that is missing, too. Who was faster is welcome.
    async fn create(&mut self, client: &Client) -> Result<(), Trouble> {
        let Err(Trouble::Missing(_)) = self.create_stream(client).await else { return Ok(()) };
        match client.create_log_group().log_group_name(&self.group).send().await.map_err(Trouble::from) {
            Ok(_) => {
                self.retention_due = self.retention_days.is_some();
                self.keep(client).await;
            }
            Err(Trouble::There) => {}
            Err(trouble) => return Err(trouble.not_for_the_lines()),
        }
        self.create_stream(client).await
    }

    async fn create_stream(&self, client: &Client) -> Result<(), Trouble> {
        let call = client.create_log_stream().log_group_name(&self.group).log_stream_name(&self.stream);
        match call.send().await.map_err(Trouble::from) {
            Ok(_) | Err(Trouble::There) => Ok(()),
            Err(trouble) => Err(trouble.not_for_the_lines()),
        }
    }

    /// Says how long a group of ours keeps its events. The lines do not wait for it: it is tried again when they are out,
    /// unless there is no hope.
    async fn keep(&mut self, client: &Client) {
        let Some(days) = self.retention_days.filter(|_| self.retention_due) else { return };
        let call = client.put_retention_policy().log_group_name(&self.group).retention_in_days(days.cast_signed());
        let trouble = call.send().await.err().map(Trouble::from);
        self.retention_due = matches!(&trouble, Some(Trouble::ForNow(why, _)) if !why.starts_with("AccessDenied"));
        self.warning =
            trouble.map(|trouble| format!("the group keeps its events for ever, not for {days} days: {trouble}"));
    }
}

impl Trouble {
    /// The same, as trouble that the lines are not to blame for: they wait.
    fn not_for_the_lines(self) -> Self {
        match self {
            Trouble::ForGood(why) => Trouble::for_now(why),
            other => other,
        }
    }
}

/// The events before one index or behind another.
fn rejected_of(info: &RejectedLogEventsInfo, events: usize) -> Rejected {
    let index =
        |index: Option<i32>, none: usize| index.map_or(none, |index| usize::try_from(index).unwrap_or(0).min(events));
    let too_old = index(info.too_old_log_event_end_index(), 0);
    let expired = index(info.expired_log_event_end_index(), 0);
    let too_new = index(info.too_new_log_event_start_index(), events);
    let (first, last) = (too_old.max(expired), events - too_new);
    let why = match (first > 0, last > 0) {
        _ if expired > too_old => "they are older than the group keeps its events",
        (true, _) => "they are older than 14 days, or than the group",
        _ => "they are more than 2 hours in the future",
    };
    Rejected { events: (first + last).min(events) as u64, why }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_index_counts_those_on_its_side() {
        let info = |too_old, expired, too_new| {
            let info = RejectedLogEventsInfo::builder().set_too_old_log_event_end_index(too_old);
            let info = info.set_expired_log_event_end_index(expired).set_too_new_log_event_start_index(too_new);
            rejected_of(&info.build(), 10)
        };
        let rejected = |too_old, expired, too_new| info(too_old, expired, too_new).events;
        assert_eq!(rejected(None, None, None), 0);
        assert_eq!(rejected(Some(3), None, None), 3, "the index is behind the last");
        assert_eq!(rejected(None, Some(4), None), 4);
        assert_eq!(rejected(Some(3), Some(4), None), 4, "what is too old is expired, too");
        assert_eq!(rejected(None, None, Some(8)), 2, "the index is of the first");
        assert_eq!(rejected(Some(3), Some(2), Some(8)), 5);
        assert_eq!(rejected(Some(99), None, Some(-5)), 10, "never more than there are");
        assert!(info(None, Some(4), None).why.contains("keeps"));
        assert!(info(Some(1), None, None).why.contains("14 days"));
        assert!(info(None, None, Some(1)).why.contains("future"));
    }
}
