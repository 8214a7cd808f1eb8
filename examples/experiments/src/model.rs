//! What goes in and out.

use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, sqlx::FromRow)]
pub(crate) struct Experiment {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) key: String,
    pub(crate) status: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct Listed {
    #[serde(flatten)]
    pub(crate) experiment: Experiment,
    pub(crate) assignments: i64,
}

#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) id: i64,
    pub(crate) assignments: i64,
    pub(crate) events: i64,
    pub(crate) benchmark: serde_json::Value,
}

/// The body of `POST /experiments`.
#[derive(Debug, Deserialize)]
pub struct NewExperiment {
    /// What people call it.
    pub name: String,
    /// What code calls it; unique.
    pub key: String,
}

/// The body of `POST /experiments/{id}/assignments`.
#[derive(Debug, Deserialize)]
pub struct NewAssignment {
    /// Who takes part.
    pub user_id: String,
}

/// The body of `POST /events`.
#[derive(Debug, Deserialize)]
pub struct Event {
    /// The experiment.
    pub experiment_id: i64,
    /// Who did it.
    pub user_id: String,
    /// What was done.
    pub name: String,
}

/// The query of `GET /work`; what is left out is 0.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Work {
    /// Queries.
    pub queries: u32,
    /// Rows that each query brings, 12 at the most.
    pub rows: i64,
    /// Lookups that the cache has an answer to.
    pub hits: u32,
    /// Lookups that it has none to.
    pub misses: u32,
    /// Calls to the partner.
    pub calls: u32,
}

/// The query of `GET /export`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default)]
pub struct Export {
    /// How many rows. Default 10000.
    pub rows: u64,
    /// Whether it fails after these, in the middle of the answer.
    pub broken: bool,
}

impl Default for Export {
    fn default() -> Self {
        Export { rows: 10_000, broken: false }
    }
}
