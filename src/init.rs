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
/// becomes lines of the same kind; which of it is said by `RUST_LOG` (default `info`).
///
/// It is an error where an instance or a tracing subscriber is installed already: a service with a subscriber of its
/// own uses [`Tachograph::builder`].
///
/// ```no_run
/// fn main() -> Result<(), tachograph::Error> {
///     let guard = tachograph::init!()?;
///     // serve
///     drop(guard);
///     Ok(())
/// }
/// ```
#[macro_export]
macro_rules! init {
    () => {
        $crate::init(::core::env!("CARGO_PKG_NAME"), ::core::env!("CARGO_PKG_VERSION"))
    };
}

/// What [`init!`](crate::init!) calls with the package's name and version.
pub fn init(name: &str, version: &str) -> Result<Tachograph, Error> {
    let config = Config::load()?;
    let guard = Builder::new().service(name).version(version).config(config).build()?;
    if !guard.handle().make_global() {
        return Err(Error::new(
            "tachograph is set up already in this process: call init! once, or use Tachograph::builder() for a second instance",
        ));
    }
    #[cfg(feature = "tracing")]
    install_subscriber(&guard)?;
    announce(&guard);
    Ok(guard)
}

#[cfg(feature = "tracing")]
fn install_subscriber(guard: &Tachograph) -> Result<(), Error> {
    tachograph_tracing::install(guard.handle()).map_err(|error| {
        Error::with_source(
            "a tracing subscriber is installed already, and init! would install one: set tachograph up by \
             Tachograph::builder() instead and add guard.tracing_layer() to your subscriber",
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
    if handle.exporters().next().is_some() {
        handle.log(&line);
    } else {
        eprintln!("{}", guard.summary());
    }
}
