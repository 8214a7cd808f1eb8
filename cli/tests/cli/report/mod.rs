//! `tachograph report`.

mod comparison;
mod damage;
mod filters;
mod formats;
mod hostile;
mod numbers;
mod service;
mod sources;
mod well_formed;

use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::program::run;

/// A folder with files of lines, gone when it is dropped.
struct Files(TempDir);

impl Files {
    fn new() -> Self {
        Files(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }
}

/// The report over a file, as JSON, with further arguments.
fn json_of(file: &Path, arguments: &[&str]) -> Value {
    let file = file.to_str().unwrap();
    let ended = run([&["report", file, "--format", "json"], arguments].concat());
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{}", ended.stdout);
    serde_json::from_str(&ended.stdout).unwrap()
}

/// The report over these lines, as JSON, with further arguments.
fn json(lines: &str, arguments: &[&str]) -> Value {
    json_of(&Files::new().write("api.log", lines), arguments)
}

/// The line of a request; more members may be given, each with a comma before it.
fn request(route: &str, duration_ms: f64, more: &str) -> String {
    format!(
        "{{\"timestamp\":\"2026-11-21T10:00:00.000Z\",\"level\":\"info\",\"logger\":\"tachograph.request\",\"event\":\"request\",\
         \"method\":\"GET\",\"route\":\"{route}\",\"duration_ms\":{duration_ms}{more}}}\n"
    )
}

/// The row of a route.
fn row<'r>(report: &'r Value, route: &str) -> &'r Value {
    let rows = report["groups"].as_array().unwrap();
    rows.iter().find(|row| row["group"]["route"] == route).unwrap_or_else(|| panic!("no {route} in {report:#}"))
}
