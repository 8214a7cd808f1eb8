//! What there was in each hour of each day of the week.

use super::escape::escaped;
use super::requests;
use super::scale::time;
use crate::report::result::{Host, Hour, Time};

const CELL: f64 = 30.0;
const LEFT: f64 = 44.0;
const TOP: f64 = 18.0;
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// The mean time of requests, and how many there were.
pub(super) fn of_requests(times: &Time) -> String {
    let rows: Vec<(&str, &[Hour])> =
        DAYS.into_iter().zip(times.by_weekday_and_hour.iter().map(Vec::as_slice)).collect();
    map(&rows, LEFT)
        + "<p class=\"note\">the mean time, in UTC: the stronger the colour, the longer; a dot where there was nothing</p>"
}

/// The mean time of calls, one host below the other, by hour of the day.
pub(super) fn of_hosts(hosts: &[Host]) -> String {
    let rows: Vec<(&str, &[Hour])> = hosts.iter().map(|host| (host.target.as_str(), host.hours.as_slice())).collect();
    let of_week: Vec<(&str, &[Hour])> =
        hosts.iter().map(|host| (host.target.as_str(), host.weekdays.as_slice())).collect();
    format!("<div class=\"side\">{}{}</div>", map(&rows, 200.0), map(&of_week, 200.0))
}

fn map(rows: &[(&str, &[Hour])], left: f64) -> String {
    let columns = rows.first().map_or(0, |(_, hours)| hours.len());
    let (width, height) = (left + columns as f64 * CELL, TOP + rows.len() as f64 * CELL);
    let mut text = format!(
        "<svg class=\"heat\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\">"
    );
    let title = |column: usize| if columns == 7 { DAYS[column].to_owned() } else { column.to_string() };
    for column in 0..columns {
        let x = left + (column as f64 + 0.5) * CELL;
        text += &format!("<text x=\"{x}\" y=\"12\" text-anchor=\"middle\">{}</text>", title(column));
    }
    let means = rows.iter().flat_map(|(_, hours)| *hours).filter(|hour| hour.count > 0.0).map(|hour| hour.mean_ms);
    let ends = means.fold((f64::INFINITY, 0.0), |(least, most): (f64, f64), ms| (least.min(ms), most.max(ms)));
    for (row, (name, hours)) in rows.iter().enumerate() {
        let y = TOP + row as f64 * CELL;
        let (x, y_of_text) = (left - 6.0, y + CELL * 0.65);
        text += &format!("<text x=\"{x}\" y=\"{y_of_text}\" text-anchor=\"end\">{}</text>", escaped(&cut(name)));
        for (column, hour) in hours.iter().enumerate() {
            text += &cell(hour, ends, left + column as f64 * CELL, y, &format!("{name} {}", title(column)));
        }
    }
    text + "</svg>"
}

fn cell(hour: &Hour, (least, most): (f64, f64), x: f64, y: f64, name: &str) -> String {
    if hour.count <= 0.0 {
        return format!("<circle class=\"none\" cx=\"{}\" cy=\"{}\" r=\"1.5\"/>", x + CELL / 2.0, y + CELL / 2.0);
    }
    let part = if most > least { (hour.mean_ms - least) / (most - least) } else { 0.5 };
    let title = format!("{name}: {}, {} in the mean", requests(hour.count), time(hour.mean_ms));
    format!(
        "<rect class=\"hour\" x=\"{}\" y=\"{}\" width=\"{2}\" height=\"{2}\" fill-opacity=\"{3:.3}\"><title>{4}</title></rect>",
        x + 1.0,
        y + 1.0,
        CELL - 2.0,
        0.1 + 0.9 * part,
        escaped(&title)
    )
}

/// A name that has room beside the map.
fn cut(name: &str) -> String {
    const MOST: usize = 26;
    match name.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}
