//! What is wrong with one item, in words.

use std::fmt::Display;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The complaints about one item, each of which begins with what the item is.
#[derive(Debug)]
pub(crate) struct Check {
    what: String,
    pub(crate) complaints: Vec<String>,
}

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

    /// A time that has to be there, and of this day.
    pub(crate) fn time(&mut self, name: &str, nanos: u64) {
        let day = Duration::from_secs(24 * 60 * 60);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is set");
        let time = Duration::from_nanos(nanos);
        match nanos {
            0 => self.complain(format_args!("{name} is 0")),
            _ if time > now + day => self.complain(format_args!("{name} is more than a day ahead: {nanos}")),
            _ if time + day < now => self.complain(format_args!("{name} is more than a day ago: {nanos}")),
            _ => {}
        }
    }
}
