//! What the environment says.

use std::fmt;

/// Where to listen, and what to use.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `PORT`, on 127.0.0.1. Default 8080; 0 takes a free one.
    pub port: u16,
    /// `DATABASE_URL`. Default: SQLite in memory. `postgres://…` works too.
    pub database_url: String,
    /// `REDIS_URL`, such as `redis://127.0.0.1/`, for the cache of flags. Default: a map in memory.
    pub redis_url: Option<String>,
    /// `PARTNER_URL`, such as `http://127.0.0.1:9000`: the service that a report asks. Default: one that is started here.
    pub partner_url: Option<String>,
}

impl Settings {
    const IN_MEMORY: &str = "sqlite:file:experiments?mode=memory&cache=shared";

    /// Reads `PORT`, `DATABASE_URL`, `REDIS_URL` and `PARTNER_URL`.
    pub fn from_env() -> Result<Self, SetupError> {
        let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let port = match variable("PORT") {
            Some(port) => port
                .parse()
                .map_err(|error| SetupError(format!("PORT={port:?} is no port: {error}; use 0 to 65535")))?,
            None => 8080,
        };
        let database_url = variable("DATABASE_URL").unwrap_or_else(|| Self::IN_MEMORY.to_owned());
        let partner_url = variable("PARTNER_URL").map(|url| url.trim_end_matches('/').to_owned());
        Ok(Settings { port, database_url, redis_url: variable("REDIS_URL"), partner_url })
    }
}

/// What keeps the demonstration from starting, and what to do.
pub struct SetupError(pub(crate) String);

impl SetupError {
    /// The demonstration cannot listen at its port, for this reason.
    pub fn cannot_listen(port: u16, reason: impl fmt::Display) -> Self {
        SetupError(format!("cannot listen on 127.0.0.1:{port}: {reason}; set PORT to a free one"))
    }
}

/// What a `main` that returns it prints.
impl fmt::Debug for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SetupError {}
