//! The span around sqlx that says: this is counted already.

use tachograph_core::MEASURED_TARGET;
use tracing::{Level, Span};

/// To be entered wherever sqlx is polled or dropped on behalf of a call that is measured here. Nothing, and next to free,
/// unless a subscriber wants it.
pub(crate) fn marker() -> Span {
    // Asked first, because a span that no subscriber wants can still become a line of the `log` crate.
    if tracing::span_enabled!(target: MEASURED_TARGET, Level::DEBUG) {
        tracing::debug_span!(target: MEASURED_TARGET, "measured")
    } else {
        Span::none()
    }
}

#[cfg(test)]
mod tests {
    use std::fmt;
    use std::time::Duration;

    use sqlx::{Executor as _, SqlitePool};
    use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
    use tracing::field::{Field, Visit};
    use tracing::{Event, Subscriber};
    use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
    use tracing_subscriber::registry::LookupSpan;

    use super::*;
    use crate::Measured as _;

    /// Tells the summary of each of sqlx's queries, and whether it was logged inside the marker.
    struct Watch(UnboundedSender<(String, bool)>);

    impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Watch {
        fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
            if event.metadata().target() == "sqlx::query" {
                let mut summary = Summary::default();
                event.record(&mut summary);
                let mut spans = context.event_scope(event).into_iter().flatten();
                let marked = spans.any(|span| span.metadata().target() == MEASURED_TARGET);
                let _ = self.0.send((summary.0, marked));
            }
        }
    }

    #[derive(Default)]
    struct Summary(String);

    impl Visit for Summary {
        fn record_str(&mut self, field: &Field, value: &str) {
            if field.name() == "summary" {
                self.0 = value.to_owned();
            }
        }

        fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
    }

    async fn logged(events: &mut UnboundedReceiver<(String, bool)>) -> (String, bool) {
        tokio::time::timeout(Duration::from_secs(10), events.recv()).await.expect("sqlx logs the query").unwrap()
    }

    #[tokio::test]
    async fn what_sqlx_logs_of_a_measured_query_is_inside_the_marker_and_nothing_else_is() {
        let (sender, mut events) = unbounded_channel();
        // SQLite logs on a thread of its own, which only the global subscriber reaches.
        tracing::subscriber::set_global_default(tracing_subscriber::registry().with(Watch(sender))).unwrap();
        let options = sqlx::sqlite::SqlitePoolOptions::new().max_connections(1);
        let pool: SqlitePool = options.connect("sqlite::memory:").await.unwrap();
        while events.try_recv().is_ok() {}
        let pool = pool.measured("main");

        let expect = async |events: &mut UnboundedReceiver<_>, summary: &str, marked: bool| {
            assert_eq!(logged(events).await, (summary.to_owned(), marked));
        };
        sqlx::query("SELECT 1").fetch_all(&pool).await.unwrap();
        expect(&mut events, "SELECT 1", true).await;
        sqlx::query("SELECT 2").fetch_optional(&pool).await.unwrap();
        expect(&mut events, "SELECT 2", true).await;
        pool.inner().execute("SELECT 3").await.unwrap();
        expect(&mut events, "SELECT 3", false).await;
        let mut tx = pool.begin().await.unwrap();
        sqlx::query("SELECT 4").execute(&mut *tx).await.unwrap();
        expect(&mut events, "SELECT 4", true).await;
        sqlx::query("SELECT 5").fetch_one(tx.here()).await.unwrap();
        expect(&mut events, "SELECT 5", true).await;
        sqlx::query("SELECT 6").execute(tx.inner_mut()).await.unwrap();
        expect(&mut events, "SELECT 6", false).await;
        tx.commit().await.unwrap();
        sqlx::query("SELECT 7").execute(pool.inner()).await.unwrap();
        expect(&mut events, "SELECT 7", false).await;
    }
}
