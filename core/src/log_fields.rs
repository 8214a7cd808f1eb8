//! The fields of a log line as a flat line can carry them.

use std::borrow::Cow;

use crate::exporter::LogEvent;
use crate::field::FieldValue;

impl<'a> LogEvent<'a> {
    /// Its fields, each name once: of several the last, as a map would have it. A name that the line uses itself gets an
    /// underscore: else it would be there twice, or the line could be taken for the record of a request. `says_user`:
    /// whether the line says whose request it was logged in.
    pub fn distinct_fields(&self, says_user: bool) -> impl Iterator<Item = (Cow<'a, str>, &'a FieldValue)> + use<'a> {
        let (fields, in_request) = (self.fields, self.recording.is_some());
        let own_name = move |name| own_name(name, in_request, says_user);
        fields.iter().enumerate().filter_map(move |(place, (name, value))| {
            let name = own_name(name);
            let is_last = !fields[place + 1..].iter().any(|(later, _)| own_name(later) == name);
            is_last.then_some((name, value))
        })
    }
}

fn own_name(name: &str, in_request: bool, says_user: bool) -> Cow<'_, str> {
    let taken = match name {
        "timestamp" | "level" | "logger" | "message" | "event" | "service" | "version" | "environment" | "_aws" => true,
        "request_id" | "trace_id" | "span_id" => in_request,
        "user_id" => says_user,
        _ => false,
    };
    if taken { Cow::Owned(format!("{name}_")) } else { Cow::Borrowed(name) }
}
