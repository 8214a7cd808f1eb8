//! The guard: holds an instance for as long as the service runs, and flushes when it is dropped.

use std::io::Write;
use std::time::Duration;

use tachograph_core::{FieldValue, Handle, Level, LogEvent};

use crate::builder::Builder;
use crate::losses::Losses;
use crate::served::Served;

/// One set-up instance. Dropped, it closes what is open, sends what is left within the deadline, and stops.
///
/// Hold it in `main` until the server has ended: `let guard = tachograph::init!()?;`.
#[derive(Debug)]
#[must_use = "dropped at once, it would shut down at once: bind it in main, `let guard = ...`"]
pub struct Tachograph {
    handle: Handle,
    deadline: Duration,
    summary: String,
    exporters: Vec<String>,
    served: Served,
}

impl Tachograph {
    /// Sets an instance up in code. Nothing is installed globally by it.
    pub fn builder() -> Builder {
        Builder::new()
    }

    pub(crate) fn new(
        handle: Handle,
        deadline: Duration,
        summary: String,
        exporters: Vec<String>,
        served: Served,
    ) -> Self {
        Tachograph { handle, deadline, summary, exporters, served }
    }

    /// What adapters are given: `Layer::new(guard.handle())`.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// What is in force, in one line: version, service, configuration, exporters with their targets.
    pub fn summary(&self) -> &str {
        &self.summary
    }

    /// What each exporter is and where it goes, as the [`summary`](Self::summary) has it: `json (structured) to stdout`. Each
    /// begins with its name.
    pub fn exporters(&self) -> &[String] {
        &self.exporters
    }

    /// What gets the application's own numbers, where an exporter of metrics is configured: for an application that puts its
    /// recorder of the `metrics` crate together itself. `init!` installs it.
    #[cfg(feature = "metrics")]
    pub fn metrics_recorder(&self) -> Option<&tachograph_metrics::Recorder> {
        self.served.recorder()
    }

    /// Where `[admin]` listens, if it does: with the port that was free where 0 was asked for.
    #[cfg(feature = "admin")]
    pub fn admin_addr(&self) -> Option<std::net::SocketAddr> {
        self.served.admin_addr()
    }

    /// What `/health` and `/readyz` go by: what the service needs is added to it, once there is something to ask.
    ///
    /// ```
    /// # #[cfg(feature = "sqlx")]
    /// # async fn example(guard: tachograph::Tachograph, pool: sqlx::SqlitePool) -> Result<(), Box<dyn std::error::Error>> {
    /// guard.health().check("database", move || {
    ///     let pool = pool.clone();
    ///     async move { sqlx::query("SELECT 1").execute(&pool).await }
    /// })?;
    /// # Ok(()) }
    /// ```
    #[cfg(feature = "health")]
    pub fn health(&self) -> &tachograph_health::Health {
        self.served.health()
    }

    /// The layer that brings the application's spans and events, and sqlx's queries, into their requests' records. It
    /// is for the application's own subscriber, and has its own filter:
    ///
    /// ```
    /// use tracing_subscriber::prelude::*;
    ///
    /// # fn main() -> Result<(), tachograph::Error> {
    /// let guard = tachograph::Tachograph::builder().service("experiments-api").build()?;
    /// let subscriber = tracing_subscriber::registry().with(guard.tracing_layer());
    /// # drop(subscriber);
    /// # Ok(()) }
    /// ```
    #[cfg(feature = "tracing")]
    pub fn tracing_layer<S>(&self) -> impl tracing_subscriber::Layer<S> + Send + Sync + use<S>
    where
        S: tracing_core::Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a>,
    {
        tachograph_tracing::layer(&self.handle)
    }

    /// Sends what was recorded before the call; false where some of it was not sent after `deadline`. It waits, so not
    /// on the thread of an asynchronous runtime.
    pub fn flush(&self, deadline: Duration) -> bool {
        self.handle.flush(deadline)
    }
}

impl Tachograph {
    /// What could not be kept, attributed or sent, in one last line: a bound that drops something must not do so in
    /// silence. What exporters lost, as far as somebody shows that line.
    fn tell_counters(&self) -> Losses {
        let losses = Losses::of(&self.handle);
        let lost: Vec<(String, u64)> = losses.named().collect();
        let counters = self.handle.counters();
        let bounds = counters.iter().map(|(name, count)| (name as &str, count));
        let hit: Vec<(&str, FieldValue)> = bounds
            .chain(lost.iter().map(|(name, count)| (name.as_str(), *count)))
            .filter(|(_, count)| *count > 0)
            .map(|(name, count)| (name, FieldValue::from(count)))
            .collect();
        // A service that prepares its database before it serves makes calls outside any request, and means to.
        let usual = hit.iter().all(|(name, _)| *name == "unattributed_calls");
        let (level, message) = match usual {
            true => (Level::Info, "some calls were made outside any request"),
            false => (Level::Warning, "not everything could be kept or attributed since the start"),
        };
        if !hit.is_empty() {
            let time = self.handle.now();
            self.handle.log(&LogEvent { time, level, target: "tachograph", message, fields: &hit, recording: None });
        }
        match self.handle.exporters().any(|exporter| exporter.shows_events()) {
            true => losses,
            false => Losses::default(),
        }
    }

    /// What is to be said on stderr when all is over: whoever could be told through an exporter may be the one that did
    /// not take it.
    fn last_words(&self, sent: bool, told: &Losses) -> Option<String> {
        let lost = Losses::of(&self.handle);
        let new = lost.since(told);
        let seconds = self.deadline.as_secs_f32();
        match (sent, lost.is_empty()) {
            (true, _) if new.is_empty() => None,
            (true, _) => Some(format!("tachograph: not everything was sent: {new}")),
            (false, true) => Some(format!(
                "tachograph: not everything was sent within {seconds} s of shutting down; the rest is lost"
            )),
            // The line that told of some of it may be among what is lost.
            (false, false) => {
                Some(format!("tachograph: not everything was sent within {seconds} s of shutting down: {lost}"))
            }
        }
    }
}

impl Drop for Tachograph {
    fn drop(&mut self) {
        let told = self.tell_counters();
        // Who asks how things stand at this moment is answered, but holds nothing up.
        self.served.shutdown(self.deadline / 10);
        let sent = self.handle.shutdown(self.deadline);
        if let Some(words) = self.last_words(sent, &told) {
            // `eprintln!` would panic where stderr is closed.
            let _ = writeln!(std::io::stderr(), "{words}");
        }
    }
}
