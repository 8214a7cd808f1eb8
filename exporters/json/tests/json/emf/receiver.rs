//! The CloudWatch agent, which comes and goes.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::time::Duration;

use serde_json::{Map, Value};
use tachograph_core::{Handle, OpenRequest, RequestHead};
use tachograph_json::delivery;
use tachograph_json::{Json, Settings};

use super::check::metrics;
use super::{check, of_requests};
use crate::bench::{PATIENCE, service};

/// What comes to the agent by one connection, until it has so many lines and is gone.
fn lines(listener: TcpListener, count: usize) -> Vec<Map<String, Value>> {
    let (connection, _) = listener.accept().unwrap();
    connection.set_read_timeout(Some(PATIENCE)).unwrap();
    BufReader::new(connection).lines().take(count).map(|line| check::line(&line.unwrap())).collect()
}

fn request(handle: &Handle, route: &str) {
    let head = RequestHead { method: "GET", path: route, route: Some(route), ..RequestHead::default() };
    let mut open = OpenRequest::open(handle, head).unwrap();
    open.respond(200, Some(0), false);
    open.complete();
}

#[test]
fn an_agent_that_is_killed_and_restarted_is_sent_metrics_again() {
    let agent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = agent.local_addr().unwrap();
    let settings = Settings {
        output: format!("tcp://{address}").parse().unwrap(),
        delivery: delivery::Settings { longest_retry: Duration::from_millis(100), ..Default::default() },
        on_failure: Box::new(|_| {}),
        ..of_requests()
    };
    let handle = Handle::builder().exporter(Json::new(&service(), settings).unwrap()).build();
    request(&handle, "/before");
    let before = lines(agent, 1);
    assert_eq!(before[0]["route"], "/before");
    // As AWS's own libraries have it where nobody has said one.
    assert_eq!(before[0]["_aws"]["LogGroupName"], "experiments-api-metrics");
    // Nobody listens, so these wait.
    (0..3).for_each(|_| request(&handle, "/meanwhile"));
    let agent = TcpListener::bind(address).unwrap();
    for line in lines(agent, 3) {
        assert_eq!(line["route"], "/meanwhile");
        assert!(metrics(&line).contains_key("duration_ms"));
    }
    let dropped = handle.exporters().flat_map(|exporter| exporter.dropped()).filter(|(_, count)| *count > 0);
    assert_eq!(dropped.collect::<Vec<_>>(), []);
}
