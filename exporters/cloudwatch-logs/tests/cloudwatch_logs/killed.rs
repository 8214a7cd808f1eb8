//! A process that is killed loses what is younger than one flush interval, and nothing else.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use tachograph_cloudwatch_logs::CloudWatchLogs;
use tachograph_core::{Handle, Service};
use tachograph_log_service::LogService;

use crate::bench::{GROUP, log, message_of, numbers, settings};

/// Set in the process that is killed: where it sends to.
const CHILD: &str = "CLOUDWATCH_LOGS_TEST_CHILD";

/// Longer than usual, so that a machine that is busy does not fail a promise of a service that is not.
const FLUSH_INTERVAL: Duration = Duration::from_secs(3);

#[test]
fn what_is_older_than_a_flush_interval_survives_sigkill() {
    if let Ok(endpoint) = std::env::var(CHILD) {
        return log_for_ever(&endpoint);
    }
    let service = LogService::start_blocking();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["killed::what_is_older_than_a_flush_interval_survives_sigkill", "--exact", "--nocapture"])
        .env(CHILD, service.endpoint())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut logged = || told.find_map(|line| line.strip_prefix("logged ")?.parse::<usize>().ok()).expect("it logs on");
    // In the middle of things: it has logged for a while, and goes on.
    while logged() < 500 {}
    let old = logged();
    let reader = std::thread::spawn(move || told.count());
    std::thread::sleep(FLUSH_INTERVAL);
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap();
    let messages: Vec<String> = service.messages(GROUP).iter().map(|line| message_of(line)).collect();
    assert!(messages.len() > old, "{} lines arrived, {old} were old", messages.len());
    assert_eq!(messages, numbers(messages.len()), "in order, and none is missing in the middle");
    assert_eq!(service.complaints(), [""; 0]);
}

fn log_for_ever(endpoint: &str) {
    let name = Service::new("shop");
    let mut settings = settings(endpoint);
    settings.flush_interval = FLUSH_INTERVAL;
    let exporter = CloudWatchLogs::new(&name, settings).unwrap();
    let handle = Handle::builder().service(name).exporter(exporter).build();
    for number in 0_usize.. {
        log(&handle, &number.to_string());
        println!("logged {number}");
        std::thread::sleep(Duration::from_millis(1));
    }
}
