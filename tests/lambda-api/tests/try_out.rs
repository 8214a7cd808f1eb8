//! Functions tried out from the command line. They are this binary again, started with the name of one of its tests.
#![cfg(unix)]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Output};

fn try_out(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tachograph-lambda-api")).args(arguments).output().unwrap()
}

fn invoke(function: &str, events: &[&str]) -> (Option<i32>, String, String) {
    let this = std::env::current_exe().unwrap();
    let events = events.iter().flat_map(|event| ["--invoke", event]);
    let function = [this.to_str().unwrap(), "--exact", function, "--nocapture"];
    let output = try_out(&events.chain(function).collect::<Vec<_>>());
    let [stdout, stderr] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (output.status.code(), stdout, stderr)
}

/// One request to the Runtime API: what comes back, head and body.
fn ask(api: &str, line: &str, headers: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(api).unwrap();
    let (length, agent) = (body.len(), "user-agent: aws-lambda-rust/1");
    let head = format!("{line} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{agent}\r\ncontent-length: {length}\r\n");
    stream.write_all(format!("{head}{headers}\r\n{body}").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// A function that answers with its event, and writes how long that is; as a test, where it is none, nothing.
#[test]
fn echo() {
    let Ok(api) = std::env::var("AWS_LAMBDA_RUNTIME_API") else { return };
    let name = std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap();
    println!("\n{name} in {}", std::env::var("CARGO_PKG_NAME").unwrap());
    loop {
        let next = ask(&api, "GET /2018-06-01/runtime/invocation/next", "", "");
        let (head, event) = next.split_once("\r\n\r\n").unwrap();
        let id = head.lines().find_map(|line| line.strip_prefix("lambda-runtime-invocation-id: ")).unwrap();
        println!("took {} bytes", event.len());
        let repeated = format!("lambda-runtime-invocation-id: {id}\r\n");
        ask(&api, &format!("POST /2018-06-01/runtime/invocation/{id}/response"), &repeated, event);
    }
}

#[test]
fn each_event_is_answered_and_what_is_written_is_shown() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "{ \"id\": 22 }").unwrap();
    let (code, shown, said) = invoke("echo", &[r#"{"id":1}"#, file.path().to_str().unwrap()]);
    assert_eq!(code, Some(0), "{shown}{said}");
    let shown: Vec<&str> = shown.lines().filter(|line| !line.is_empty() && !line.starts_with("running")).collect();
    let this = std::env::current_exe().unwrap();
    let name = this.file_name().unwrap().to_str().unwrap();
    assert_eq!(shown[0], "response: {\"id\":1}");
    assert!(shown.contains(&&*format!("{name} in tachograph-lambda-api")), "variables of both: {shown:?}");
    let first = shown.iter().position(|line| *line == "took 8 bytes").unwrap();
    assert_eq!(shown[first + 1..], ["response: {\"id\":22}", "took 9 bytes"]);
}

#[test]
fn a_function_that_ends_at_once_is_told_of() {
    let (code, _, said) = invoke("there is no such test", &["{}"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("ended before it asked for an invocation: exit status: 0"), "{said}");
}

#[test]
fn what_cannot_be_tried_out_is_told() {
    for (arguments, told) in [
        (&[][..], "no function\nusage: "),
        (&["/bin/true"], "no event\nusage: "),
        (&["--invoke"], "no event\nusage: "),
        (&["--help"], "usage: "),
        (&["--invoke", "{}", "no/such/binary"], "`no/such/binary` is no function"),
        (&["--invoke", "{id", "/bin/true"], "`{id` is no event, nor the name of a file"),
    ] {
        let output = try_out(arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(told) && output.status.code() == Some(2), "{arguments:?}: {said}");
    }
}
