//! The service that is measured.

/// What the service is called, in every exporter.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Service {
    /// Its name. Default: `unknown_service`, as OpenTelemetry has it.
    pub name: String,
    /// Its version, where it is known.
    pub version: Option<String>,
    /// Where it runs: `production`, `staging`.
    pub environment: Option<String>,
}

impl Service {
    /// A service of this name, of unknown version and environment.
    pub fn new(name: impl Into<String>) -> Self {
        Service { name: name.into(), version: None, environment: None }
    }

    /// With this version.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into());
        self
    }

    /// In this environment.
    pub fn environment(mut self, environment: impl Into<String>) -> Self {
        self.environment = Some(environment.into());
        self
    }
}

impl Default for Service {
    fn default() -> Self {
        Service::new("unknown_service")
    }
}
