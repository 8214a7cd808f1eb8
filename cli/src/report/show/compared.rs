//! A comparison as tables.

use tachograph_summary::Verdict;

use super::number::{count, mean, millis, millis_if_any, percent};
use super::table::{Cell, Kind, Table};
use super::tables::name;
use crate::report::result::{Changed, Compared, Comparison, Row, Trend};

/// A comparison as tables: what both have, what is new, what is gone.
pub(super) fn of(comparison: &Comparison) -> Vec<Table> {
    let mut tables = vec![both(comparison)];
    for (title, rows) in [("New", &comparison.new), ("Gone", &comparison.gone)] {
        if !rows.is_empty() {
            tables.push(one_sided(title, rows));
        }
    }
    tables
}

fn both(comparison: &Comparison) -> Table {
    use Kind::{Fixed, Number, Text};
    let shown = |side: &str| if side.is_empty() { "(none)".to_owned() } else { side.to_owned() };
    let title = format!("From {} {} to {}", comparison.by, shown(&comparison.baseline), shown(&comparison.candidate));
    let columns = [
        ("", Text, 0),
        ("verdict", Fixed, 0),
        ("requests", Number, 4),
        ("mean ms", Number, 0),
        ("change", Number, 1),
        ("between (ms)", Number, 3),
        ("p50", Number, 5),
        ("p95", Number, 2),
        ("errors", Number, 3),
        ("queries", Number, 3),
        ("because", Text, 2),
    ];
    let mut table = Table::new(title, &columns);
    table.rows = comparison.groups.iter().map(row).collect();
    let slower = comparison.groups.iter().filter(|compared| compared.verdict == Verdict::Slower).count();
    let faster = comparison.groups.iter().filter(|compared| compared.verdict == Verdict::Faster).count();
    let more = |trend: fn(&Compared) -> Trend| comparison.groups.iter().filter(|one| trend(one) == Trend::More).count();
    let mut counts = vec![format!("{slower} slower"), format!("{faster} faster")];
    for (number, what) in [(more(|one| one.errors), "errors"), (more(|one| one.queries), "queries")] {
        if number > 0 {
            counts.push(format!("{number} with more {what}"));
        }
    }
    table.note(format!("{}, of {}", counts.join(", "), comparison.groups.len()));
    table
}

fn row(compared: &Compared) -> Vec<Cell> {
    let Compared { baseline, candidate, mean: time, .. } = compared;
    let verdict = compared.verdict.as_str();
    vec![
        name(&compared.group).into(),
        match compared.verdict {
            Verdict::Slower => Cell::Bad(verdict.to_owned()),
            Verdict::Faster => Cell::Good(verdict.to_owned()),
            _ => verdict.into(),
        },
        format!("{} → {}", count(baseline.requests), count(candidate.requests)).into(),
        both_of(time).into(),
        change(time),
        between(time).into(),
        both_of(&compared.p50).into(),
        both_of(&compared.p95).into(),
        trend(compared.errors, percent(baseline.error_rate), percent(candidate.error_rate)),
        trend(compared.queries, mean(baseline.db_queries), mean(candidate.db_queries)),
        because(compared).into(),
    ]
}

fn both_of(changed: &Changed) -> String {
    format!("{} → {}", millis_if_any(changed.baseline_ms), millis_if_any(changed.candidate_ms))
}

fn change(changed: &Changed) -> Cell {
    let text = changed.ratio.map_or_else(|| "-".to_owned(), |ratio| format!("{:+.0} %", (ratio - 1.0) * 100.0));
    match changed.verdict {
        Verdict::Slower => Cell::Bad(text),
        Verdict::Faster => Cell::Good(text),
        _ => Cell::Text(text),
    }
}

fn between(changed: &Changed) -> String {
    match (changed.low_ms, changed.high_ms) {
        (None, None) => "-".to_owned(),
        (low, high) => format!("{} to {}", signed(low), signed(high)),
    }
}

fn signed(value: Option<f64>) -> String {
    match value {
        None => "?".to_owned(),
        Some(value) if millis(value.abs()) == millis(0.0) => millis(0.0),
        Some(value) => format!("{}{}", if value < 0.0 { "-" } else { "+" }, millis(value.abs())),
    }
}

fn trend(trend: Trend, from: String, to: String) -> Cell {
    let text = if from == to { to } else { format!("{from} → {to}") };
    match trend {
        Trend::More => Cell::Bad(text),
        Trend::Fewer => Cell::Good(text),
        Trend::Same | Trend::TooFew => Cell::Text(text),
    }
}

/// Nothing where nothing changed.
fn because(compared: &Compared) -> String {
    let fits = |difference: f64| match compared.verdict {
        Verdict::Slower => difference > 0.0,
        Verdict::Faster => difference < 0.0,
        _ => false,
    };
    let share = compared.because.filter(|because| fits(because.difference_ms));
    let share = share.map(|because| format!("{} {} ms", because.in_words, signed(Some(because.difference_ms))));
    let more = [(compared.errors, "more errors"), (compared.queries, "more queries")];
    let more = more.into_iter().filter(|(trend, _)| *trend == Trend::More).map(|(_, what)| what.to_owned());
    share.into_iter().chain(more).collect::<Vec<_>>().join(", ")
}

fn one_sided(title: &str, rows: &[Row]) -> Table {
    use Kind::{Number, Text};
    let columns =
        [("", Text, 0), ("requests", Number, 0), ("mean ms", Number, 0), ("p95", Number, 0), ("impact", Number, 0)];
    let mut table = Table::new(title, &columns);
    let cells = |row: &Row| {
        vec![
            name(&row.group).into(),
            count(row.requests + row.streams).into(),
            millis(row.mean_ms).into(),
            millis_if_any(row.p95_ms).into(),
            percent(row.impact).into(),
        ]
    };
    table.rows = rows.iter().map(cells).collect();
    table
}
