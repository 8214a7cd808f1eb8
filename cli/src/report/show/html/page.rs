//! What stands around the tables and plots.

use super::escape::escaped;
use super::requests;
use crate::report::result::Report;
use crate::report::show::lines;
use crate::report::show::number::{count, millis, millis_if_any, percent};

const STYLE: &str = include_str!("page.css");

/// The whole page. It can load nothing: should something from a line ever come to stand as more than text, it stays
/// without effect.
pub(super) fn whole(body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/><title>tachograph report</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\
         <meta name=\"referrer\" content=\"no-referrer\"/><style>{STYLE}</style></head><body>{body}</body></html>\n"
    )
}

/// What it is about, in a few numbers.
pub(super) fn head(report: &Report) -> String {
    let total = &report.total;
    let between = match (&report.from, &report.to) {
        (Some(from), Some(to)) => format!("{} to {}", escaped(from), escaped(to)),
        _ => "no line says when it was written".to_owned(),
    };
    let filter = report.filter.as_ref().map(|filter| format!("<p>where <code>{}</code></p>", escaped(filter)));
    let numbers = [
        ("requests", count(total.requests + total.streams)),
        ("mean", format!("{} ms", millis(total.mean_ms))),
        ("p50", format!("{} ms", millis_if_any(total.p50_ms))),
        ("p95", format!("{} ms", millis_if_any(total.p95_ms))),
        ("p99", format!("{} ms", millis_if_any(total.p99_ms))),
        ("errors", percent(total.error_rate)),
    ];
    let numbers =
        numbers.map(|(name, number)| format!("<div><dt>{name}</dt><dd>{}</dd></div>", escaped(&number))).join("");
    let notes: String =
        lines::notes(report).iter().map(|note| format!("<p class=\"note\">{}</p>", escaped(note))).collect();
    format!(
        "<header><h1>Where the time goes</h1><p>{between}: {}</p>{}<dl>{numbers}</dl>{notes}</header>",
        requests(total.requests + total.streams),
        filter.unwrap_or_default()
    )
}
