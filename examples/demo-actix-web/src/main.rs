//! The demonstration on actix-web: `cargo run -p demo-actix-web`, then `curl` what it prints.

mod routes;

use std::error::Error;
use std::net::Ipv4Addr;
use std::time::Duration;

use actix_web::middleware::Compress;
use actix_web::{HttpServer, rt, web};
use tachograph_experiments::{App, Settings, SetupError};

/// How long open requests have to end once the process is told to; the guard may take three more to send what it has.
const GRACE: Duration = Duration::from_secs(1);

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut config = tachograph::Config::load()?;
    config.exporters().prometheus.get_or_insert_default(); // whatever else is configured, /metrics is there
    config.exporters().page.get_or_insert_default(); // and /tachograph
    let guard = tachograph::init!(config)?;
    let settings = Settings::from_env()?;
    let app = App::start(&settings).await?;
    app.checks(guard.health())?;
    let app = web::Data::new(app);
    let server = HttpServer::new(move || {
        actix_web::App::new()
            .app_data(app.clone())
            .configure(routes::configure)
            .service(tachograph::actix_web::endpoints())
            .wrap(Compress::default())
            .wrap(tachograph::actix_web::middleware())
    })
    // A client that leaves by FIN has left: its handler is cancelled, as by a reset.
    .h1_allow_half_closed(false)
    .disable_signals()
    .bind((Ipv4Addr::LOCALHOST, settings.port))
    .map_err(|error| SetupError::cannot_listen(settings.port, error))?;
    let serve = |told| async move {
        for address in server.addrs() {
            // To stderr: stdout has the records, one a line.
            eprint!("{}", tachograph_experiments::how_to_try(address));
        }
        let server = server.run();
        let handle = server.handle();
        rt::spawn(async move {
            told.await;
            handle.stop(true).await;
        });
        // A task of its own outlives the guard: what is still open after the grace is recorded as such, not as given up.
        Ok::<(), Box<dyn Error>>(rt::spawn(server).await??)
    };
    tachograph::serve_until_shutdown(GRACE, serve).await
}
