//! Clients that take more than their share. Time goes on when nobody has anything to do.

use tachograph_core::endpoint::{Answering, Endpoint, Request, Response};
use tachograph_core::{Handle, ManualClock};
use tachograph_loopback::endpoints::{Served, listen};
use tachograph_loopback::{get_and_close, send};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::{SECOND, get, instance, read_until, start};

/// Until the server closes.
async fn rest(mut stream: TcpStream) -> Vec<u8> {
    let mut output = Vec::new();
    let _ = stream.read_to_end(&mut output).await;
    output
}

#[tokio::test(start_paused = true)]
async fn a_head_that_does_not_end_is_waited_for_in_vain() {
    let admin = start(&instance());
    for beginning in ["", "GET / HTTP/1.1\r\nhost: te"] {
        let start = Instant::now();
        assert_eq!(rest(send(admin.local_addr(), beginning).await).await, b"");
        assert!(start.elapsed() >= SECOND * 10 && start.elapsed() < SECOND * 11, "{:?}", start.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn a_head_that_comes_byte_by_byte_has_no_more_time() {
    let admin = start(&instance());
    let mut stream = send(admin.local_addr(), "GET / HTTP/1.1\r\nx: ").await;
    let start = Instant::now();
    loop {
        tokio::time::sleep(SECOND).await;
        if stream.write_all(b"a").await.is_err() || stream.try_read(&mut [0]).is_ok() {
            break;
        }
        assert!(start.elapsed() < SECOND * 15, "it is still open");
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_without_a_next_request_is_closed() {
    let handle = instance();
    let _ = Served::by(&handle);
    let admin = start(&handle);
    let mut stream = send(admin.local_addr(), get("/echo")).await;
    read_until(&mut stream, "instance=true").await;
    let start = Instant::now();
    assert_eq!(rest(stream).await, b"");
    assert!(start.elapsed() < SECOND * 11, "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let admin = start(&instance());
    for head in [format!("GET /{}", "a".repeat(20_000)), format!("GET / HTTP/1.1\r\nx: {}", "a".repeat(20_000))] {
        let answer = String::from_utf8(rest(send(admin.local_addr(), head).await).await).unwrap();
        let refused = ["HTTP/1.1 414 ", "HTTP/1.1 431 "].iter().any(|status| answer.starts_with(status));
        assert!(answer.is_empty() || refused, "{answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_connection_lasts() {
    let handle = instance();
    let _ = Served::by(&handle);
    let admin = start(&handle);
    let start = Instant::now();
    assert_eq!(rest(send(admin.local_addr(), get("/slow")).await).await, b"");
    assert!(start.elapsed() >= SECOND * 60 && start.elapsed() < SECOND * 75, "{:?}", start.elapsed());
}

/// Streams whose time goes by a clock that stands still are the only ones to meet this bound.
#[tokio::test(start_paused = true)]
async fn no_stream_lasts() {
    let clock = ManualClock::new();
    let handle = Handle::builder().clock(clock.clone()).build();
    let served = Served::by(&handle);
    let admin = start(&handle);
    let (mut stream, start) = (listen(admin.local_addr()).await, Instant::now());
    tokio::time::sleep(SECOND * 60).await;
    clock.advance(SECOND * 5);
    assert_eq!(served.say("data: last\n\n"), 1);
    let mut output = String::new();
    stream.read_to_string(&mut output).await.unwrap();
    assert!(output.ends_with("data: last\n\n\r\n0\r\n\r\n"), "it is not cut short: {output}");
    assert!(start.elapsed() < SECOND * 65, "{:?}", start.elapsed());

    let (stream, start) = (listen(admin.local_addr()).await, Instant::now());
    rest(stream).await;
    assert!(start.elapsed() >= SECOND * 60 && start.elapsed() < SECOND * 75, "{:?}", start.elapsed());
}

#[derive(Debug)]
struct Large;

const SIZE: usize = 64 << 20;

impl Endpoint for Large {
    fn paths(&self) -> Vec<String> {
        vec!["/large".to_owned()]
    }

    fn get<'a>(&'a self, _: Request<'a>) -> Answering<'a> {
        Box::pin(async { Response::new(200, "text/plain", vec![b'a'; SIZE]) })
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_read_is_left() {
    let handle = instance();
    handle.serve(Large).unwrap();
    let admin = start(&handle);
    let stream = send(admin.local_addr(), get("/large")).await;
    tokio::time::sleep(SECOND * 75).await;
    assert!(rest(stream).await.len() < SIZE);
}

#[tokio::test]
async fn what_comes_when_all_places_are_taken_waits_for_one() {
    let handle = instance();
    let _ = Served::by(&handle);
    let admin = start(&handle);
    let mut taken = Vec::new();
    for _ in 0..64 {
        let mut stream = send(admin.local_addr(), get("/echo")).await;
        read_until(&mut stream, "instance=true").await;
        taken.push(stream);
    }
    let mut waiting = Box::pin(rest(send(admin.local_addr(), get_and_close("/echo")).await));
    // Those that are in answer one another's requests meanwhile, so it had every chance.
    for stream in &mut taken {
        stream.write_all(get("/echo").as_bytes()).await.unwrap();
        tokio::select! {
            biased;
            _ = &mut waiting => panic!("there is no place for it"),
            _ = read_until(stream, "instance=true") => {}
        }
    }
    taken.pop();
    assert!(String::from_utf8(tachograph_loopback::within(waiting).await).unwrap().ends_with("instance=true"));
}
