//! What a report is written in.

use tachograph_json::{Calls, Settings};

use super::service::Service;
use super::well_formed::check;
use crate::program::run_with;

fn lines() -> String {
    let service = Service::new(Settings { calls: Calls::All, ..Settings::default() });
    for number in 0..100 {
        service.experiment(number * 100, 200);
        service.advance(60_000_000);
    }
    service.report(2_000_000);
    service.lines()
}

fn report(format: &str, more: &[&str]) -> String {
    let ended = run_with([&["report", "--format", format], more].concat(), lines().as_bytes());
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
    ended.stdout
}

#[test]
fn the_table_has_no_colours_in_a_pipe_and_is_not_cut() {
    let table = report("table", &[]);
    let row = table.lines().find(|line| line.starts_with("GET /experiments/{id} ")).unwrap();
    let words: Vec<&str> = row.split_whitespace().collect();
    assert_eq!(words[2], "100");
    assert!(row.contains("DDDDDDDD") && row.ends_with("93% database"), "{row}");
    assert!(table.contains("SELECT * FROM experiments WHERE id = ?"));
    assert!(table.contains("partner.example") && table.contains("slow external call"), "{table}");
    assert!(!table.contains('\x1b') && !table.contains('…'), "{table}");
}

#[test]
fn markdown_has_a_row_for_each_group() {
    let markdown = report("markdown", &[]);
    let mut tables = 0;
    let mut columns = 0;
    for line in markdown.lines() {
        if line.starts_with("## ") {
            (tables, columns) = (tables + 1, 0);
        } else if line.starts_with('|') {
            let cells = line.matches(" | ").count();
            assert!(columns == 0 || cells == columns, "{line}");
            columns = cells;
        }
    }
    assert_eq!(tables, 4, "{markdown}");
    assert!(markdown.contains("| GET /experiments/{id} | 100 |"), "{markdown}");
    assert!(markdown.contains("database 93 %"), "{markdown}");
}

#[test]
fn the_page_is_well_formed_needs_nothing_and_has_its_plots() {
    let page = report("html", &[]);
    let tags = check(&page);
    assert!(tags["svg"] >= 8 && tags["table"] == 4 && tags["path"] == 3, "{tags:?}");
    // An hour of a day has a rectangle or a circle, of the requests and of the host.
    assert_eq!(page.matches("class=\"hour\"").count() + page.matches("class=\"none\"").count(), 7 * 24 + 24 + 7);
    for needed in ["<script", "href=", "src=", "url(", "http://", "https://", "@import"] {
        assert!(!page.contains(needed), "{needed}");
    }
    assert!(page.contains("default-src 'none'") && page.contains("prefers-color-scheme:dark"));
    let of_one = run_with(["report", "--format", "html"], super::request("/a", 0.0, "").as_bytes());
    check(&of_one.stdout);
    assert!(!of_one.stdout.contains("NaN") && !of_one.stdout.contains("inf"), "{}", of_one.stdout);
}

#[test]
fn the_object_has_the_documented_members_in_their_order() {
    let report = report("json", &["--top", "1"]);
    let at = |member: &str| report.find(&format!("\n  \"{member}\": ")).unwrap_or_else(|| panic!("{member}"));
    let members = [
        "from",
        "to",
        "where",
        "group_by",
        "lines",
        "total",
        "groups",
        "groups_left_out",
        "statements",
        "statements_left_out",
        "hosts",
        "hosts_left_out",
        "findings",
        "findings_left_out",
        "time",
        "comparison",
    ];
    assert!(members.is_sorted_by_key(|member| at(member)));
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report.as_object().unwrap().len(), members.len());
    assert_eq!(report["time"]["by_weekday_and_hour"].as_array().unwrap().len(), 7);
    let requests: f64 =
        report["time"]["slots"].as_array().unwrap().iter().map(|slot| slot["requests"].as_f64().unwrap()).sum();
    assert_eq!(requests, 101.0);
}
