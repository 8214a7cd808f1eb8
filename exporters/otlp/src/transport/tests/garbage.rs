//! Whatever else listens on a port.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread::JoinHandle;

use super::*;

/// Answers each of so many connections, once something was said, with these bytes and an end.
fn saying(answer: &[u8], connections: usize) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let answer = answer.to_vec();
    let thread = std::thread::spawn(move || {
        (0..connections)
            .map(|_| {
                let mut connection = listener.accept().unwrap().0;
                let heard = heard(&mut connection);
                let _ = connection.write_all(&answer);
                let _ = connection.shutdown(Shutdown::Write);
                // Until the client is done with it: an answer is lost where a connection ends with something unread.
                let _ = connection.read_to_end(&mut Vec::new());
                heard
            })
            .collect()
    });
    (endpoint, thread)
}

/// What is said first.
fn heard(connection: &mut TcpStream) -> String {
    connection.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut heard = vec![0; 64 << 10];
    let length = connection.read(&mut heard).unwrap_or(0);
    String::from_utf8_lossy(&heard[..length]).into_owned()
}

fn http_answer(head: &str, body: &[u8]) -> Vec<u8> {
    let mut answer = format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n", body.len()).into_bytes();
    answer.extend_from_slice(body);
    answer
}

fn over_http(answer: &[u8]) -> Result<(), SendError> {
    let (endpoint, thread) = saying(answer, 1);
    let mut transport = Transport::new(Signal::Traces, target(Protocol::HttpProtobuf, endpoint)).unwrap();
    let sent = transport.send(request(0));
    drop(transport);
    thread.join().unwrap();
    sent
}

fn over_grpc(answer: &[u8]) -> Result<(), SendError> {
    let (endpoint, thread) = saying(answer, 1);
    let mut transport = Transport::new(Signal::Traces, target(Protocol::Grpc, endpoint)).unwrap();
    let sent = transport.send(request(0));
    drop(transport);
    thread.join().unwrap();
    sent
}

#[test]
fn a_page_is_no_answer_but_nothing_to_send_again() {
    let answer = http_answer("200 OK\r\ncontent-type: text/html; charset=utf-8", b"<html>Welcome</html>");
    let error = over_http(&answer).unwrap_err();
    assert_eq!(error.rejected_items(), Some(0));
    assert!(why(&error).contains("an answer of the type `text/html; charset=utf-8`"), "{}", why(&error));
}

#[test]
fn json_and_emptiness_are_successes() {
    over_http(&http_answer("200 OK\r\ncontent-type: application/json", b"{}")).unwrap();
    over_http(&http_answer("202 Accepted", b"")).unwrap();
    over_http(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
}

#[test]
fn truncated_protobuf_is_told() {
    let answer = http_answer("200 OK\r\ncontent-type: application/x-protobuf", b"\x0a\x7f\x08");
    let error = over_http(&answer).unwrap_err();
    assert_eq!(error.rejected_items(), Some(0));
    assert!(why(&error).contains("no protobuf"), "{}", why(&error));
}

#[test]
fn an_answer_without_end_is_not_read_to_its_end() {
    let body = vec![b'x'; 10 << 20];
    let error = over_http(&http_answer("200 OK\r\ncontent-type: application/x-protobuf", &body)).unwrap_err();
    assert!(!error.is_temporary() && error.rejected_items().is_none());
    assert_eq!(why(&error), "it answered with more than 4194304 bytes");
    let error = over_http(&http_answer("503 Service Unavailable\r\nretry-after: 3", &body)).unwrap_err();
    assert!(error.is_temporary(), "a long complaint is a complaint");
    assert_eq!(error.asked_wait(), Some(Duration::from_secs(3)));
}

#[test]
fn an_answer_that_breaks_off_is_a_success_when_it_said_so_and_tried_again_when_it_did_not() {
    let error = over_http(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc").unwrap_err();
    assert_eq!(error.rejected_items(), Some(0));
    assert!(why(&error).contains("broke off"), "{}", why(&error));
    assert!(over_http(b"HTTP/1.1 20").unwrap_err().is_temporary());
    assert!(over_http(b"").unwrap_err().is_temporary());
    assert!(over_grpc(b"").unwrap_err().is_temporary());
}

#[test]
fn what_speaks_another_language_is_an_error() {
    for answer in [&b"220 smtp.example.com ready\r\n"[..], b"\0\0\0\0\0\0\0\0\0\0\0\0"] {
        assert!(over_http(answer).unwrap_err().rejected_items().is_none());
        assert!(over_grpc(answer).unwrap_err().rejected_items().is_none());
    }
    let page = http_answer("200 OK\r\ncontent-type: text/html", b"<html>Welcome</html>");
    assert!(over_grpc(&page).unwrap_err().rejected_items().is_none());
}

#[test]
fn statuses_are_tried_again_as_the_protocol_says() {
    for status in [400, 401, 403, 404, 405, 408, 413, 415, 500, 501, 505, 429, 502, 503, 504] {
        let error = over_http(&http_answer(&format!("{status} Whatever"), b"because\n of that")).unwrap_err();
        assert_eq!(error.is_temporary(), [429, 502, 503, 504].contains(&status), "{status}");
        assert!(
            why(&error).contains(&status.to_string()) && why(&error).ends_with(": because of that"),
            "{}",
            why(&error)
        );
    }
}

#[test]
fn a_redirection_is_told_of_and_not_followed() {
    for (status, location) in [("307 Temporary Redirect", "http://127.0.0.2:1/v1/traces"), ("302 Found", "/login")] {
        let error = over_http(&http_answer(&format!("{status}\r\nlocation: {location}"), b"")).unwrap_err();
        assert!(!error.is_temporary(), "headers hold keys, which are for the server that was named");
        assert!(why(&error).contains(&format!("`{location}`, which is not followed")), "{}", why(&error));
    }
}
