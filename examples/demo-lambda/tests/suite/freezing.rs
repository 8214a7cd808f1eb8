//! What is frozen, and what that must not keep.

use std::net::TcpListener;

use crate::{function, records, report};

#[test]
fn a_receiver_that_is_gone_keeps_nothing_but_its_own() {
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let function =
        function().file("tachograph.toml", &format!("[exporters.json]\noutput = \"tcp://{gone}\"\n")).start();
    for id in [7, 8, 9] {
        let answer = function.invoke(&report(id)).answer();
        assert_eq!(answer.response().json()["id"], id);
    }
    function.frozen();
    assert_eq!(records(&function).len(), 0);
}

#[test]
fn what_could_not_be_sent_goes_with_the_next_invocation() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let configuration = format!("[exporters.json]\noutput = \"tcp://{address}\"\n");
    let function = function().file("tachograph.toml", &configuration).start();
    function.invoke(&report(7)).answer().response();
    function.frozen();
    let listener = TcpListener::bind(address).unwrap();
    function.invoke(&report(8)).answer().response();
    let (stream, _) = listener.accept().unwrap();
    let received: Vec<String> = std::io::BufRead::lines(std::io::BufReader::new(stream))
        .map(Result::unwrap)
        .filter(|line| line.contains("\"event\":\"task\""))
        .take(2)
        .collect();
    for (line, id) in received.iter().zip([7, 8]) {
        assert!(line.contains(&format!("\"experiment_id\":{id}")), "{line}");
    }
}
