//! How long requests take: how many of each length, on a logarithmic axis, for lengths are apart by factors.

use super::escape::escaped;
use super::requests;
use super::scale::time;
use crate::report::result::{Bucket, Report, Row};
use crate::report::show::tables::name;

const WIDTH: f64 = 440.0;
const HEIGHT: f64 = 130.0;
const BOTTOM: f64 = 20.0;
const TOP: f64 = 6.0;
/// Bars in a factor of ten.
const PER_DECADE: f64 = 12.0;

/// One for each row of the report, all on the same axis.
pub(super) fn of(report: &Report) -> String {
    let rows: Vec<&Row> = report.groups.iter().filter(|row| !row.distribution.is_empty()).collect();
    let ends = rows.iter().flat_map(|row| &row.distribution).map(middle);
    let (least, most) = ends.fold((f64::INFINITY, 0.0), |(least, most): (f64, f64), ms| (least.min(ms), most.max(ms)));
    let (from, to) = (least.log10().floor(), most.log10().floor() + 1.0);
    if !(from.is_finite() && to.is_finite() && from < to) {
        return "<p class=\"note\">there is nothing to be shown</p>".to_owned();
    }
    let plots = rows.iter().map(|row| {
        format!("<figure><figcaption>{}</figcaption>{}</figure>", escaped(&name(&row.group)), plot(row, from, to))
    });
    format!("<div class=\"side\">{}</div>", plots.collect::<String>())
}

/// The bars of one row, from and to powers of ten of milliseconds.
fn plot(row: &Row, from: f64, to: f64) -> String {
    let bars = ((to - from) * PER_DECADE) as usize;
    let mut counts = vec![0.0; bars];
    for bucket in &row.distribution {
        let place = ((middle(bucket).log10() - from) * PER_DECADE) as usize;
        counts[place.min(bars - 1)] += bucket.count;
    }
    let most = counts.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    let mut text = format!("<svg class=\"plot\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\">");
    let x = |power: f64| (power - from) / (to - from) * WIDTH;
    for decade in 0..=(to - from) as usize {
        let power = from + decade as f64;
        let anchor = if decade == 0 {
            "start"
        } else if power >= to {
            "end"
        } else {
            "middle"
        };
        text += &format!(
            "<line class=\"grid\" x1=\"{0:.2}\" x2=\"{0:.2}\" y1=\"{TOP}\" y2=\"{1}\"/>",
            x(power),
            HEIGHT - BOTTOM
        );
        text += &format!(
            "<text x=\"{:.2}\" y=\"{}\" text-anchor=\"{anchor}\">{}</text>",
            x(power),
            HEIGHT - 5.0,
            power_of_ten(power)
        );
    }
    for (place, number) in counts.iter().enumerate().filter(|(_, number)| **number > 0.0) {
        let start = from + place as f64 / PER_DECADE;
        let height = (number / most * (HEIGHT - TOP - BOTTOM)).max(1.0);
        let title = format!(
            "{} to {}: {}",
            time(10_f64.powf(start)),
            time(10_f64.powf(start + 1.0 / PER_DECADE)),
            requests(*number)
        );
        text += &format!(
            "<rect class=\"requests\" x=\"{:.2}\" y=\"{:.2}\" width=\"{:.2}\" height=\"{height:.2}\"><title>{title}</title></rect>",
            x(start) + 0.5,
            HEIGHT - BOTTOM - height,
            WIDTH / bars as f64 - 1.0
        );
    }
    for (class, value) in [("p50", row.p50_ms), ("p95", row.p95_ms), ("p99", row.p99_ms)] {
        if let Some(value) = value.filter(|value| *value > 0.0) {
            text += &format!(
                "<line class=\"mark {class}\" x1=\"{0:.2}\" x2=\"{0:.2}\" y1=\"{TOP}\" y2=\"{1}\"><title>{class} {2}</title></line>",
                x(value.log10()),
                HEIGHT - BOTTOM,
                time(value)
            );
        }
    }
    text + "</svg>"
}

/// What took no microsecond is shown as one.
fn middle(bucket: &Bucket) -> f64 {
    ((bucket.from_ms + bucket.to_ms) / 2.0).max(0.001)
}

/// `0.1 ms`, `10 ms`, `1 s`
fn power_of_ten(power: f64) -> String {
    let ms = 10_f64.powf(power);
    if ms >= 1000.0 { format!("{} s", ms / 1000.0) } else { format!("{ms} ms") }
}
