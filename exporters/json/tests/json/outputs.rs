//! Where the lines go, and what happens when they cannot go there.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use serde_json::Value;
use tachograph_core::{Exporter, Handle, Level, LogEvent};
use tachograph_json::delivery::{self, SendError, Sink};
use tachograph_json::{Format, Json, Output, Settings};

use crate::bench::{Collected, PATIENCE, service};

fn to(output: Output) -> Settings {
    Settings { output, ..Settings::default() }
}

fn log(handle: &Handle, message: &str) {
    handle.log(&LogEvent {
        time: handle.now(),
        level: Level::Info,
        target: "test",
        message,
        fields: &[],
        recording: None,
    });
}

#[test]
fn lines_reach_a_file_when_the_instance_goes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("requests.log");
    for message in ["one", "two"] {
        let json = Json::new(&service(), to(Output::File(path.clone()))).unwrap();
        log(&Handle::builder().exporter(json).build(), message);
    }
    let text = std::fs::read_to_string(path).unwrap();
    let messages = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["message"].clone());
    assert_eq!(messages.collect::<Vec<_>>(), ["one", "two"]);
}

#[test]
fn a_file_that_cannot_be_written_is_an_error_at_start() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing").join("requests.log");
    for path in [missing, folder.path().to_owned()] {
        let error = Json::new(&service(), to(Output::File(path.clone()))).unwrap_err();
        assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
        assert!(std::error::Error::source(&error).is_some());
    }
}

#[test]
fn lines_reach_a_receiver_over_tcp() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let output = format!("tcp://{}", listener.local_addr().unwrap()).parse().unwrap();
    let handle = Handle::builder().exporter(Json::new(&service(), to(output)).unwrap()).build();
    log(&handle, "one");
    log(&handle, "two");
    let (connection, _) = listener.accept().unwrap();
    connection.set_read_timeout(Some(PATIENCE)).unwrap();
    assert!(handle.shutdown(PATIENCE));
    let lines = BufReader::new(connection).lines().map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap());
    assert_eq!(lines.map(|line| line["message"].clone()).collect::<Vec<_>>(), ["one", "two"]);
}

/// Blocks at the first line until it is let go.
struct Blocking {
    entered: Sender<()>,
    let_go: Receiver<()>,
    collected: Collected,
}

impl Sink for Blocking {
    fn describe(&self) -> String {
        "blocking".to_owned()
    }

    fn send(&mut self, batch: &[u8]) -> Result<(), SendError> {
        let _ = self.entered.send(());
        // An error says that the other end is gone, and with it the reason to block.
        let _ = self.let_go.recv();
        self.collected.send(batch)
    }
}

#[test]
fn what_is_dropped_is_counted_and_told_of_in_a_line() {
    for format in [Format::Structured, Format::Text] {
        let ((entered, has_entered), (let_go, is_let_go)) = (channel(), channel());
        let collected = Collected::default();
        let sink = Blocking { entered, let_go: is_let_go, collected: collected.clone() };
        let delivery = delivery::Settings { buffer_bytes: 4096, ..Default::default() };
        let settings = Settings { format, delivery, ..Settings::default() };
        let handle = Handle::builder().exporter(Json::with_sink(&service(), settings, Box::new(sink)).unwrap()).build();
        log(&handle, "first");
        has_entered.recv_timeout(PATIENCE).unwrap();
        (0..500).for_each(|_| log(&handle, "further"));
        drop(let_go);
        assert!(handle.shutdown(PATIENCE));

        let dropped: u64 = handle.exporters().flat_map(|exporter| exporter.dropped()).map(|(_, count)| count).sum();
        let text = collected.text();
        let (notices, lines): (Vec<_>, Vec<_>) = text.lines().partition(|line| line.contains("tachograph.json"));
        assert!(dropped > 0);
        assert_eq!(lines.len() as u64 + dropped, 501);
        let told = format!("dropped {dropped} lines");
        assert!(notices.len() == 1 && notices[0].contains(&told), "{notices:?} should say {told}");
        if format == Format::Structured {
            let notice: Value = serde_json::from_str(notices[0]).unwrap();
            assert_eq!((&notice["level"], &notice["logger"]), (&"warning".into(), &"tachograph.json".into()));
            assert_eq!((&notice["dropped"], &notice["service"]), (&dropped.into(), &"experiments-api".into()));
        }
    }
}

#[test]
fn what_comes_after_the_shutdown_is_counted() {
    let json = Json::with_sink(&service(), Settings::default(), Box::new(Collected::default())).unwrap();
    assert!(json.shutdown(PATIENCE));
    let handle = Handle::builder().exporter(json).build();
    log(&handle, "late");
    let dropped = handle.exporters().flat_map(|exporter| exporter.dropped()).filter(|(_, count)| *count > 0);
    assert_eq!(dropped.collect::<Vec<_>>(), [("after_shutdown", 1)]);
    assert!(handle.flush(Duration::from_secs(1)));
}

/// Set in the process that the test below starts.
const CHILD: &str = "TACHOGRAPH_JSON_TEST_CHILD";

#[test]
fn a_closed_stdout_loses_lines_and_nothing_else() {
    if std::env::var_os(CHILD).is_some() {
        write_to_a_stdout_that_nobody_reads();
    }
    let this_test = "outputs::a_closed_stdout_loses_lines_and_nothing_else";
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", this_test, "--nocapture"])
        .env(CHILD, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut ready = String::new();
    stderr.read_line(&mut ready).unwrap();
    assert_eq!(ready, "ready\n");
    drop(child.stdout.take());
    drop(child.stdin.take());
    let mut told = String::new();
    stderr.read_to_string(&mut told).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(7), "{told}");
    assert_eq!(told.lines().count(), 1, "{told}");
    assert!(told.starts_with("tachograph.json: sending to stdout failed, items were dropped: "), "{told}");
}

/// Exits by itself, with a status that no test harness has, because the harness would write to stdout as well.
fn write_to_a_stdout_that_nobody_reads() -> ! {
    let handle = Handle::builder().exporter(Json::new(&service(), Settings::default()).unwrap()).build();
    eprintln!("ready");
    // The end of the input says that stdout is closed.
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
    for message in ["one", "two", "three"] {
        log(&handle, message);
        assert!(handle.flush(PATIENCE));
    }
    assert!(handle.shutdown(PATIENCE));
    let failed = handle.exporters().flat_map(|exporter| exporter.dropped()).find(|(name, _)| *name == "output_failed");
    let all_lost = failed == Some(("output_failed", 3));
    std::process::exit(if all_lost { 7 } else { 8 });
}
