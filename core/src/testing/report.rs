//! The file of a run's findings: a line of JSON for each.

use std::fmt::{Display, Write as _};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::panic::Location;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::findings::Finding;
use crate::record::{Record, RecordKind};
use crate::timestamp::iso_8601;

#[derive(Debug)]
pub(super) struct Report {
    file: File,
    path: PathBuf,
    test: Option<String>,
    made_at: &'static Location<'static>,
}

impl Report {
    #[track_caller]
    pub(super) fn open(path: &Path, test: Option<String>) -> io::Result<Self> {
        let made_at = Location::caller();
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Report { file, path: path.to_owned(), test, made_at })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Tests run side by side, in several processes too: a line that is appended by one call is not torn.
    pub(super) fn write(&self, record: &Record, finding: &Finding) -> io::Result<()> {
        (&self.file).write_all(self.line(record, finding).as_bytes())
    }

    fn line(&self, record: &Record, finding: &Finding) -> String {
        let mut line = Line(String::new());
        let now = iso_8601(SystemTime::now());
        line.text("timestamp", str::from_utf8(&now).ok());
        line.text("test", self.test.as_deref());
        line.text("instance", Some(&format!("{}:{}", self.made_at.file(), self.made_at.line())));
        match record.kind() {
            RecordKind::Task => line.text("task", record.task_name()),
            RecordKind::Request => {
                line.text("method", Some(record.method()));
                line.text("route", record.route());
                line.text("path", record.route().is_none().then(|| record.path()));
                line.number("status_code", record.status_code());
            }
        }
        line.text("finding", Some(finding.kind().as_str()));
        if let Some(operation) = finding.operation() {
            line.text("summary", Some(operation.summary()));
            line.text("statement", operation.statement().map(|statement| statement.text()));
            line.text("target", Some(operation.target()));
        }
        line.text("callsite", finding.callsite().map(|callsite| callsite.to_string()).as_deref());
        line.text("span", finding.span());
        line.number("count", Some(finding.count()));
        line.number("limit", Some(finding.limit()));
        line.number("distinct_parameters", finding.distinct_parameters());
        line.text("hint", Some(finding.hint()));
        line.0 + "}\n"
    }
}

/// A JSON object that is being written. What there is not is left out.
struct Line(String);

impl Line {
    fn text(&mut self, name: &str, value: Option<&str>) {
        self.number(name, value.map(serde_json::Value::from));
    }

    fn number(&mut self, name: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            let before = if self.0.is_empty() { '{' } else { ',' };
            let _ = write!(self.0, "{before}\"{name}\":{value}");
        }
    }
}
