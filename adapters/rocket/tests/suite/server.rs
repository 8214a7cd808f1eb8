//! An application with the fairing, on a loopback port and in process.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use rocket::config::{LogLevel, Shutdown};
use rocket::fairing::AdHoc;
use rocket::local::asynchronous::Client;
use rocket::{Build, Config, Ignite, Rocket};
use tachograph_loopback::{Recorder, within};
use tachograph_rocket::Fairing;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// The fairing that measures for a recorder.
pub(crate) trait RecorderFairing {
    fn fairing(&self) -> Fairing;
}

impl RecorderFairing for Recorder {
    fn fairing(&self) -> Fairing {
        Fairing::new(&self.handle)
    }
}

/// rocket without a log, and with no hand on the signals of the test.
pub(crate) fn rocket() -> Rocket<Build> {
    let shutdown = Shutdown { ctrlc: false, signals: Default::default(), grace: 1, mercy: 0, ..Shutdown::default() };
    let address = Ipv4Addr::LOCALHOST.into();
    let log_level = LogLevel::Off;
    rocket::custom(Config { address, port: 0, log_level, shutdown, cli_colors: false, ..Config::debug_default() })
}

pub(crate) async fn client(rocket: Rocket<Build>) -> Client {
    Client::untracked(rocket).await.unwrap()
}

/// A GET in process, to the last byte: status and body.
pub(crate) async fn get(client: &Client, path: &str) -> (u16, String) {
    let response = client.get(path).dispatch().await;
    (response.status().code, response.into_string().await.unwrap_or_default())
}

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) shutdown: rocket::Shutdown,
    pub(crate) launched: JoinHandle<Result<Rocket<Ignite>, rocket::Error>>,
}

/// Serves an application for the rest of the test.
pub(crate) async fn serve(rocket: Rocket<Build>) -> Server {
    let (tell, told) = oneshot::channel();
    let tell = Arc::new(Mutex::new(Some(tell)));
    let rocket = rocket.attach(AdHoc::on_liftoff("address", move |rocket| {
        let address = SocketAddr::new(rocket.config().address, rocket.config().port);
        let _ = tell.lock().unwrap().take().unwrap().send(address);
        Box::pin(async {})
    }));
    let rocket = rocket.ignite().await.unwrap();
    let shutdown = rocket.shutdown();
    let launched = tokio::spawn(rocket.launch());
    Server { address: within(told).await.unwrap(), shutdown, launched }
}
