//! The handlers.

use std::sync::Arc;
use std::time::Duration;

use futures_util::TryFutureExt;
use futures_util::future::try_join_all;
use tachograph::health::{Error as HealthError, Health};

use crate::answer::{Answer, Failure};
use crate::cache::Cache;
use crate::model::{Event, Listed, NewAssignment, NewExperiment, Report, Work};
use crate::partner;
use crate::settings::{Settings, SetupError};
use crate::store::Store;

/// The service, whatever serves it. Clones share everything.
#[derive(Debug, Clone)]
pub struct App {
    store: Store,
    cache: Arc<Cache>,
    /// Where it is: `http://127.0.0.1:40123`.
    partner: Arc<str>,
    client: tachograph::reqwest::Client,
}

type Answered = Result<Answer, Failure>;

impl App {
    /// Opens the database and the cache, and starts the partner service unless there is another.
    pub async fn start(settings: &Settings) -> Result<Self, SetupError> {
        let partner = match &settings.partner_url {
            Some(url) => url.clone(),
            None => partner::start()
                .await
                .map(|address| format!("http://{address}"))
                .map_err(|error| SetupError(format!("cannot start the partner service: {error}")))?,
        };
        describe_counters();
        Ok(App {
            store: Store::open(&settings.database_url).await?,
            cache: Arc::new(Cache::open(settings.redis_url.as_deref())?),
            partner: partner.into(),
            client: tachograph::reqwest::Client::from(reqwest::Client::new()),
        })
    }

    /// What the service needs, for `/health` and `/readyz`.
    ///
    /// # Errors
    /// Where a check of such a name is there already.
    pub fn checks(&self, health: &Health) -> Result<(), SetupError> {
        let explain = |error: HealthError| SetupError(error.to_string());
        health.check("database", self.store.pool().health_check()).map_err(explain)?;
        if let Cache::Redis(flags) = &*self.cache {
            health.check("redis", flags.connection().health_check()).map_err(explain)?;
        }
        Ok(())
    }

    /// `GET /experiments/{id}`: one query.
    pub async fn experiment(&self, id: i64) -> Answered {
        Answer::new(200, self.store.experiment(id).await?)
    }

    /// `GET /experiments`: one query for the list and one for each experiment in it, the N+1; `joined`: one in all.
    pub async fn experiments(&self, joined: bool) -> Answered {
        if joined {
            return Answer::new(200, self.store.joined().await?);
        }
        let mut listed = Vec::new();
        for experiment in self.store.experiments().await? {
            let assignments = self.store.assignments(experiment.id).await?;
            listed.push(Listed { experiment, assignments });
        }
        Answer::new(200, listed)
    }

    /// `POST /experiments`: says who does what to which experiment.
    pub async fn create(&self, user: Option<&str>, new: &NewExperiment) -> Answered {
        let request = tachograph::request();
        request.action("experiment.create");
        if let Some(user) = user {
            request.user(user);
        }
        if new.name.is_empty() || new.key.is_empty() {
            return Err(Failure::Invalid("name and key must not be empty".to_owned()));
        }
        let id = self.store.create(new).await?;
        request.field("experiment_id", id);
        tracing::info!(experiment_id = id, key = new.key, "experiment created");
        Answer::new(201, serde_json::json!({ "id": id, "name": new.name, "key": new.key }))
    }

    /// `POST /experiments/{id}/assignments`.
    pub async fn assign(&self, experiment: i64, new: &NewAssignment) -> Answered {
        tachograph::request().user(&new.user_id).action("experiment.assign").field("experiment_id", experiment);
        self.store.experiment(experiment).await?;
        let variant = if new.user_id.bytes().map(u32::from).sum::<u32>() % 2 == 0 { "control" } else { "treatment" };
        self.store.assign(experiment, new, variant).await?;
        metrics::counter!("experiment_assignments_total", "variant" => variant).increment(1);
        Answer::new(201, serde_json::json!({ "experiment_id": experiment, "variant": variant }))
    }

