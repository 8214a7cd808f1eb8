//! The demonstration on axum: `cargo run -p demo-axum`, then `curl` what it prints.

mod routes;

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tachograph_experiments::{App, Settings, SetupError};
use tokio::net::TcpListener;

/// How long open requests have to end once the process is told to; the guard may take three more to send what it has.
const GRACE: Duration = Duration::from_secs(1);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut config = tachograph::Config::load()?;
    config.exporters().prometheus.get_or_insert_default(); // whatever else is configured, /metrics is there
    config.exporters().page.get_or_insert_default(); // and /tachograph
    let guard = tachograph::init!(config)?;
    let settings = Settings::from_env()?;
    let app = App::start(&settings).await?;
    app.checks(guard.health())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, settings.port))
        .await
        .map_err(|error| SetupError::cannot_listen(settings.port, error))?;
    let address = listener.local_addr()?;
    let serve = |told| {
        // To stderr: stdout has the records, one a line.
        eprint!("{}", tachograph_experiments::how_to_try(address));
        // The page goes by who asks: on this machine anybody sees it.
        let service = routes::router(app).into_make_service_with_connect_info::<SocketAddr>();
        axum::serve(listener, service).with_graceful_shutdown(told)
    };
    // What is still open after the grace is recorded as such when the guard goes.
    Ok(tachograph::serve_until_shutdown(GRACE, serve).await?)
}
