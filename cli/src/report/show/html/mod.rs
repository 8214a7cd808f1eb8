//! One page with plots, which needs nothing else: no script, no other file, no network.

mod escape;
mod heat;
mod histogram;
mod line_plot;
mod page;
mod scale;

use tachograph_summary::Share;

use super::number::count;
use super::table::{Cell, Kind, Table};
use super::tables;
use crate::report::result::Report;
use escape::escaped;

/// The page.
pub(super) fn write(report: &Report) -> String {
    let mut body = page::head(report);
    let tables = tables::of(report);
    for table in &tables {
        body += &section(table);
    }
    if report.comparison.is_none() {
        body += &format!("<section><h2>Over time</h2>{}</section>", line_plot::of(&report.time));
        body += &format!("<section><h2>By hour and weekday</h2>{}</section>", heat::of_requests(&report.time));
        if !report.hosts.is_empty() {
            body += &format!("<section><h2>Other services, by hour</h2>{}</section>", heat::of_hosts(&report.hosts));
        }
        body += &format!("<section><h2>How long they take</h2>{}</section>", histogram::of(report));
    }
    page::whole(&body)
}

/// A table below its title.
fn section(table: &Table) -> String {
    let mut text = format!("<section><h2>{}</h2><div class=\"wide\"><table><thead><tr>", escaped(&table.title));
    for column in &table.columns {
        text += &format!("<th scope=\"col\"{}>{}</th>", class(column.kind), escaped(column.title));
    }
    text += "</tr></thead><tbody>";
    for row in &table.rows {
        text += "<tr>";
        for (place, (cell, column)) in row.iter().zip(&table.columns).enumerate() {
            text += &match (cell, place) {
                (Cell::Text(text), 0) => format!("<th scope=\"row\">{}</th>", escaped(text)),
                (Cell::Text(text), _) => format!("<td{}>{}</td>", class(column.kind), escaped(text)),
                (Cell::Bad(text), _) => format!("<td class=\"{} bad\">{}</td>", kind(column.kind), escaped(text)),
                (Cell::Good(text), _) => format!("<td class=\"{} good\">{}</td>", kind(column.kind), escaped(text)),
                (Cell::Shares(shares), _) => format!("<td{}>{}</td>", class(column.kind), bar(shares)),
            };
        }
        text += "</tr>";
    }
    text += "</tbody></table></div>";
    for note in &table.notes {
        text += &format!("<p class=\"note\">{}</p>", escaped(note));
    }
    text + &legend(table) + "</section>"
}

fn class(kind_of: Kind) -> String {
    format!(" class=\"{}\"", kind(kind_of))
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Fixed => "fixed",
        Kind::Number => "number",
    }
}

/// What a time consists of, side by side.
fn bar(shares: &[(Share, f64)]) -> String {
    const WIDTH: f64 = 120.0;
    let all: f64 = shares.iter().map(|(_, time)| time).sum();
    if all <= 0.0 {
        return "-".to_owned();
    }
    let in_percent: Vec<String> = shares
        .iter()
        .filter(|(_, time)| *time > 0.0)
        .map(|(share, time)| format!("{} {:.1} %", share.label(), time / all * 100.0))
        .collect();
    let mut text = format!(
        "<svg class=\"bar\" width=\"{WIDTH}\" height=\"12\" viewBox=\"0 0 {WIDTH} 12\" role=\"img\"><title>{}</title>",
        in_percent.join(", ")
    );
    let mut from = 0.0;
    for (share, time) in shares.iter().filter(|(_, time)| *time > 0.0) {
        let width = time / all * WIDTH;
        text +=
            &format!("<rect class=\"{}\" x=\"{from:.2}\" y=\"0\" width=\"{width:.2}\" height=\"12\"/>", share.name());
        from += width;
    }
    text + "</svg>"
}

/// Which colour is what, where bars are.
fn legend(table: &Table) -> String {
    let is_there = |share: Share| {
        table.rows.iter().flatten().any(|cell| match cell {
            Cell::Shares(shares) => shares.iter().any(|(other, time)| *other == share && *time > 0.0),
            _ => false,
        })
    };
    let entry = |share: Share| {
        let name = share.name();
        let square =
            format!("<svg width=\"12\" height=\"12\"><rect class=\"{name}\" width=\"12\" height=\"12\"/></svg>");
        format!("<span>{square} {}</span>", share.label())
    };
    let entries: Vec<String> = Share::ALL.into_iter().filter(|share| is_there(*share)).map(entry).collect();
    if entries.is_empty() { String::new() } else { format!("<p class=\"legend\">{}</p>", entries.join(" ")) }
}

/// `3 requests`, `1 request`.
fn requests(number: f64) -> String {
    format!("{} request{}", count(number), if count(number) == "1" { "" } else { "s" })
}
