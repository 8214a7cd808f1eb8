//! What is wrong with one part of a document, in words.

use std::fmt::Display;

use serde_json::{Map, Value};

/// The complaints about one part, each of which begins with what the part is.
#[derive(Debug)]
pub(crate) struct Check {
    what: String,
    pub(crate) complaints: Vec<String>,
}

/// What a member has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text of so many characters at most.
    Text(usize),
    Number,
    /// A whole number that is not negative.
    Whole,
    Flag,
    Object,
    List,
    Any,
}

/// The members that an object may have.
pub(crate) type Members = &'static [(&'static str, Kind)];

/// What AWS says of texts that it says nothing else of.
pub(crate) const TEXT: Kind = Kind::Text(250);

/// For texts that the schema gives no bound while it gives others one.
pub(crate) const LONG_TEXT: Kind = Kind::Text(usize::MAX);

impl Check {
    pub(crate) fn of(what: impl Into<String>) -> Self {
        Check { what: what.into(), complaints: Vec::new() }
    }

    pub(crate) fn complain(&mut self, of: impl Display) {
        self.complaints.push(format!("{}: {of}", self.what));
    }

    pub(crate) fn require(&mut self, holds: bool, otherwise: impl Display) {
        if !holds {
            self.complain(otherwise);
        }
    }

    /// Looks whether the object at this path, where there is one, has these members and no other.
    pub(crate) fn members<'a>(
        &mut self,
        path: &str,
        value: &'a Value,
        members: Members,
    ) -> Option<&'a Map<String, Value>> {
        let Value::Object(object) = value else {
            // That it is none where it has to be one is complained of with the kinds of what it is in.
            return None;
        };
        let dot = if path.is_empty() { "" } else { "." };
        for (name, value) in object {
            match members.iter().find(|(known, _)| known == name) {
                Some((_, kind)) => self.kind(format_args!("{path}{dot}{name}"), value, *kind),
                None => self.complain(format_args!("{path}{dot}{name} is no member that X-Ray knows")),
            }
        }
        Some(object)
    }

    pub(crate) fn kind(&mut self, name: impl Display, value: &Value, kind: Kind) {
        let (is_so, expected) = match kind {
            Kind::Text(most) => {
                if let Some(text) = value.as_str() {
                    let length = text.chars().count();
                    self.require(length <= most, format_args!("{name} has {length} characters, more than {most}"));
                }
                (value.is_string(), "text")
            }
            Kind::Number => (value.is_number(), "a number"),
            Kind::Whole => (value.is_u64(), "a whole number"),
            Kind::Flag => (value.is_boolean(), "true or false"),
            Kind::Object => (value.is_object(), "an object"),
            Kind::List => (value.is_array(), "a list"),
            Kind::Any => (true, ""),
        };
        self.require(is_so, format_args!("{name} is {value}, not {expected}"));
    }
}
