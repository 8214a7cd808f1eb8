//! The exporter itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tachograph_core::{Exporter, LogEvent, Record, Service, WeakHandle, is_own_thread};
use tachograph_delivery::{Counters, Framing, SharedBytes};
use tachograph_json::Json;

use crate::client::Target;
use crate::destination::Destination;
use crate::error::Error;
use crate::parts::{EVENT_BYTES, MOST_BYTES, MOST_EVENTS};
use crate::settings::{LogGroup, Settings};
use crate::sink::GroupSink;

/// Sends each record, its calls, and the application's log to CloudWatch Logs, as lines that [`Json`] renders.
///
/// Each group has a thread of its own, so one that cannot be reached, or may not be written, does not hold up the others.
/// Dropping it sends what is there, for at most two seconds.
#[derive(Debug)]
pub struct CloudWatchLogs {
    groups: Vec<Group>,
}

#[derive(Debug)]
struct Group {
    name: String,
    lines: Json,
    cut: Arc<AtomicU64>,
}

impl CloudWatchLogs {
    /// An exporter for the lines of this service. The network is not used before there is a line, nor are credentials
    /// looked for.
    ///
    /// # Errors
    /// When a group, a stream or a retention is none that CloudWatch Logs has, or the system gives us no thread.
    pub fn new(service: &Service, mut settings: Settings) -> Result<Self, Error> {
        settings.check()?;
        let groups = std::mem::take(&mut settings.groups);
        let own_bytes = match groups.len() {
            1 => settings.buffer_bytes,
            several => settings.buffer_bytes / 2 / several,
        };
        let shared = SharedBytes::new(settings.buffer_bytes - own_bytes * groups.len());
        let groups = groups.into_iter().map(|group| Group::new(service, group, &settings, own_bytes, &shared));
        Ok(CloudWatchLogs { groups: groups.collect::<Result<_, _>>()? })
    }

    /// What became of the lines of each group so far.
    pub fn counters(&self) -> Vec<(&str, Counters)> {
        self.groups.iter().map(|group| (group.name.as_str(), group.lines.counters())).collect()
    }

    /// Does it for all groups at once, in time that they share; false where one did not get through.
    fn within(&self, deadline: Duration, end: impl Fn(&Json, Duration) -> bool) -> bool {
        let until = Instant::now() + deadline;
        // Each is told to begin before the first is waited for: one that hangs would leave the others no time.
        for group in self.groups.iter().skip(1) {
            group.lines.flush(Duration::ZERO);
        }
        let left = || until.saturating_duration_since(Instant::now());
        self.groups.iter().fold(true, |all, group| end(&group.lines, left()) & all)
    }
}

impl Group {
    fn new(
        service: &Service,
        group: LogGroup,
        settings: &Settings,
        own_bytes: usize,
        shared: &SharedBytes,
    ) -> Result<Self, Error> {
        let LogGroup { name, retention_days, mut lines } = group;
        let mut destination = Destination::new(name.clone(), settings.stream.clone());
        destination.create = settings.create;
        destination.retention_days = retention_days;
        destination.has_metrics = has_metrics(&lines);
        let cut = Arc::<AtomicU64>::default();
        let sink = GroupSink::new(Target::new(settings), destination, Arc::clone(&cut))?;
        let on_failure = Arc::clone(&settings.on_failure);
        lines.name = "cloudwatch_logs".to_owned();
        lines.text_times = true;
        lines.on_failure = Box::new(move |failure| on_failure(failure));
        lines.delivery = tachograph_delivery::Settings {
            buffer_bytes: own_bytes,
            shared_bytes: Some(shared.clone()),
            periodic: std::mem::take(&mut lines.delivery.periodic),
            ..delivery(settings.flush_interval)
        };
        let lines = Json::with_sink(service, lines, Box::new(sink)).map_err(|error| {
            let setting = error.setting();
            Error::because(format!("lines cannot be sent to log group {name}: {error}"), error).about(setting)
        })?;
        Ok(Group { name, lines, cut })
    }
}

/// A line is looked for within a tenth of the interval, but an idle delivery looks every 100 ms; it waits for others for half
/// of it; and the rest is for sending it.
fn delivery(flush_interval: Duration) -> tachograph_delivery::Settings {
    tachograph_delivery::Settings {
        name: "cloudwatch-logs".to_owned(),
        framing: Framing::Lines,
        interval: (flush_interval / 10).min(Duration::from_millis(100)),
        schedule_delay: flush_interval / 2,
        batch_bytes: MOST_BYTES,
        // The end of the line is no part of the event.
        batch_bytes_per_item: EVENT_BYTES - 1,
        batch_items: MOST_EVENTS,
        first_retry: Duration::from_millis(200),
        ..tachograph_delivery::Settings::default()
    }
}

impl Drop for CloudWatchLogs {
    fn drop(&mut self) {
        // Each of the groups would take as long by itself.
        self.shutdown(tachograph_delivery::Settings::default().shutdown_deadline);
    }
}

/// By its name, as the format is there only where a feature of that crate is on.
fn has_metrics(lines: &tachograph_json::Settings) -> bool {
    lines.format.to_string() == "emf"
}

impl Exporter for CloudWatchLogs {
    fn name(&self) -> &str {
        "cloudwatch_logs"
    }

    fn attached(&self, handle: &WeakHandle) {
        self.groups.iter().for_each(|group| group.lines.attached(handle));
    }

    fn record(&self, record: &Record) {
        self.groups.iter().for_each(|group| group.lines.record(record));
    }

    fn event(&self, event: &LogEvent<'_>) {
        // What is logged about sending would be sent, and logged about, without an end.
        if !is_own_thread() {
            self.groups.iter().for_each(|group| group.lines.event(event));
        }
    }

    fn shows_events(&self) -> bool {
        self.groups.iter().any(|group| group.lines.shows_events())
    }

    fn flush(&self, deadline: Duration) -> bool {
        self.within(deadline, |lines, left| lines.flush(left))
    }

    fn shutdown(&self, deadline: Duration) -> bool {
        self.within(deadline, |lines, left| lines.shutdown(left))
    }

    fn dropped(&self) -> Vec<(&'static str, u64)> {
        let mut dropped: Vec<(&'static str, u64)> = Vec::new();
        for group in &self.groups {
            let ours = [
                ("rejected", group.lines.counters().dropped_rejected),
                ("event_cut", group.cut.load(Ordering::Relaxed)),
            ];
            for (reason, count) in group.lines.dropped().into_iter().chain(ours) {
                match dropped.iter_mut().find(|(other, _)| *other == reason) {
                    Some((_, sum)) => *sum += count,
                    None => dropped.push((reason, count)),
                }
            }
        }
        dropped
    }
}
