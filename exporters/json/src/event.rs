//! The lines of the application's own log.

use std::borrow::Cow;

use tachograph_core::{FieldValue, LogEvent};

use crate::line::{Line, key};
use crate::service::ServiceMembers;

/// Who a log line belongs to, beyond what the event itself says: asking costs a lock.
#[derive(Clone, Copy)]
pub(crate) struct Said<'a> {
    pub(crate) event: &'a LogEvent<'a>,
    pub(crate) user_id: Option<&'a str>,
}

/// Appends the line of an event; true where something was left out for want of room.
pub(crate) fn event_line(said: Said<'_>, service: &ServiceMembers, out: &mut Vec<u8>) -> bool {
    let event = said.event;
    let mut line = Line::object(out, event.time);
    line.text(key!("level"), event.level.as_str());
    line.text(key!("logger"), event.target);
    line.text(key!("message"), event.message);
    line.raw(service.as_str());
    if let Some(recording) = event.recording {
        line.identity(recording.identity());
    }
    line.text_if_any(key!("user_id"), said.user_id);
    for (name, value) in said.fields() {
        line.field(&name, value);
    }
    service.end(line, event.time)
}

impl<'a> Said<'a> {
    /// The event's fields, as its line can carry them.
    pub(crate) fn fields(self) -> impl Iterator<Item = (Cow<'a, str>, &'a FieldValue)> {
        self.event.distinct_fields(self.user_id.is_some())
    }
}
