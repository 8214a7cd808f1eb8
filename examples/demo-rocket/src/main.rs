//! The demonstration on rocket: `cargo run -p demo-rocket`, then `curl` what it prints.

mod routes;

use std::error::Error;
use std::future::pending;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use rocket::error::ErrorKind;
use rocket::fairing::AdHoc;
use rocket::tokio::spawn;
use rocket::{Build, Config, Rocket};
use tachograph_experiments::{App, Settings, SetupError};

/// How long open requests have to end once the process is told to; the guard may take three more to send what it has.
const GRACE: Duration = Duration::from_secs(1);

#[rocket::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut config = tachograph::Config::load()?;
    config.exporters().prometheus.get_or_insert_default(); // whatever else is configured, /metrics is there
    config.exporters().page.get_or_insert_default(); // and /tachograph
    let guard = tachograph::init!(config)?;
    let settings = Settings::from_env()?;
    let app = App::start(&settings).await?;
    app.checks(guard.health())?;
    let rocket = application(app, &settings).ignite().await?;
    let serve = |told| async move {
        let shutdown = rocket.shutdown();
        spawn(async move {
            told.await;
            shutdown.notify();
        });
        // A task of its own outlives the guard: what is still open after the grace is recorded as such, not as given up.
        match spawn(rocket.launch()).await? {
            Ok(_) => Ok(()),
            // rocket has stopped to accept, and what is open goes on by itself, for as long as the grace lasts.
            Err(error) if matches!(error.kind(), ErrorKind::Shutdown(_, None)) => pending().await,
            Err(error) if matches!(error.kind(), ErrorKind::Bind(_)) => {
                Err(SetupError::cannot_listen(settings.port, error).into())
            }
            Err(error) => Err(error.into()),
        }
    };
    tachograph::serve_until_shutdown(GRACE, serve).await
}

fn application(app: App, settings: &Settings) -> Rocket<Build> {
    let config = Config::figment()
        .merge((Config::ADDRESS, Ipv4Addr::LOCALHOST))
        .merge((Config::PORT, settings.port))
        // stdout has the records, one a line, and rocket would log there too.
        .merge((Config::LOG_LEVEL, "off"))
        .merge((Config::CLI_COLORS, false))
        // The process ends by itself before rocket would cut off what is open.
        .merge(("shutdown.ctrlc", false))
        .merge(("shutdown.signals", Vec::<String>::new()))
        .merge(("shutdown.grace", 2 * GRACE.as_secs()));
    rocket::custom(config)
        .manage(app)
        .mount("/", tachograph::rocket::measure(routes::routes()))
        .mount("/", tachograph::rocket::endpoints())
        .register("/", routes::catchers())
        .attach(tachograph::rocket::fairing())
        .attach(AdHoc::on_liftoff("how to try", |rocket| {
            Box::pin(async move {
                // Only now is the port known where any free one was asked for.
                let Config { address, port, .. } = *rocket.config();
                eprint!("{}", tachograph_experiments::how_to_try(SocketAddr::new(address, port)));
            })
        }))
}
