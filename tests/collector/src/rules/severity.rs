//! How bad a log record is.

use crate::check::Check;
use crate::log::Log;

pub(crate) fn check(check: &mut Check, log: &Log) {
    let number = log.severity;
    check.require((1..=24).contains(&number), format_args!("severity_number is {number}, not 1 to 24"));
    check.require(!log.severity_text.is_empty(), "severity_text is missing");
    if let Some(range) = numbers(&log.severity_text) {
        let text = &log.severity_text;
        check.require(range.contains(&number), format_args!("severity_number {number} is not that of {text:?}"));
    }
}

/// The numbers that the protocol has for what loggers call so.
fn numbers(text: &str) -> Option<std::ops::RangeInclusive<i32>> {
    match text.to_ascii_lowercase().as_str() {
        "trace" => Some(1..=4),
        "debug" => Some(5..=8),
        "info" | "notice" => Some(9..=12),
        "warn" | "warning" => Some(13..=16),
        "error" => Some(17..=20),
        "fatal" | "critical" => Some(21..=24),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::logs::v1::LogRecord;

    use crate::received::Received;
    use crate::testing::{assert_refused, log};

    fn refused(of: &str, spoil: impl FnOnce(&mut LogRecord)) {
        let mut received = Received::default();
        let mut log = log();
        assert_eq!(received.take_log(log.clone()).complaints, [""; 0]);
        spoil(&mut log);
        assert_refused(&received.take_log(log).complaints, of);
        assert_eq!(received.logs.len(), 1);
    }

    #[test]
    fn a_log_says_how_bad_it_is_in_two_ways_that_agree() {
        refused("severity_number is 0", |log| (log.severity_number, log.severity_text) = (0, "odd".to_owned()));
        refused("severity_text is missing", |log| log.severity_text.clear());
        refused("severity_number 9 is not that of \"warning\"", |log| log.severity_text = "warning".to_owned());
    }

    #[test]
    fn a_log_says_when_what_and_where() {
        refused("time_unix_nano is 0", |log| log.time_unix_nano = 0);
        refused("observed_time_unix_nano is 0", |log| log.observed_time_unix_nano = 0);
        refused("body has no value", |log| log.body = None);
        refused("trace_id is all zeroes", |log| log.trace_id.fill(0));
        refused("a trace and its span are named together", |log| log.span_id.clear());
    }
}
