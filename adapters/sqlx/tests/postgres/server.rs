//! A server of a test's own, to be killed.

use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use sqlx::{Connection as _, PgConnection};
use tempfile::TempDir;
use tokio::process::{Child, Command};

pub(crate) struct Server {
    port: u16,
    process: Child,
    _folder: TempDir,
}

impl Server {
    /// On a free loopback port, and ready.
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (programs, user) = (programs(), User::who_may_run_it(folder.path()).await);
        let initialised = user.command(&programs.join("initdb"), folder.path()).args(["-U", "postgres"]).output();
        let initialised = initialised.await.unwrap();
        assert!(initialised.status.success(), "{initialised:?}");
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let process = user
            .command(&programs.join("postgres"), folder.path())
            .args(["-h", "127.0.0.1", "-p", &port.to_string(), "-c", "fsync=off", "-k"])
            .arg(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut server = Server { port, process, _folder: folder };
        tokio::time::timeout(Duration::from_secs(60), server.ready()).await.expect("the server gets ready");
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// By SIGKILL: the processes of its connections end when they notice.
    pub(crate) async fn kill(&mut self) {
        self.process.kill().await.unwrap();
    }

    async fn ready(&mut self) {
        while PgConnection::connect(&self.url()).await.is_err() {
            if let Some(status) = self.process.try_wait().unwrap() {
                panic!("the server ended: {status}");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Debian has those of each version in a folder of its own.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL is installed as Debian does");
    let newest = versions.max_by_key(|version| version.as_ref().unwrap().path()).unwrap();
    newest.unwrap().path().join("bin")
}

/// PostgreSQL refuses to run as root.
struct User(Option<u32>);

impl User {
    async fn who_may_run_it(folder: &Path) -> Self {
        let id = async |arguments: &[&str]| {
            let output = Command::new("id").args(arguments).output().await.unwrap();
            String::from_utf8(output.stdout).unwrap().trim().parse::<u32>().expect("a user's number")
        };
        if id(&["-u"]).await != 0 {
            return User(None);
        }
        let postgres = id(&["-u", "postgres"]).await;
        chown(folder, Some(postgres), None).unwrap();
        User(Some(postgres))
    }

    fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(folder).arg("-D").arg(folder.join("data")).kill_on_drop(true);
        if let Some(user) = self.0 {
            command.uid(user);
        }
        command
    }
}
