//! What goes on beside the exporters: what an instance serves of itself, and the application's own numbers.

use std::sync::Arc;
use std::time::Duration;

use tachograph_core::Handle;
use tachograph_core::endpoint::Endpoint;

use crate::config::{AdminConfig, Config};
use crate::error::Error;

/// What is to be served once there is an instance, and then what is.
#[derive(Debug, Default)]
pub(crate) struct Served {
    endpoints: Vec<Configured>,
    #[cfg(feature = "health")]
    health: tachograph_health::Health,
    /// Where the application's own numbers are shown by somebody.
    #[cfg(feature = "metrics")]
    recorder: Option<tachograph_metrics::Recorder>,
    #[cfg(feature = "admin")]
    admin: Option<tachograph_admin::Admin>,
}

#[derive(Debug)]
struct Configured {
    /// The key of the configuration that says where it is served.
    key: &'static str,
    endpoint: Arc<dyn Endpoint>,
}

impl Served {
    /// One more page, where this key of the configuration says.
    #[cfg(any(feature = "page", feature = "prometheus"))]
    pub(crate) fn add(&mut self, key: &'static str, endpoint: impl Endpoint) {
        self.endpoints.push(Configured { key, endpoint: Arc::new(endpoint) });
    }

    /// The application's own numbers are shown with these.
    #[cfg(all(feature = "metrics", any(feature = "emf", feature = "otlp", feature = "prometheus")))]
    pub(crate) fn record_for(&mut self, metrics: &tachograph_metrics::Metrics) {
        self.recorder = Some(tachograph_metrics::Recorder::new(metrics));
    }

    /// Where it is served.
    pub(crate) fn paths(&self) -> Vec<String> {
        #[allow(unused_mut, reason = "where there is no health to serve")]
        let mut paths: Vec<String> = self.endpoints.iter().flat_map(|configured| configured.endpoint.paths()).collect();
        #[cfg(feature = "health")]
        paths.extend(self.health.paths());
        paths
    }

    /// Serves it, and says where in `described`.
    pub(crate) fn start(&mut self, handle: &Handle, config: &Config, described: &mut Vec<String>) -> Result<(), Error> {
        #[cfg(feature = "health")]
        handle.serve(self.health.clone()).map_err(|error| Error::with_source(error.to_string(), error))?;
        for Configured { key, endpoint } in &self.endpoints {
            handle
                .serve(Arc::clone(endpoint))
                .map_err(|error| Error::with_source(format!("{key} does not fit: {error}"), error))?;
        }
        if let Some(admin) = &config.admin {
            self.start_admin(handle, admin, described)?;
        }
        Ok(())
    }

    #[cfg(feature = "admin")]
    fn start_admin(&mut self, handle: &Handle, admin: &AdminConfig, described: &mut Vec<String>) -> Result<(), Error> {
        use tachograph_admin::{Admin, Settings};

        let mut settings = Settings::default();
        settings.listen.clone_from(&admin.listen);
        let admin = Admin::start(handle, settings).map_err(|error| Error::with_source(error.to_string(), error))?;
        described.push(format!("admin at {admin}"));
        self.admin = Some(admin);
        Ok(())
    }

    #[cfg(not(feature = "admin"))]
    fn start_admin(&mut self, _: &Handle, _: &AdminConfig, _: &mut Vec<String>) -> Result<(), Error> {
        Err(Error::new(
            "admin is configured, but it is not compiled in: add the feature `admin` to tachograph in Cargo.toml, or remove \
             the table",
        ))
    }

    /// Where the listener of its own listens, if there is one.
    #[cfg(feature = "admin")]
    pub(crate) fn admin_addr(&self) -> Option<std::net::SocketAddr> {
        self.admin.as_ref().map(tachograph_admin::Admin::local_addr)
    }

    /// What is being answered may still be, for so long.
    pub(crate) fn shutdown(&self, deadline: Duration) {
        #[cfg(feature = "admin")]
        if let Some(admin) = &self.admin {
            admin.shutdown(deadline);
        }
        let _ = deadline;
    }

    #[cfg(feature = "metrics")]
    pub(crate) fn recorder(&self) -> Option<&tachograph_metrics::Recorder> {
        self.recorder.as_ref()
    }

    #[cfg(feature = "health")]
    pub(crate) fn health(&self) -> &tachograph_health::Health {
        &self.health
    }
}
