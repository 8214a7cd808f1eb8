//! The listener, asked over connections.

mod answers;
mod bounds;
mod endings;
mod setup;

use std::net::SocketAddr;
use std::time::Duration;

use tachograph_admin::{Admin, Settings};
use tachograph_core::Handle;
use tachograph_loopback::within;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

fn settings(listen: &str) -> Settings {
    let mut settings = Settings::default();
    settings.listen = listen.to_owned();
    settings
}

fn start(handle: &Handle) -> Admin {
    Admin::start(handle, settings("127.0.0.1:0")).unwrap()
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: test\r\n\r\n")
}

/// What comes back until it ends so.
async fn read_until(stream: &mut TcpStream, end: &str) -> String {
    let mut output = Vec::new();
    while !output.ends_with(end.as_bytes()) {
        let read = within(stream.read_buf(&mut output)).await.unwrap();
        assert!(read > 0, "{}", String::from_utf8_lossy(&output));
    }
    String::from_utf8(output).unwrap()
}

/// Until nobody takes connections there any more.
async fn refused(address: SocketAddr) {
    within(async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// An instance without anything in it.
fn instance() -> Handle {
    Handle::builder().build()
}

const SECOND: Duration = Duration::from_secs(1);
