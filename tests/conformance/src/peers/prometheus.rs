//! Prometheus, which scrapes one service.

use std::fmt::Write;
use std::net::{SocketAddr, TcpStream};

use serde_json::Value;

use super::program::{Program, free_address};
use crate::client::{Connection, Request};
use crate::service::{LONG, eventually};

/// A Prometheus of its own.
#[derive(Debug)]
pub(crate) struct Prometheus {
    address: SocketAddr,
    _program: Program,
}

impl Prometheus {
    /// Scrapes the service at this address every half a second.
    pub(crate) fn scraping(target: SocketAddr) -> Self {
        let address = free_address();
        let mut program = Program::start("PEER_PROMETHEUS", |folder, command| {
            let configuration = format!(
                "global: {{scrape_interval: 500ms, scrape_timeout: 500ms}}\nscrape_configs:\n- job_name: demo\n  \
                 static_configs: [{{targets: ['{target}']}}]\n"
            );
            std::fs::write(folder.path().join("prometheus.yml"), configuration).unwrap();
            command.args(["--config.file=prometheus.yml", "--storage.tsdb.path=data", "--log.level=warn"]);
            command.arg(format!("--web.listen-address={address}")).arg("--enable-feature=exemplar-storage");
        });
        eventually(LONG, "Prometheus is ready", || {
            program.assert_runs();
            TcpStream::connect(address).is_ok()
                && Connection::open(address).ask(&Request::get("/-/ready")).is_some_and(|answer| answer.status == 200)
        });
        Prometheus { address, _program: program }
    }

    /// The one value that this comes to; none where there is no data.
    pub(crate) fn value(&self, query: &str) -> Option<f64> {
        let data = self.ask("query", &[("query", query)]);
        match data["result"].as_array().expect("a result is a list").as_slice() {
            [] => None,
            [one] => Some(one["value"][1].as_str().unwrap().parse().expect("a value is a number")),
            several => panic!("{query} has one value: {several:?}"),
        }
    }

    /// The exemplars of all series that this selects.
    pub(crate) fn exemplars(&self, query: &str) -> Vec<Value> {
        let data = self.ask("query_exemplars", &[("query", query), ("start", "1"), ("end", "99999999999")]);
        let series = data.as_array().expect("exemplars are a list");
        series.iter().flat_map(|series| series["exemplars"].as_array().unwrap().clone()).collect()
    }

    /// Waits until this comes to that.
    pub(crate) fn until(&self, query: &str, value: f64) {
        eventually(LONG, &format!("{query} is {value}"), || self.value(query) == Some(value));
    }

    fn ask(&self, what: &str, parameters: &[(&str, &str)]) -> Value {
        let mut path = format!("/api/v1/{what}?");
        parameters.iter().for_each(|(name, value)| write!(path, "{name}={}&", escaped(value)).unwrap());
        let answer = Connection::open(self.address).ask(&Request::get(&path)).expect("Prometheus answers").json();
        assert_eq!(answer["status"], "success", "{answer}");
        answer["data"].clone()
    }
}

fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |escaped, byte| match byte {
        byte if byte.is_ascii_alphanumeric() => escaped + char::from(byte).encode_utf8(&mut [0]),
        byte => escaped + &format!("%{byte:02X}"),
    })
}
