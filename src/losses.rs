//! What exporters lost, added up and put into words.

use std::collections::BTreeMap;
use std::fmt;

use tachograph_core::{Exporter, Handle};

/// How much each exporter lost, for each reason that it has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Losses(BTreeMap<(String, &'static str), u64>);

impl Losses {
    /// As of now.
    pub(crate) fn of(handle: &Handle) -> Self {
        Self::add_up(handle.exporters())
    }

    fn add_up<'a>(exporters: impl Iterator<Item = &'a dyn Exporter>) -> Self {
        let mut losses = BTreeMap::new();
        for exporter in exporters {
            for (reason, count) in exporter.dropped().into_iter().filter(|(_, count)| *count > 0) {
                *losses.entry((exporter.name().to_owned(), reason)).or_default() += count;
            }
        }
        Losses(losses)
    }

    /// What has come on top of what is known already.
    pub(crate) fn since(&self, known: &Losses) -> Self {
        let new = self.0.iter().map(|(key, count)| (key.clone(), count - known.0.get(key).unwrap_or(&0).min(count)));
        Losses(new.filter(|(_, count)| *count > 0).collect())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each by a name for a field: `cloudwatch_logs_buffer_full`.
    pub(crate) fn named(&self) -> impl Iterator<Item = (String, u64)> {
        self.0.iter().map(|((exporter, reason), count)| (format!("{exporter}_{reason}"), *count))
    }
}

/// `cloudwatch_logs lost 1018 (buffer_full) and 43 (output_failed); otlp lost 5 (spans_rejected)`.
impl fmt::Display for Losses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut before = None;
        for ((exporter, reason), count) in &self.0 {
            match before {
                Some(same) if same == exporter => write!(f, " and ")?,
                Some(_) => write!(f, "; {exporter} lost ")?,
                None => write!(f, "{exporter} lost ")?,
            }
            write!(f, "{count} ({reason})")?;
            before = Some(exporter);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tachograph_core::Record;

    use super::*;

    #[derive(Debug)]
    struct Losing(&'static str, Vec<(&'static str, u64)>);

    impl Exporter for Losing {
        fn name(&self) -> &str {
            self.0
        }
        fn record(&self, _: &Record) {}
        fn dropped(&self) -> Vec<(&'static str, u64)> {
            self.1.clone()
        }
    }

    fn losses(exporters: &[Losing]) -> Losses {
        Losses::add_up(exporters.iter().map(|exporter| exporter as &dyn Exporter))
    }

    #[test]
    fn each_exporter_is_named_once_with_what_it_lost() {
        let lost = losses(&[
            Losing("otlp", vec![("spans_rejected", 5)]),
            Losing("json", vec![("buffer_full", 0)]),
            Losing("cloudwatch_logs", vec![("output_failed", 40), ("buffer_full", 1018)]),
            Losing("cloudwatch_logs", vec![("output_failed", 3)]),
        ]);
        assert_eq!(
            lost.to_string(),
            "cloudwatch_logs lost 1018 (buffer_full) and 43 (output_failed); otlp lost 5 (spans_rejected)"
        );
        assert_eq!(lost.named().next(), Some(("cloudwatch_logs_buffer_full".to_owned(), 1018)));
    }

    #[test]
    fn what_is_known_is_not_said_again() {
        let before = losses(&[Losing("json", vec![("buffer_full", 2), ("line_too_long", 1)])]);
        let after = losses(&[Losing("json", vec![("buffer_full", 5), ("line_too_long", 1)])]);
        assert_eq!(after.since(&before).to_string(), "json lost 3 (buffer_full)");
        assert!(after.since(&after).is_empty());
        assert_eq!(after.since(&Losses::default()), after);
    }
}
