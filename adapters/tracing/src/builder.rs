//! Makes the layer.

use std::io::Write as _;
use std::sync::Once;

use tachograph_core::Handle;
use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::registry::LookupSpan;

use crate::query::Database;
use crate::recorder::Recorder;
use crate::request_span::accompany;
use crate::selection::{self, Selection};

/// The layer for the requests of `handle`, with the defaults of [`Builder`]. It filters for itself: it goes beside the
/// user's own layers, and their filters stay on them (`.with_filter(..)`).
///
/// What sqlx says about a query when it is over becomes a database call of the request that made it. Such an event does
/// not say everything:
/// - which database it was (see [`Builder::database`]), nor where in the code the query was made;
/// - how it ended: queries that failed or were given up are there, with the outcome `unknown`;
/// - BEGIN is not there, COMMIT and ROLLBACK only on PostgreSQL; a PRAGMA is not counted, since sqlx sends some to each
///   new connection of SQLite;
/// - the wait for a connection is there where sqlx is told to say so (`PoolOptions::acquire_time_level`), or where it
///   was long (`acquire_slow_threshold`).
///
/// Nothing is seen where `disable_statement_logging()`, or a level below DEBUG, switches the events off.
/// `tachograph-sqlx` measures all of it, and where both are in use it is the one that counts.
///
/// # Panics
/// Not this, but `.with(layer)` on what `tracing_subscriber::fmt()` built: that subscriber takes no layer that filters
/// for itself, and tracing-subscriber says so by a panic. Build it from `tracing_subscriber::registry()` and
/// `fmt::layer()`.
pub fn layer<S>(handle: &Handle) -> impl Layer<S> + Send + Sync + use<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    Builder::new(handle).layer()
}

/// Configures the [`layer`].
#[derive(Debug, Clone)]
#[must_use = "nothing is measured before `layer` is in a subscriber"]
pub struct Builder {
    handle: Handle,
    log: Targets,
    spans: LevelFilter,
    queries: bool,
    queries_in_log: bool,
    database: Database,
    aws_operations: bool,
}

impl Builder {
    /// The defaults, for the requests of `handle`.
    pub fn new(handle: &Handle) -> Self {
        let rust_log = std::env::var("RUST_LOG").ok();
        tell_once(&selection::unreadable(rust_log.as_deref()));
        Builder {
            handle: handle.clone(),
            log: selection::from_environment(rust_log.as_deref()),
            spans: LevelFilter::INFO,
            queries: true,
            queries_in_log: false,
            database: Database::new("other_sql", "sqlx".into()),
            aws_operations: true,
        }
    }

    /// Which events become lines of the exporters' log. Default: what `RUST_LOG` says, as far as it speaks of targets
    /// and levels, else INFO; what cannot be read of it is told once on stderr.
    pub fn log(mut self, targets: Targets) -> Self {
        self.log = targets;
        self
    }

    /// Up to which level spans become parts of their request, and carry it to work that is spawned with them. Default
    /// INFO. Spans of hyper, tower, sqlx and their like are never taken beyond INFO.
    pub fn spans(mut self, level: LevelFilter) -> Self {
        self.spans = level;
        self
    }

    /// Whether sqlx's events become database calls. Default true. Without them, they are events like any other.
    pub fn queries(mut self, queries: bool) -> Self {
        self.queries = queries;
        self
    }

    /// Whether sqlx's events are lines of the log too when they were counted as a call of a request; the statement is
    /// then shown without its literals. Default false.
    pub fn queries_in_log(mut self, queries: bool) -> Self {
        self.queries_in_log = queries;
        self
    }

    /// Whose queries sqlx's events are about, for services with one database: OpenTelemetry's `db.system.name` and a
    /// name. Default `other_sql` and `sqlx`, because the events do not tell; what SQLite's threads say is known to be
    /// `sqlite`.
    pub fn database(mut self, system: &'static str, name: &str) -> Self {
        self.database = Database::new(system, name.into());
        self
    }

    /// Whether the spans that the AWS SDK makes around its operations become external calls. Default true.
    ///
    /// Such a span says which service and operation it is, when it begins and when it is over. It does not say how that
    /// ended, so that the outcome is `unknown`; nor the status, how often it was tried, what it worked on, or the id that
    /// AWS gave it; nor whether it was sent at all, so that a request which is only presigned is a call too, a short one.
    /// No trace header is sent along. `tachograph-aws-sdk` measures all of it, and where both are in use it is the one
    /// that counts.
    pub fn aws_operations(mut self, operations: bool) -> Self {
        self.aws_operations = operations;
        self
    }

    /// The layer. From now on requests of the instance are given a span.
    pub fn layer<S>(self) -> impl Layer<S> + Send + Sync + use<S>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        accompany(&self.handle, true);
        let selection = Selection::new(self.spans, &self.log, self.queries, self.aws_operations);
        let mut recorder = Recorder::new(self.handle, self.log, self.spans);
        recorder.queries = self.queries.then_some(self.database);
        recorder.queries_in_log = self.queries_in_log;
        recorder.with_filter(selection)
    }
}

/// `RUST_LOG` is read by more than us, so what we cannot read is no error; but whoever wrote it should know.
fn tell_once(unreadable: &[&str]) {
    static TOLD: Once = Once::new();
    if !unreadable.is_empty() {
        TOLD.call_once(|| {
            let directives = unreadable.join(", ");
            // `eprintln!` would panic where stderr is closed.
            let _ = writeln!(
                std::io::stderr(),
                "tachograph: of RUST_LOG, this is no target with a level, and is left out: {directives}"
            );
        });
    }
}
