//! The queries.

use std::time::Duration;

use sqlx::any::{AnyPoolOptions, install_default_drivers};
use sqlx::{Any, Row};
use tachograph::sqlx::{Measured, Pool};

use crate::model::{Event, Experiment, Listed, NewAssignment, NewExperiment};
use crate::settings::SetupError;

#[derive(Debug, Clone)]
pub(crate) struct Store {
    pool: Pool<Any>,
}

const TABLES: [&str; 4] = [
    "CREATE TABLE IF NOT EXISTS experiments \
     (id BIGINT PRIMARY KEY, name TEXT NOT NULL, key TEXT NOT NULL UNIQUE, status TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS assignments (experiment_id BIGINT NOT NULL, user_id TEXT NOT NULL, variant TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS events (experiment_id BIGINT NOT NULL, user_id TEXT NOT NULL, name TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS flags (key TEXT PRIMARY KEY, enabled BIGINT NOT NULL)",
];

const SEEDS: i64 = 12;

impl Store {
    pub(crate) async fn open(url: &str) -> Result<Self, SetupError> {
        install_default_drivers();
        // A database in memory lives as long as one connection to it does.
        let options = AnyPoolOptions::new().min_connections(1).max_connections(8).idle_timeout(None).max_lifetime(None);
        // sqlx tries for as long to reach a server that refuses.
        let options = options.acquire_timeout(Duration::from_secs(5));
        let explain = |error: sqlx::Error| {
            SetupError(format!(
                "cannot use the database in DATABASE_URL: {error} (is it there?); leave it unset for SQLite in memory"
            ))
        };
        let pool = options.connect(url).await.map_err(explain)?;
        for table in TABLES {
            sqlx::query(table).execute(&pool).await.map_err(explain)?;
        }
        seed(&pool).await.map_err(explain)?;
        Ok(Store { pool: pool.measured("experiments") })
    }

    pub(crate) fn pool(&self) -> &Pool<Any> {
        &self.pool
    }

    pub(crate) async fn experiment(&self, id: i64) -> sqlx::Result<Experiment> {
        sqlx::query_as("SELECT id, name, key, status FROM experiments WHERE id = $1")
            .bind(id)
            .fetch_one(self.pool.here())
            .await
    }

    pub(crate) async fn experiments(&self) -> sqlx::Result<Vec<Experiment>> {
        sqlx::query_as("SELECT id, name, key, status FROM experiments ORDER BY id").fetch_all(self.pool.here()).await
    }

    /// The ids of the first so many experiments.
    pub(crate) async fn first(&self, rows: i64) -> sqlx::Result<Vec<i64>> {
        sqlx::query_scalar("SELECT id FROM experiments ORDER BY id LIMIT $1")
            .bind(rows)
            .fetch_all(self.pool.here())
            .await
    }

    /// All experiments with their assignments, by one query.
    pub(crate) async fn joined(&self) -> sqlx::Result<Vec<Listed>> {
        let rows = sqlx::query(
            "SELECT e.id, e.name, e.key, e.status, COUNT(a.user_id) AS assignments FROM experiments e \
             LEFT JOIN assignments a ON a.experiment_id = e.id GROUP BY e.id, e.name, e.key, e.status ORDER BY e.id",
        )
        .fetch_all(self.pool.here())
        .await?;
        let listed = |row: &sqlx::any::AnyRow| {
            let experiment = Experiment {
                id: row.try_get("id")?,
                name: row.try_get("name")?,
                key: row.try_get("key")?,
                status: row.try_get("status")?,
            };
            Ok(Listed { experiment, assignments: row.try_get("assignments")? })
        };
        rows.iter().map(listed).collect()
    }

    pub(crate) async fn assignments(&self, experiment: i64) -> sqlx::Result<i64> {
        sqlx::query_scalar("SELECT COUNT(*) FROM assignments WHERE experiment_id = $1")
            .bind(experiment)
            .fetch_one(self.pool.here())
            .await
    }

    pub(crate) async fn events(&self, experiment: i64) -> sqlx::Result<i64> {
        sqlx::query_scalar("SELECT COUNT(*) FROM events WHERE experiment_id = $1")
            .bind(experiment)
            .fetch_one(self.pool.here())
            .await
    }

    pub(crate) async fn create(&self, new: &NewExperiment) -> sqlx::Result<i64> {
        sqlx::query_scalar(
            "INSERT INTO experiments (id, name, key, status) \
             SELECT COALESCE(MAX(id), 0) + 1, $1, $2, 'draft' FROM experiments RETURNING id",
        )
        .bind(&new.name)
        .bind(&new.key)
        .fetch_one(self.pool.here())
        .await
    }

    pub(crate) async fn assign(&self, experiment: i64, new: &NewAssignment, variant: &str) -> sqlx::Result<()> {
        sqlx::query("INSERT INTO assignments (experiment_id, user_id, variant) VALUES ($1, $2, $3)")
            .bind(experiment)
            .bind(&new.user_id)
            .bind(variant)
            .execute(self.pool.here())
            .await?;
        Ok(())
    }

    pub(crate) async fn track(&self, event: &Event) -> sqlx::Result<()> {
        sqlx::query("INSERT INTO events (experiment_id, user_id, name) VALUES ($1, $2, $3)")
            .bind(event.experiment_id)
            .bind(&event.user_id)
            .bind(&event.name)
            .execute(self.pool.here())
            .await?;
        Ok(())
    }

    pub(crate) async fn flag(&self, key: &str) -> sqlx::Result<bool> {
        let enabled: i64 = sqlx::query_scalar("SELECT enabled FROM flags WHERE key = $1")
            .bind(key)
            .fetch_one(self.pool.here())
            .await?;
        Ok(enabled != 0)
    }
}

/// 12 experiments and one flag, unless they are there.
async fn seed(pool: &sqlx::AnyPool) -> sqlx::Result<()> {
    for id in 1..=SEEDS {
        sqlx::query(
            "INSERT INTO experiments (id, name, key, status) VALUES ($1, $2, $3, 'running') ON CONFLICT DO NOTHING",
        )
        .bind(id)
        .bind(format!("Experiment {id}"))
        .bind(format!("experiment-{id}"))
        .execute(pool)
        .await?;
    }
    sqlx::query("INSERT INTO flags (key, enabled) VALUES ('dark-mode', 1) ON CONFLICT DO NOTHING")
        .execute(pool)
        .await?;
    Ok(())
}
