//! What the service has.

use std::collections::BTreeMap;

use crate::call::Call;

/// All that there is in the service.
#[derive(Debug, Default)]
pub struct Kept {
    /// By name.
    pub groups: BTreeMap<String, Group>,
    /// Every call that was understood, in order, with what came of it.
    pub calls: Vec<Made>,
    /// What was refused although no test asked for it, and why.
    pub complaints: Vec<String>,
}

/// A log group.
#[derive(Debug, Default)]
pub struct Group {
    /// How many days it keeps events; none: for ever.
    pub retention_days: Option<i64>,
    /// By name.
    pub streams: BTreeMap<String, Stream>,
}

/// A log stream.
#[derive(Debug, Default)]
pub struct Stream {
    /// In the order in which they came.
    pub events: Vec<Event>,
}

/// A log event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Milliseconds since the beginning of 1970.
    pub timestamp: i64,
    /// What was logged.
    pub message: Box<str>,
}

/// A call that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Which.
    pub call: Call,
    /// On which group.
    pub group: String,
    /// The region that it was signed for.
    pub region: String,
    /// The header `x-amzn-logs-format`.
    pub format: Option<String>,
    /// How many events it brought.
    pub events: usize,
    /// What it was answered: `ok`, or the name of an error; none where it was not answered.
    pub answered: Option<String>,
}

impl Kept {
    /// The events of a group as GetLogEvents tells them, all streams together: by time, and those of one time as they came.
    pub fn events(&self, group: &str) -> Vec<&Event> {
        let streams = self.groups.get(group).into_iter().flat_map(|group| group.streams.values());
        let mut events: Vec<&Event> = streams.flat_map(|stream| &stream.events).collect();
        events.sort_by_key(|event| event.timestamp);
        events
    }

    /// How many events a group has, in all streams.
    pub fn count(&self, group: &str) -> usize {
        let streams = self.groups.get(group).into_iter().flat_map(|group| group.streams.values());
        streams.map(|stream| stream.events.len()).sum()
    }

    /// What calls of this kind were answered, in order; `lost` where there was no answer.
    pub fn answers(&self, call: Call) -> Vec<&str> {
        let made = self.calls.iter().filter(|made| made.call == call);
        made.map(|made| made.answered.as_deref().unwrap_or("lost")).collect()
    }
}
