//! The real programs that `tests/peers/run` starts, or says where they are, in the environment.

mod postgres;
mod program;
mod prometheus;
mod proxy;
mod rotel;

pub(crate) use postgres::Postgres;
pub(crate) use prometheus::Prometheus;
pub(crate) use proxy::Proxy;
pub(crate) use rotel::Rotel;

/// What a demonstration is run on instead of SQLite and a map.
#[derive(Debug)]
pub(crate) struct Peers {
    pub(crate) postgres: Postgres,
    /// The demonstration takes care itself that no two of them meet in it.
    pub(crate) redis_url: String,
}

impl Peers {
    pub(crate) fn new() -> Self {
        Peers { postgres: Postgres::new(&variable("PEER_POSTGRES_URL")), redis_url: variable("PEER_REDIS_URL") }
    }
}

pub(crate) fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is set by tests/peers/run"))
}
