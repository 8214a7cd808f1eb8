//! Where lines come from, and what is around them.

use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use tachograph_json::{Calls, Settings};

use super::service::Service;
use super::{Files, json_of};
use crate::program::{run, run_with};

fn lines() -> String {
    let service = Service::new(Settings { calls: Calls::All, ..Settings::default() });
    (1..200).for_each(|number| service.experiment(number * 10, 200));
    service.report(40_000);
    service.lines()
}

fn compressed(lines: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(lines.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn plain(files: &Files) -> Value {
    json_of(&files.write("plain.log", lines()), &[])
}

#[test]
fn compressed_files_give_what_plain_ones_give_whatever_they_are_called() {
    let (files, lines) = (Files::new(), lines());
    let half = lines[..lines.len() / 2].rfind('\n').unwrap() + 1;
    // As where a file was rotated, and appended to.
    let members = [compressed(&lines[..half]), compressed(&lines[half..])].concat();
    assert_eq!(json_of(&files.write("api.log.1", members), &[]), plain(&files));
}

#[test]
fn standard_input_and_many_files_give_what_one_gives() {
    let (files, lines) = (Files::new(), lines());
    let half = lines[..lines.len() / 2].rfind('\n').unwrap() + 1;
    let of_stdin = |arguments: &[&str], input: &[u8]| -> Value {
        let ended = run_with([&["report", "--format", "json"], arguments].concat(), input);
        assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
        serde_json::from_str(&ended.stdout).unwrap()
    };
    let plain = plain(&files);
    assert_eq!(of_stdin(&[], lines.as_bytes()), plain);
    assert_eq!(of_stdin(&["-"], &compressed(&lines)), plain);
    // The first has no line break at its end.
    let first = files.write("a.log", lines[..half].trim_end());
    let second = files.write("b.log", &lines[half..]);
    assert_eq!(of_stdin(&[first.to_str().unwrap(), second.to_str().unwrap()], b""), plain);
    assert_eq!(of_stdin(&[first.to_str().unwrap(), "-"], &lines.as_bytes()[half..]), plain);
}

#[test]
fn a_compressed_file_that_is_cut_off_is_read_to_there_and_that_is_said() {
    let files = Files::new();
    let whole = compressed(&lines());
    let path = files.write("api.log.gz", &whole[..whole.len() / 2]);
    let report = json_of(&path, &[]);
    let read = report["total"]["requests"].as_f64().unwrap();
    assert!(read > 20.0 && read < 199.0, "{read}");
    assert!(report["lines"]["damaged_files"][0].as_str().unwrap().starts_with(path.to_str().unwrap()));
    let table = run([Path::new("report"), &path]);
    assert!(table.stdout.contains("read only to where it is damaged"), "{}", table.stdout);
}

#[test]
fn what_log_shippers_put_around_lines_changes_nothing() {
    let (files, lines) = (Files::new(), lines());
    let plain = plain(&files);
    let docker = |line: &str| {
        let log = serde_json::to_string(&format!("{line}\n")).unwrap();
        format!("{{\"log\":{log},\"stream\":\"stdout\",\"time\":\"2026-11-21T10:00:00.123456789Z\"}}\r\n")
    };
    let wrapped: [(&str, String); 4] = [
        ("docker", lines.lines().map(docker).collect()),
        ("cloudwatch", lines.lines().map(|line| format!("2026-11-21T10:00:00.123Z {line}\n")).collect()),
        ("kubernetes", lines.lines().map(|line| format!("2026-11-21T10:00:00.1Z stdout F {line}\n")).collect()),
        ("journald", lines.lines().map(|line| format!("Nov 21 10:00:00 host api[17]: {line}\n")).collect()),
    ];
    for (name, lines) in wrapped {
        assert_eq!(json_of(&files.write(name, lines), &[]), plain, "{name}");
    }
}

#[test]
fn many_lines_are_read_by_several_threads_as_by_one() {
    let files = Files::new();
    let service = Service::new(Settings { calls: Calls::All, ..Settings::default() });
    let mut lines = String::new();
    for number in 0..3000 {
        service.experiment(number % 500 * 10, 200);
        if number % 500 == 0 {
            lines = service.lines();
        }
    }
    lines = lines.clone() + &service.lines()[lines.len()..];
    assert!(lines.len() > 3 << 20, "{}", lines.len());
    // What only the line of a request has: no block may end between it and its calls.
    let report =
        json_of(&files.write("many.log", &lines), &["--where", "duration_ms > 0", "--group-by", "status_code"]);
    assert_eq!(report["groups"].as_array().unwrap().len(), 1);
    assert_eq!(report["total"]["requests"], 3000.0);
    assert_eq!(report["statements"][0]["count"], 6000.0);
    let exact: f64 = (0..3000).map(|number| f64::from(number % 500 * 10 * 2 + 750) / 1000.0).sum();
    assert!((report["total"]["total_ms"].as_f64().unwrap() - exact).abs() < 0.001);
}
