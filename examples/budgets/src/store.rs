//! The experiments, each with how many were assigned to it.

use serde::Serialize;
use tachograph::sqlx::{Measured, SqlitePool};

/// An experiment.
#[derive(Debug, PartialEq, Serialize, sqlx::FromRow)]
pub struct Experiment {
    /// What it is called.
    pub name: String,
    /// How many were assigned to it.
    pub assignments: i64,
}

/// A database in memory with some of them.
pub async fn seeded() -> SqlitePool {
    // Each connection would have a database of its own.
    let options = sqlx::sqlite::SqlitePoolOptions::new().max_connections(1);
    let pool = options.connect("sqlite::memory:").await.expect("a database in memory");
    sqlx::migrate!().run(&pool).await.expect("the migrations run");
    pool.measured("experiments")
}

/// All of them, by a query for each: 1 + N.
pub async fn one_by_one(pool: &SqlitePool) -> Result<Vec<Experiment>, sqlx::Error> {
    let mut experiments = Vec::new();
    let all: Vec<(i64, String)> =
        sqlx::query_as("SELECT id, name FROM experiments ORDER BY id").fetch_all(pool).await?;
    for (id, name) in all {
        let count = sqlx::query_scalar("SELECT COUNT(*) FROM assignments WHERE experiment_id = $1");
        experiments.push(Experiment { name, assignments: count.bind(id).fetch_one(pool).await? });
    }
    Ok(experiments)
}

/// The same, by one query.
pub async fn joined(pool: &SqlitePool) -> Result<Vec<Experiment>, sqlx::Error> {
    let all = "SELECT e.name, COUNT(a.id) AS assignments FROM experiments e \
               LEFT JOIN assignments a ON a.experiment_id = e.id GROUP BY e.id ORDER BY e.id";
    sqlx::query_as(all).fetch_all(pool).await
}
