//! The demonstration on rocket: `cargo run -p demo-rocket`, then `curl` what it prints.

mod routes;

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};

use rocket::error::ErrorKind;
use rocket::fairing::AdHoc;
use rocket::{Build, Config, Rocket};
use tachograph_experiments::{App, Settings};

#[rocket::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let _guard = tachograph::init!()?;
    let settings = Settings::from_env()?;
    let app = App::start(&settings).await?;
    match application(app, &settings).launch().await {
        Ok(_) => Ok(()),
        // What is still open after the grace is recorded as such when the guard goes, and is no fault of the process.
        Err(error) if matches!(error.kind(), ErrorKind::Shutdown(_, None)) => Ok(()),
        Err(error) if matches!(error.kind(), ErrorKind::Bind(_)) => {
            Err(format!("cannot listen on 127.0.0.1:{}: {error}; set PORT to a free one", settings.port).into())
        }
        Err(error) => Err(error.into()),
    }
}

fn application(app: App, settings: &Settings) -> Rocket<Build> {
    let config = Config::figment()
        .merge((Config::ADDRESS, Ipv4Addr::LOCALHOST))
        .merge((Config::PORT, settings.port))
        // stdout has the records, one a line, and rocket would log there too.
        .merge((Config::LOG_LEVEL, "off"))
        .merge((Config::CLI_COLORS, false))
        // How long open requests have to end once the process is told to, in seconds.
        .merge(("shutdown.grace", 2))
        .merge(("shutdown.mercy", 0));
    rocket::custom(config)
        .manage(app)
        .mount("/", tachograph::rocket::measure(routes::routes()))
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
