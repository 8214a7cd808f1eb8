//! How it ends, on which runtime ever it is.

use std::io::{Read as _, Write as _};
use std::sync::Arc;
use std::time::Duration;
use std::{net, thread};

use tachograph_loopback::endpoints::{self, END, Served, listen};
use tachograph_loopback::{get_and_close, send, within};
use tokio::io::AsyncReadExt as _;

use crate::{SECOND, get, instance, read_until, refused, start};

/// Without a runtime: the answer, and whether anybody answered.
fn ask(address: net::SocketAddr, path: &str) -> std::io::Result<String> {
    let mut stream = net::TcpStream::connect(address)?;
    stream.set_read_timeout(Some(SECOND * 20))?;
    stream.write_all(get_and_close(path).as_bytes())?;
    let mut output = String::new();
    stream.read_to_string(&mut output)?;
    Ok(output)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shutdown_waits_for_the_answers_that_are_under_way() {
    let handle = instance();
    let served = Served::by(&handle);
    let admin = Arc::new(start(&handle));
    let address = admin.local_addr();
    let mut idle = send(address, get("/echo")).await;
    read_until(&mut idle, "instance=true").await;
    let mut slow = send(address, get("/slow")).await;
    served.begun().await;

    let ending = Arc::clone(&admin);
    let shutdown = tokio::task::spawn_blocking(move || ending.shutdown(SECOND * 20));
    refused(address).await;
    // Sooner than it is closed for want of a next request.
    let closed = tokio::time::timeout(SECOND * 5, idle.read(&mut [0])).await;
    assert!(matches!(closed, Ok(Ok(0))), "who asks for nothing is not waited for: {closed:?}");
    assert!(!shutdown.is_finished());
    served.open();
    within(shutdown).await.unwrap();
    let mut output = String::new();
    within(slow.read_to_string(&mut output)).await.unwrap();
    assert!(output.starts_with("HTTP/1.1 200 OK\r\n") && output.ends_with("slow"), "{output}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shutdown_ends_the_streams() {
    let handle = instance();
    let served = Served::by(&handle);
    let admin = start(&handle);
    let mut events = listen(admin.local_addr()).await;
    let shutdown = tokio::task::spawn_blocking(move || admin.shutdown(Duration::MAX));
    assert_eq!(endpoints::read_until(&mut events, END).await, END);
    within(shutdown).await.unwrap();
    assert_eq!((served.say(":\n\n"), handle.is_draining()), (0, false));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shutdown_waits_no_longer_than_it_may() {
    let handle = instance();
    let served = Served::by(&handle);
    let admin = start(&handle);
    let _slow = send(admin.local_addr(), get("/slow")).await;
    served.begun().await;
    within(tokio::task::spawn_blocking(move || admin.shutdown(Duration::from_millis(10)))).await.unwrap();
}

#[tokio::test]
async fn on_the_only_thread_a_shutdown_does_not_wait_for_itself() {
    let handle = instance();
    let served = Served::by(&handle);
    let admin = start(&handle);
    let _slow = send(admin.local_addr(), get("/slow")).await;
    served.begun().await;
    admin.shutdown(Duration::MAX);
    refused(admin.local_addr()).await;
}

#[tokio::test]
async fn dropped_it_stops() {
    let admin = start(&instance());
    let address = admin.local_addr();
    drop(admin);
    refused(address).await;
}

#[test]
fn without_a_runtime_it_has_a_thread() {
    let handle = instance();
    let _ = Served::by(&handle);
    let admin = start(&handle);
    let address = admin.local_addr();
    assert!(ask(address, "/echo").unwrap().ends_with("instance=true"));
    admin.shutdown(SECOND * 20);
    assert!(net::TcpStream::connect(address).is_err());
}

#[test]
fn the_thread_gives_its_answers_before_it_ends() {
    let handle = instance();
    let served = Served::by(&handle);
    let admin = start(&handle);
    let address = admin.local_addr();
    let slow = thread::spawn(move || ask(address, "/slow").unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(served.begun());
    let ending = thread::spawn(move || admin.shutdown(SECOND * 20));
    runtime.block_on(refused(address));
    served.open();
    ending.join().unwrap();
    assert!(slow.join().unwrap().ends_with("slow"));
}

#[test]
fn a_runtime_that_is_gone_is_not_waited_for() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let admin = runtime.block_on(async { start(&instance()) });
    drop(runtime);
    admin.shutdown(Duration::MAX);
    assert!(net::TcpStream::connect(admin.local_addr()).is_err());
}
