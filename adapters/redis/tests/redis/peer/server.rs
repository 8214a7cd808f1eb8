//! A server of one's own, on a free loopback port.

use std::net::{Ipv4Addr, TcpListener};
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::process::{Child, Command};

pub(crate) struct Server {
    port: u16,
    arguments: Vec<String>,
    process: Child,
    folder: TempDir,
}

impl Server {
    /// Started by `redis-server`, and ready.
    pub(crate) async fn start(arguments: &[&str]) -> Self {
        let port = free_port();
        let folder = tempfile::tempdir().unwrap();
        let arguments: Vec<_> = arguments.iter().map(ToString::to_string).collect();
        let process = spawn(port, &arguments, &folder);
        let mut server = Server { port, arguments, process, folder };
        server.ready().await;
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// By SIGKILL: it says goodbye to nobody.
    pub(crate) async fn kill(&mut self) {
        self.process.kill().await.unwrap();
    }

    /// On the same port.
    pub(crate) async fn start_again(&mut self) {
        self.process = spawn(self.port, &self.arguments, &self.folder);
        self.ready().await;
    }

    async fn ready(&mut self) {
        let client = redis::Client::open(self.url()).unwrap();
        let ready = async {
            while client.get_multiplexed_async_connection().await.is_err() {
                if let Some(status) = self.process.try_wait().unwrap() {
                    panic!("redis-server ended: {status}");
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), ready).await.expect("redis-server gets ready");
    }
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

fn spawn(port: u16, arguments: &[String], folder: &TempDir) -> Child {
    Command::new("redis-server")
        .args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--save", "", "--dir"])
        .arg(folder.path())
        .args(arguments)
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("redis-server is installed")
}
