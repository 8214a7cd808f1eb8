//! Requests and their times over time.

use super::escape::escaped;
use super::requests;
use super::scale::{round_steps, time, width};
use crate::report::result::{Slot, Time};
use crate::report::show::number::{count, millis_if_any};

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 180.0;
/// Room for the numbers of the axes.
const LEFT: f64 = 64.0;
const BOTTOM: f64 = 22.0;
const TOP: f64 = 8.0;

/// The percentiles that are drawn: the class of the line, and the value.
type Percentile = (&'static str, fn(&Slot) -> Option<f64>);
const PERCENTILES: [Percentile; 3] =
    [("p50", |slot| slot.p50_ms), ("p95", |slot| slot.p95_ms), ("p99", |slot| slot.p99_ms)];

/// How many there were, and how long they took.
pub(super) fn of(times: &Time) -> String {
    if times.slots.is_empty() {
        return "<p class=\"note\">no line says when it was written</p>".to_owned();
    }
    let lines = PERCENTILES.map(|(class, _)| format!("<span class=\"key {class}\">{class}</span>")).join(" ");
    format!(
        "<h3>Requests in {} <span class=\"key failed\">failed</span></h3>{}<h3>Time {lines}</h3>{}",
        width(times.slot_s),
        bars(&times.slots),
        percentiles(&times.slots)
    )
}

fn bars(slots: &[Slot]) -> String {
    let steps = round_steps(slots.iter().map(|slot| slot.requests).fold(0.0, f64::max));
    let most = steps.last().copied().unwrap_or(1.0);
    let mut text = begin(slots, &steps, count);
    let width = (WIDTH - LEFT) / slots.len() as f64;
    for (place, slot) in slots.iter().enumerate() {
        let title = format!("{}: {}, {} failed", slot.at, requests(slot.requests), count(slot.errors));
        text += &format!("<g><title>{}</title>", escaped(&title));
        for (class, number) in [("requests", slot.requests), ("failed", slot.errors)] {
            let height = number / most * (HEIGHT - TOP - BOTTOM);
            let (x, y) = (LEFT + place as f64 * width, HEIGHT - BOTTOM - height);
            let width = (width - 1.0).max(0.5);
            text += &format!(
                "<rect class=\"{class}\" x=\"{x:.2}\" y=\"{y:.2}\" width=\"{width:.2}\" height=\"{height:.2}\"/>"
            );
        }
        text += "</g>";
    }
    text + "</svg>"
}

fn percentiles(slots: &[Slot]) -> String {
    let all = slots.iter().flat_map(|slot| PERCENTILES.map(|(_, value)| value(slot))).flatten();
    let steps = round_steps(all.fold(0.0, f64::max));
    let most = steps.last().copied().unwrap_or(1.0);
    let mut text = begin(slots, &steps, time);
    let width = (WIDTH - LEFT) / slots.len() as f64;
    let point = |place: usize, value: f64| {
        (LEFT + (place as f64 + 0.5) * width, HEIGHT - BOTTOM - value / most * (HEIGHT - TOP - BOTTOM))
    };
    for (class, value) in PERCENTILES {
        let mut path = String::new();
        let mut pen = 'M';
        for (place, slot) in slots.iter().enumerate() {
            // Where there was no request, the line has a gap.
            let Some(value) = value(slot) else {
                pen = 'M';
                continue;
            };
            let (x, y) = point(place, value);
            path += &format!("{pen}{x:.2} {y:.2}");
            // A single point would not be seen.
            if pen == 'M' {
                path += "h0.01";
            }
            pen = 'L';
        }
        text += &format!("<path class=\"line {class}\" d=\"{path}\"/>");
    }
    for (place, slot) in slots.iter().enumerate() {
        let values = PERCENTILES.map(|(class, value)| format!("{class} {} ms", millis_if_any(value(slot)))).join(", ");
        text += &format!(
            "<rect class=\"over\" x=\"{:.2}\" y=\"{TOP}\" width=\"{width:.2}\" height=\"{:.2}\"><title>{}: {values}</title></rect>",
            LEFT + place as f64 * width,
            HEIGHT - TOP - BOTTOM,
            escaped(&slot.at)
        );
    }
    text + "</svg>"
}

/// The plot's begin, with its axes.
fn begin(slots: &[Slot], steps: &[f64], label: fn(f64) -> String) -> String {
    let mut text = format!("<svg class=\"plot\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\">");
    let most = steps.last().copied().unwrap_or(1.0);
    for step in steps {
        let y = HEIGHT - BOTTOM - step / most * (HEIGHT - TOP - BOTTOM);
        text += &format!("<line class=\"grid\" x1=\"{LEFT}\" x2=\"{WIDTH}\" y1=\"{y:.2}\" y2=\"{y:.2}\"/>");
        text += &format!("<text x=\"{}\" y=\"{:.2}\" text-anchor=\"end\">{}</text>", LEFT - 6.0, y + 4.0, label(*step));
    }
    let ends = [(slots.first(), LEFT, "start"), (slots.last(), WIDTH, "end")];
    for (slot, x, anchor) in ends.into_iter().filter(|(_, _, anchor)| slots.len() > 1 || *anchor == "start") {
        let at = slot.map(|slot| short(&slot.at)).unwrap_or_default();
        text += &format!("<text x=\"{x}\" y=\"{}\" text-anchor=\"{anchor}\">{}</text>", HEIGHT - 5.0, escaped(&at));
    }
    text
}

/// `2026-11-21 10:00:00`
fn short(at: &str) -> String {
    at.get(..19).unwrap_or(at).replace('T', " ")
}
