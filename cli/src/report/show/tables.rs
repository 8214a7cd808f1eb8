//! A report as tables.

use super::compared;
use super::number::{bytes, count, mean, millis, millis_if_any, percent, rate};
use super::table::{Cell, Kind, Table};
use crate::report::result::{Finding, Group, Host, Hour, Report, Row, Statement};

/// From this part on, errors are something to look at.
const MANY_ERRORS: f64 = 0.01;

/// A report as tables, the most important first.
pub(super) fn of(report: &Report) -> Vec<Table> {
    if let Some(comparison) = &report.comparison {
        return compared::of(comparison);
    }
    let mut tables = Vec::new();
    if !report.groups.is_empty() {
        tables.push(groups(report));
    }
    if !report.statements.is_empty() {
        tables.push(statements(&report.statements, report.statements_left_out));
    }
    if !report.hosts.is_empty() {
        tables.push(hosts(&report.hosts, report.hosts_left_out));
    }
    if !report.findings.is_empty() {
        tables.push(findings(&report.findings, report.findings_left_out));
    }
    tables
}

fn groups(report: &Report) -> Table {
    use Kind::{Fixed, Number, Text};
    let title = format!("Where the time goes, by {}", report.group_by.join(", "));
    let columns = [
        ("", Text, 0),
        ("requests", Number, 0),
        ("per s", Number, 7),
        ("impact", Number, 1),
        ("mean ms", Number, 3),
        ("p50", Number, 2),
        ("p95", Number, 0),
        ("p99", Number, 2),
        ("errors", Number, 1),
        ("queries", Number, 4),
        ("calls", Number, 6),
        ("size", Number, 5),
        ("time", Fixed, 2),
        ("cause", Text, 4),
    ];
    let mut table = Table::new(title, &columns);
    for row in &report.groups {
        table.rows.push(cells(name(&row.group), row));
    }
    if report.groups.len() + report.groups_left_out > 1 {
        table.rows.push(cells("all".to_owned(), &report.total));
    }
    left_out(&mut table, report.groups_left_out);
    table
}

fn cells(name: String, row: &Row) -> Vec<Cell> {
    let errors = percent(row.error_rate);
    vec![
        name.into(),
        count(row.requests + row.streams).into(),
        row.rate.map_or_else(|| "-".to_owned(), rate).into(),
        percent(row.impact).into(),
        millis(row.mean_ms).into(),
        millis_if_any(row.p50_ms).into(),
        millis_if_any(row.p95_ms).into(),
        millis_if_any(row.p99_ms).into(),
        if row.error_rate >= MANY_ERRORS { Cell::Bad(errors) } else { Cell::Text(errors) },
        mean(row.db_queries).into(),
        mean(row.external_calls).into(),
        bytes(row.response_bytes).into(),
        Cell::Shares(row.shares().to_vec()),
        row.cause.clone().unwrap_or_default().into(),
    ]
}

/// `GET /experiments/{id}`; members other than these two with their names: `status_code 503`.
pub(crate) fn name(group: &Group) -> String {
    if group.is_overflow {
        return "(all others)".to_owned();
    }
    let shown = |(member, value): (&str, Option<&str>)| match (member, value) {
        ("method" | "route", Some(value)) => value.to_owned(),
        ("method", None) => "-".to_owned(),
        ("route", None) => "(no route)".to_owned(),
        (member, Some(value)) => format!("{member}={value}"),
        (member, None) => format!("{member}=-"),
    };
    group.values().map(shown).collect::<Vec<_>>().join(" ")
}

fn statements(statements: &[Statement], more: usize) -> Table {
    use Kind::{Number, Text};
    let columns = [
        ("", Text, 0),
        ("at", Text, 2),
        ("of", Text, 5),
        ("requests", Number, 3),
        ("count", Number, 0),
        ("errors", Number, 1),
        ("total ms", Number, 0),
        ("mean ms", Number, 1),
        ("slowest", Number, 1),
    ];
    let mut table = Table::new("Statements", &columns);
    for statement in statements {
        let text = statement.statement.as_ref().unwrap_or(&statement.summary);
        table.rows.push(vec![
            text.as_str().into(),
            statement.callsite.as_deref().unwrap_or("-").into(),
            statement.target.as_str().into(),
            count(statement.requests).into(),
            count(statement.count).into(),
            errors(statement.errors),
            millis(statement.total_ms).into(),
            millis(statement.mean_ms).into(),
            millis(statement.slowest_ms).into(),
        ]);
    }
    left_out(&mut table, more);
    table.note("of the requests whose calls have lines: by default, of those that were worth a look");
    table
}

fn hosts(hosts: &[Host], more: usize) -> Table {
    use Kind::{Fixed, Number, Text};
    let columns = [
        ("", Text, 0),
        ("requests", Number, 3),
        ("count", Number, 0),
        ("errors", Number, 0),
        ("total ms", Number, 1),
        ("mean ms", Number, 0),
        ("slowest", Number, 1),
        ("mean by hour (0-23, UTC)", Fixed, 2),
        ("by day (Mo-Su)", Fixed, 3),
    ];
    let mut table = Table::new("Other services", &columns);
    for host in hosts {
        table.rows.push(vec![
            host.target.as_str().into(),
            count(host.requests).into(),
            count(host.count).into(),
            errors(host.errors),
            millis(host.total_ms).into(),
            millis(host.mean_ms).into(),
            millis(host.slowest_ms).into(),
            sparkline(&host.hours).into(),
            sparkline(&host.weekdays).into(),
        ]);
    }
    left_out(&mut table, more);
    table
}

fn findings(findings: &[Finding], more: usize) -> Table {
    use Kind::{Number, Text};
    let columns = [
        ("", Text, 0),
        ("what", Text, 0),
        ("at", Text, 1),
        ("requests", Number, 0),
        ("count", Number, 3),
        ("cost ms", Number, 0),
        ("dearest", Number, 2),
    ];
    let mut table = Table::new("Findings", &columns);
    for finding in findings {
        table.rows.push(vec![
            kind_in_words(&finding.finding).into(),
            finding.summary.as_deref().or(finding.target.as_deref()).unwrap_or("-").into(),
            finding.callsite.as_deref().unwrap_or("-").into(),
            count(finding.requests).into(),
            count(finding.count).into(),
            millis(finding.cost_ms).into(),
            millis(finding.dearest_ms).into(),
        ]);
    }
    left_out(&mut table, more);
    table
}

/// `N+1`, `slow external call`.
fn kind_in_words(kind: &str) -> String {
    kind.replace("n_plus_one", "N+1").replace('_', " ")
}

fn errors(errors: f64) -> Cell {
    if errors > 0.0 { Cell::Bad(count(errors)) } else { Cell::Text("0".to_owned()) }
}

fn left_out(table: &mut Table, more: usize) {
    if more > 0 {
        table.note(format!("and {} more: see --top", count(more as f64)));
    }
}

/// The mean time of each hour: `▂▂▁ ▇`; nothing where there was none.
pub(super) fn sparkline(hours: &[Hour]) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let most = hours.iter().map(|hour| hour.mean_ms).fold(0.0, f64::max);
    let bar = |hour: &Hour| match hour.count > 0.0 {
        true => BARS[((hour.mean_ms / most.max(f64::MIN_POSITIVE) * 8.0).ceil() as usize).clamp(1, 8) - 1],
        false => '·',
    };
    hours.iter().map(bar).collect()
}