    /// `POST /events`.
    pub async fn track(&self, event: &Event) -> Answered {
        tachograph::request().user(&event.user_id).action("event.track").field("experiment_id", event.experiment_id);
        self.store.track(event).await?;
        metrics::counter!("events_tracked_total").increment(1);
        Answer::new(201, serde_json::json!({ "tracked": event.name }))
    }

    /// `GET /experiments/{id}/report`: two queries and one call to the partner, all at once, one of them on a task of its
    /// own.
    pub async fn report(&self, id: i64) -> Answered {
        let events = tachograph::spawn({
            let store = self.store.clone();
            async move { store.events(id).await }
        });
        let (assignments, events, benchmark) = tokio::join!(self.store.assignments(id), events, self.benchmark(id));
        let events = events.map_err(Failure::internal)?;
        Answer::new(200, Report { id, assignments: assignments?, events: events?, benchmark: benchmark? })
    }

    async fn benchmark(&self, id: i64) -> Result<serde_json::Value, Failure> {
        let url = format!("{}/benchmarks/{id}", self.partner);
        let text = self.client.get(url).send().await?.error_for_status()?.text().await?;
        serde_json::from_str(&text).map_err(Failure::internal)
    }

    /// `GET /work?queries=N&rows=N&hits=N&misses=N&calls=N`: as much of everything as is asked for, all at once. Every
    /// query brings `rows` rows, of which there are twelve.
    pub async fn work(&self, work: &Work) -> Answered {
        let queries = try_join_all((0..work.queries).map(|_| self.store.first(work.rows))).map_err(Failure::from);
        let calls = try_join_all((0..work.calls).map(|call| self.benchmark(i64::from(call))));
        let lookups = async {
            for _ in 0..work.hits {
                self.flag("dark-mode").await?;
            }
            for miss in 0..work.misses {
                let _ = self.cache.get(&format!("nobody-{miss}")).await;
            }
            Ok(())
        };
        tokio::try_join!(queries, calls, lookups)?;
        Answer::new(200, work)
    }

    /// `GET /flags/{key}`: from the cache, or by a query that fills it. Without its cache it is slower, and no worse.
    pub async fn flag(&self, key: &str) -> Answered {
        let enabled = match self.cache.get(key).await {
            Ok(Some(enabled)) => enabled,
            Ok(None) => {
                tracing::debug!("not cached");
                let enabled = self.store.flag(key).await?;
                if let Err(error) = self.cache.put(key, enabled).await {
                    tracing::warn!(%error, "a flag was not cached");
                }
                enabled
            }
            Err(error) => {
                tracing::warn!(%error, "the cache of flags does not answer");
                self.store.flag(key).await?
            }
        };
        metrics::counter!("feature_flag_evaluations_total", "enabled" => if enabled { "true" } else { "false" })
            .increment(1);
        Answer::new(200, serde_json::json!({ "key": key, "enabled": enabled }))
    }

    /// `GET /slow?ms=N`: waits for nothing in particular.
    pub async fn slow(&self, ms: u64) -> Answered {
        tracing::debug!(ms, "sleeping");
        tokio::time::sleep(Duration::from_millis(ms)).await;
        Answer::new(200, serde_json::json!({ "slept_ms": ms }))
    }

    /// `GET /fail?status=N`.
    pub fn fail(&self, status: u16) -> Answered {
        if !(200..600).contains(&status) {
            return Err(Failure::Invalid("status must be 200 to 599".to_owned()));
        }
        Answer::new(status, serde_json::json!({ "status": status }))
    }

    /// `GET /panic`.
    ///
    /// # Panics
    /// Always.
    pub fn panic(&self) -> Answered {
        panic!("somebody asked for a panic")
    }
}

/// What the service counts itself, beside what is counted of its requests.
fn describe_counters() {
    metrics::describe_counter!("experiment_assignments_total", "Users who were given a variant of an experiment.");
    metrics::describe_counter!("events_tracked_total", "Events of users that were kept.");
    metrics::describe_counter!("feature_flag_evaluations_total", "Flags that were asked for and answered.");
}
