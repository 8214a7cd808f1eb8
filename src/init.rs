//! `init!`: the one line for a service that has nothing set up yet.

use tachograph_core::{Level, LogEvent};

use crate::builder::Builder;
use crate::config::Config;
use crate::error::Error;
use crate::guard::Tachograph;

/// Sets tachograph up for the whole process and returns the guard, to be held in `main`.
///
/// The configuration is read as [`config`](crate::config) says; where it names neither, the service's name and version
/// are the package's. With the feature `tracing`, a tracing subscriber is installed too, so that the application's log
/// becomes lines of the same kind; which of it is said by `RUST_LOG` (default `info`). With the feature `metrics`, and an
/// exporter of metrics, so is a recorder of the `metrics` crate.
///
/// It is an error where an instance, a tracing subscriber or such a recorder is installed already: a service with its own
/// uses [`builder!`](crate::builder!).
///
/// ```no_run
/// fn main() -> Result<(), tachograph::Error> {
///     let guard = tachograph::init!()?;
///     // serve
///     drop(guard);
///     Ok(())
/// }
/// ```
///
/// A configuration that was changed in code is given to it:
///
/// ```no_run
/// # fn main() -> Result<(), tachograph::Error> {
/// let mut config = tachograph::Config::load()?;
/// config.exporters().prometheus.get_or_insert_default(); // on, whatever is configured
/// let guard = tachograph::init!(config)?;
/// # drop(guard);
/// # Ok(()) }
/// ```
#[macro_export]
macro_rules! init {
    () => {
        $crate::Config::load().and_then(|config| $crate::init!(config))
    };
    ($config:expr) => {
        $crate::init($config, ::core::env!("CARGO_PKG_NAME"), ::core::env!("CARGO_PKG_VERSION"))
    };
}

/// A [`Builder`](crate::Builder) with the package's name and version, for a service with a tracing subscriber of its own:
///
/// ```no_run
/// # #[cfg(feature = "tracing")]
/// # fn main() -> Result<(), tachograph::Error> {
/// use tracing_subscriber::{filter::Targets, fmt, prelude::*};
///
/// let guard = tachograph::builder!().config(tachograph::Config::load()?).install()?;
/// let filter: Targets = "info,sqlx=warn".parse().unwrap();
/// tracing_subscriber::registry()
///     .with(fmt::layer().with_filter(filter)) // the filter on the layer, so that it hides nothing from others
///     .with(guard.tracing_layer())
///     .init();
/// # Ok(()) }
/// # #[cfg(not(feature = "tracing"))]
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! builder {
    () => {
        $crate::Tachograph::builder().service(::core::env!("CARGO_PKG_NAME")).version(::core::env!("CARGO_PKG_VERSION"))
    };
}

/// What [`init!`](crate::init!) calls with the package's name and version.
pub fn init(config: Config, name: &str, version: &str) -> Result<Tachograph, Error> {
    let guard = Builder::new().service(name).version(version).config(config).install()?;
    #[cfg(feature = "tracing")]
    install_subscriber(&guard)?;
    #[cfg(feature = "metrics")]
    install_recorder(&guard)?;
    announce(&guard);
    Ok(guard)
}

#[cfg(feature = "tracing")]
fn install_subscriber(guard: &Tachograph) -> Result<(), Error> {
    tachograph_tracing::install(guard.handle()).map_err(|error| {
        Error::with_source(
            "a tracing subscriber is installed already, and init! would install one: set tachograph up by \
             tachograph::builder!().config(Config::load()?).install()? instead and add guard.tracing_layer() to your \
             subscriber",
            error,
        )
    })
}

#[cfg(feature = "metrics")]
fn install_recorder(guard: &Tachograph) -> Result<(), Error> {
    let Some(recorder) = guard.metrics_recorder() else { return Ok(()) };
    recorder.clone().install().map_err(|error| {
        Error::with_source(
            format!(
                "{error}. Or set tachograph up by tachograph::builder!().config(Config::load()?).install()?, which installs \
                 no recorder, and pass on guard.metrics_recorder()"
            ),
            error,
        )
    })
}

/// One line at start says what is in force. Where no exporter would show it, stderr does.
fn announce(guard: &Tachograph) {
    let handle = guard.handle();
    let line = LogEvent {
        time: handle.now(),
        level: Level::Info,
        target: "tachograph",
        message: guard.summary(),
        fields: &[],
        recording: None,
    };
    if handle.exporters().any(|exporter| exporter.shows_events()) {
        handle.log(&line);
    } else {
        eprintln!("{}", guard.summary());
    }
}
