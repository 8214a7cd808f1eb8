//! Setting an instance up in code.

use std::time::Duration;

use tachograph_core::{Capture, Clock, Exporter, Handle, HandleBuilder, IdSource, Limits, Service};

use crate::config::{Config, ExportersConfig, ServiceConfig};
use crate::error::Error;
use crate::exporters::{OnFailure, SetUp};
use crate::guard::Tachograph;

/// Sets an instance up in code, alone or on top of a [`Config`].
///
/// ```
/// # #[cfg(feature = "json")]
/// # fn main() -> Result<(), tachograph::Error> {
/// use tachograph::{Config, Tachograph};
///
/// let config = Config::from_toml("[exporters.json]\noutput = 'stderr'")?;
/// let guard = Tachograph::builder().service("experiments-api").version("1.4.2").config(config).build()?;
/// assert_eq!(guard.handle().service().name, "experiments-api");
/// # Ok(()) }
/// # #[cfg(not(feature = "json"))]
/// # fn main() {}
/// ```
#[derive(Debug)]
pub struct Builder {
    core: HandleBuilder,
    service: Service,
    capture: Option<Capture>,
    config: Config,
    exporters: Vec<String>,
    on_failure: Option<OnFailure>,
    deadline: Duration,
}

impl Builder {
    /// How long the guard waits, at most, for what is left to be sent.
    pub const SHUTDOWN_DEADLINE: Duration = Duration::from_secs(3);

    pub(crate) fn new() -> Self {
        Builder {
            core: Handle::builder(),
            service: Service::default(),
            capture: None,
            config: Config { exporters: Some(ExportersConfig::default()), ..Config::default() },
            exporters: Vec::new(),
            on_failure: None,
            deadline: Self::SHUTDOWN_DEADLINE,
        }
    }

    /// The service's name, unless the configuration has one.
    pub fn service(mut self, name: impl Into<String>) -> Self {
        self.service.name = name.into();
        self
    }

    /// Its version, unless the configuration has one.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.service.version = Some(version.into());
        self
    }

    /// Where it runs, unless the configuration says.
    pub fn environment(mut self, environment: impl Into<String>) -> Self {
        self.service.environment = Some(environment.into());
        self
    }

    /// A configuration: [`Config::load`]ed as `init!` does, or made from text. Without one there are no exporters but
    /// those added here.
    pub fn config(mut self, config: Config) -> Self {
        self.config = config;
        self
    }

    /// What is measured, instead of what the configuration says.
    pub fn capture(mut self, capture: Capture) -> Self {
        self.capture = Some(capture);
        self
    }

    /// One more exporter.
    pub fn exporter(mut self, exporter: impl Exporter) -> Self {
        self.exporters.push(exporter.name().to_owned());
        self.core = self.core.exporter(exporter);
        self
    }

    /// Told when the receiver of an exporter that is configured does not take what it is sent: the exporter's name, and why, once
    /// for each cause, on a thread of the exporter's. Default: a line on stderr.
    pub fn on_failure(mut self, told: impl Fn(&str, &str) + Send + Sync + 'static) -> Self {
        self.on_failure = Some(OnFailure::new(told));
        self
    }

    /// How much of a request is kept.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.core = self.core.limits(limits);
        self
    }

    /// Other clocks than the machine's.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.core = self.core.clock(clock);
        self
    }

    /// Other ids than random ones.
    pub fn ids(mut self, ids: impl IdSource + 'static) -> Self {
        self.core = self.core.ids(ids);
        self
    }

    /// How long the guard waits, at most, for what is left to be sent. Default 3 s.
    pub fn shutdown_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// The instance, as the one of the process: layers, [`task`](crate::task) and calls outside any request find it without
    /// being given a handle. No tracing subscriber is installed; [`Tachograph::tracing_layer`] is for the application's.
    ///
    /// # Errors
    /// Where the configuration does not fit, or there is an instance of the process already.
    pub fn install(self) -> Result<Tachograph, Error> {
        let guard = self.build()?;
        if guard.handle().make_global() {
            return Ok(guard);
        }
        Err(Error::new(
            "tachograph is set up already in this process: call init! or install() once, and build() for a second instance",
        ))
    }

    /// The instance. Nothing is installed globally; [`Tachograph::handle`] and [`Tachograph::tracing_layer`] are for
    /// the application to use.
    ///
    /// # Errors
    /// Where the configuration does not fit.
    pub fn build(self) -> Result<Tachograph, Error> {
        let (capture, config, deadline) = (self.capture, self.config, self.deadline);
        let mut service = self.service;
        let ServiceConfig { name, version, environment } = config.service.clone();
        service.name = name.filter(|name| !name.is_empty()).unwrap_or(service.name);
        service.version = version.or(service.version);
        service.environment = environment.or(service.environment);
        let set_up = SetUp::new(&config, &service, self.core, self.exporters, self.on_failure);
        set_up_instance(set_up, &service, capture, &config, deadline).map_err(|error| error.found_in(&config.origin))
    }
}

fn set_up_instance(
    mut set_up: SetUp<'_>,
    service: &Service,
    capture: Option<Capture>,
    config: &Config,
    deadline: Duration,
) -> Result<Tachograph, Error> {
    set_up.add_exporters()?;
    let SetUp { core, mut described, mut served, .. } = set_up;
    let mut capture = match capture {
        Some(capture) => capture,
        None => config.capture.build(service)?,
    };
    // Whoever looks at the measurements is not what is measured.
    served.paths().iter().for_each(|path| capture.ignore.add_path(path));
    let handle = core.service(service.clone()).capture(capture).build();
    served.start(&handle, config, &mut described)?;
    let summary = summary(service, &config.origin.to_string(), &described);
    Ok(Tachograph::new(handle, deadline, summary, described, served))
}

fn summary(service: &Service, origin: &str, exporters: &[String]) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let mut measured = service.name.clone();
    for part in [&service.version, &service.environment].into_iter().flatten() {
        measured = format!("{measured} {part}");
    }
    let exporters = if exporters.is_empty() { "none".to_owned() } else { exporters.join(", ") };
    format!("tachograph {version} measures {measured}; configuration: {origin}; exporters: {exporters}")
}
