//! What became of a record on its way through an exporter.

use std::fmt;
use std::sync::{Arc, Mutex};

/// What receivers said, by exporter.
#[derive(Debug, Clone, Default)]
pub(super) struct Failures(Arc<Mutex<Vec<(String, String)>>>);

impl Failures {
    pub(super) fn add(&self, exporter: &str, why: &str) {
        let mut failures = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        failures.push((exporter.to_owned(), why.to_owned()));
    }

    /// What was said of this exporter.
    pub(super) fn of(&self, exporter: &str) -> Vec<String> {
        let failures = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        failures.iter().filter(|(name, _)| name == exporter).map(|(_, why)| why.clone()).collect()
    }
}

/// What became of the record, and what the receiver said.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) fate: Fate,
    pub(super) said: Vec<String>,
}

#[derive(Debug)]
pub(super) enum Fate {
    /// The receiver has taken it.
    Delivered,
    /// It was written.
    Written,
    /// It was sent, and nobody answers what is sent so.
    Unanswered,
    /// It is shown to whoever asks.
    Shown,
    /// It is not there where it should be shown.
    NotShown(String),
    /// Something was lost, for these reasons.
    Lost(Vec<(&'static str, u64)>),
    /// It is still on its way after so many seconds.
    Late(u64),
}

impl Outcome {
    pub(super) fn is_fine(&self) -> bool {
        matches!(self.fate, Fate::Delivered | Fate::Written | Fate::Unanswered | Fate::Shown)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.fate {
            Fate::Delivered => f.write_str("arrived"),
            Fate::Written => f.write_str("written"),
            Fate::Unanswered => f.write_str("sent; whether it arrived is not answered"),
            Fate::Shown => f.write_str("shown"),
            Fate::NotShown(why) => write!(f, "NOT SHOWN: {why}"),
            Fate::Late(seconds) => write!(f, "NOT DELIVERED within {seconds} s"),
            Fate::Lost(reasons) => {
                let reasons: Vec<String> =
                    reasons.iter().map(|(reason, count)| format!("{count} ({reason})")).collect();
                write!(f, "LOST {}", reasons.join(", "))
            }
        }?;
        self.said.iter().try_for_each(|words| write!(f, "\n    {words}"))
    }
}
