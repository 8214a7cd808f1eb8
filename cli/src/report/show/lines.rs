//! What is to be said of the lines: whatever was not counted is said.

use super::number::count;
use crate::report::result::{Lines, Report};

/// What is to be said of the lines, in words.
pub(super) fn notes(report: &Report) -> Vec<String> {
    let Lines { all, requests, details, not_asked, logs, metrics, .. } = report.lines;
    let shown = |number: u64| count(number as f64);
    let mut read = vec![format!("{} of requests and tasks", shown(requests))];
    let others = [
        (details, "of calls and findings"),
        (not_asked, "not asked for"),
        (logs, "of the application's log"),
        (metrics, "of metrics, whose requests have lines of their own"),
    ];
    read.extend(
        others.into_iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{} {what}", shown(number))),
    );
    let mut notes = vec![format!("{}: {}", lines_in_words(all), read.join(", "))];
    let lines = &report.lines;
    let passed_over = [
        (lines.broken, "broken or cut off", &lines.first_broken),
        (lines.foreign, "not ours", &lines.first_foreign),
        (lines.too_long, "longer than 16 MiB", &lines.first_too_long),
    ];
    for (number, what, first) in passed_over.into_iter().filter(|(number, _, _)| *number > 0) {
        let first = first.as_deref().unwrap_or("?");
        notes.push(format!("{} passed over, {what}; the first is {first}", lines_in_words(number)));
    }
    notes.extend(lines.damaged_files.iter().map(|file| format!("read only to where it is damaged: {file}")));
    if lines.overflowed > 0.0 {
        notes.push(format!(
            "{} requests, calls and findings are counted together: there are too many different ones",
            count(lines.overflowed)
        ));
    }
    notes
}

fn lines_in_words(number: u64) -> String {
    format!("{} line{}", count(number as f64), if number == 1 { "" } else { "s" })
}
