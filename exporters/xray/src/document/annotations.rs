//! Annotations: the few members by which X-Ray finds traces.

use tachograph_core::{FieldValue, Identity, Member, Record, Service, WideLine};

use crate::error::Error;
use crate::name;
use crate::writer::{Writer, key};

/// How many X-Ray finds a trace by.
const MOST: usize = 50;

/// The most characters of a value.
pub(super) const MOST_OF_VALUE: usize = 1000;

/// The longest of what is no text, and of a request's id.
const MOST_OF_NUMBER: usize = 160;

/// Which there are.
#[derive(Debug)]
pub(crate) struct Annotations {
    /// Those that are the same in every document.
    service: Vec<u8>,
    /// The others, by their key with what stands around it.
    others: Vec<(String, What)>,
}

#[derive(Debug)]
enum What {
    RequestId,
    UserId,
    Action,
    Route,
    Outcome,
    Verdict,
    /// The kind of the dearest finding, so that requests are found by it.
    Finding,
    /// A field of the application's, or any other member of the wide line.
    Named(String),
}

impl Annotations {
    /// Those of these names.
    ///
    /// # Errors
    /// Where there are too many, or one has no name.
    pub(crate) fn new(service: &Service, names: &[String]) -> Result<Self, Error> {
        let mut annotations = Annotations { service: Vec::new(), others: Vec::new() };
        let mut keys = Vec::new();
        for given in names {
            let key = name::annotation_key(given);
            if key.is_empty() {
                return Err(Error::new("an annotation has no name: remove it"));
            }
            if keys.contains(&key) {
                continue;
            }
            annotations.add(service, given, format!(",\"{key}\":"));
            keys.push(key);
        }
        if keys.len() > MOST {
            return Err(Error::new(format!("there are {} annotations: X-Ray takes {MOST}", keys.len())));
        }
        Ok(annotations)
    }

    fn add(&mut self, service: &Service, given: &str, key: String) {
        let of_service = match given {
            "service" => Some(Some(&service.name)),
            "environment" => Some(service.environment.as_ref()),
            "version" => Some(service.version.as_ref()),
            _ => None,
        };
        let what = match given {
            _ if of_service.is_some() => {
                if let Some(value) = of_service.flatten() {
                    Writer::new(&mut self.service, usize::MAX).text(&key, value, MOST_OF_VALUE);
                }
                return;
            }
            "request_id" => What::RequestId,
            "user_id" => What::UserId,
            "action" => What::Action,
            "route" => What::Route,
            "outcome" => What::Outcome,
            "verdict" => What::Verdict,
            "finding" => What::Finding,
            _ => What::Named(given.to_owned()),
        };
        self.others.push((key, what));
    }

    /// Whether this field of the application's is one.
    pub(super) fn has_field(&self, name: &str) -> bool {
        self.others.iter().any(|(_, what)| matches!(what, What::Named(named) if named == name))
    }

    pub(super) fn write(&self, record: &Record, is_underway: bool, writer: &mut Writer<'_>) {
        writer.object(key!("annotations"), |annotations| {
            if annotations.room() > self.service.len() {
                annotations.out.extend_from_slice(&self.service);
            }
            for (key, what) in &self.others {
                if annotations.room() < key.len() + MOST_OF_NUMBER {
                    annotations.cut();
                    continue;
                }
                let text = match what {
                    What::RequestId => {
                        annotations.word(key, record.identity().request_id().encode(&mut [0; 36]));
                        continue;
                    }
                    // All that is known at the end.
                    What::Outcome | What::Verdict | What::Finding if is_underway => None,
                    What::Verdict => record.verdict(),
                    What::Finding => record.findings().first().map(|dearest| dearest.kind().as_str()),
                    What::Outcome => Some(record.outcome().as_str()),
                    What::UserId => record.user_id(),
                    What::Action => record.action(),
                    What::Route => record.route(),
                    What::Named(name) => {
                        named(record, name, key, annotations);
                        continue;
                    }
                };
                if let Some(text) = text {
                    annotations.text(key, text, MOST_OF_VALUE);
                }
            }
        });
    }
}

fn named(record: &Record, name: &str, key: &str, annotations: &mut Writer<'_>) {
    match record.field(name) {
        Some(value) => {
            annotations.raw(key);
            annotations.value(value, MOST_OF_VALUE, annotations.room());
        }
        None => record.each_member(&mut Find { name, key, annotations }),
    }
}

/// Writes the member of this name.
struct Find<'a, 'o> {
    name: &'a str,
    key: &'a str,
    annotations: &'a mut Writer<'o>,
}

impl Find<'_, '_> {
    fn is(&self, member: Member) -> bool {
        member.name() == self.name
    }
}

impl WideLine for Find<'_, '_> {
    fn identity(&mut self, identity: &Identity) {
        match self.name {
            "trace_id" => self.annotations.word(self.key, identity.trace_id().write_hex(&mut [0; 32])),
            "span_id" => self.annotations.id(self.key, identity.span_id()),
            _ => {}
        }
    }

    fn text(&mut self, member: Member, text: &str) {
        if self.is(member) {
            self.annotations.text(self.key, text, MOST_OF_VALUE);
        }
    }

    fn word(&mut self, member: Member, word: &'static str) {
        if self.is(member) {
            self.annotations.word(self.key, word);
        }
    }

    fn chain(&mut self, _: Member, _: &[String]) {}

    fn integer(&mut self, member: Member, number: u64) {
        if self.is(member) {
            self.annotations.integer(self.key, number);
        }
    }

    fn millis(&mut self, member: Member, micros: u64) {
        if self.is(member) {
            self.annotations.millis(self.key, micros);
        }
    }

    fn boolean(&mut self, member: Member, value: bool) {
        if self.is(member) {
            self.annotations.boolean(self.key, value);
        }
    }

    fn field(&mut self, _: &str, _: &FieldValue) {}

    fn metadata<'t>(&mut self, _: impl ExactSizeIterator<Item = (&'t str, &'t str)>) {}
}
