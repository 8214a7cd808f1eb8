//! Which spans and events reach the layer.

use tachograph_core::MEASURED_TARGET;
use tracing::level_filters::LevelFilter;
use tracing::subscriber::Interest;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, Filter};

use crate::request_span::REQUEST_TARGET;
use crate::{aws_sdk, query};

/// Spans and events are chosen apart: a quiet log must not cost the spans that carry a request to spawned work.
///
/// Made of `Targets` alone, every answer is the same each time, so that callsites nobody wants stay switched off.
#[derive(Debug, Clone)]
pub(crate) struct Selection {
    spans: Targets,
    events: Targets,
}

/// Crates whose own spans are no parts of anybody's request, however much the user wants to see.
const INTERNALS: [&str; 15] = [
    "aws_config",
    "aws_runtime",
    "aws_sdk",
    "aws_sigv4",
    "aws_smithy",
    "h2",
    "hyper",
    "hyper_util",
    "mio",
    "reqwest",
    "rustls",
    "sqlx",
    "tokio",
    "tonic",
    "tower",
];

impl Selection {
    /// Spans up to `spans`, the events of `log`, and what is needed for `queries` and `aws_operations`.
    pub(crate) fn new(spans: LevelFilter, log: &Targets, queries: bool, aws_operations: bool) -> Self {
        let mut spans = Targets::new()
            .with_default(spans)
            .with_targets(INTERNALS.map(|target| (target, spans.min(LevelFilter::INFO))))
            .with_target(REQUEST_TARGET, LevelFilter::DEBUG);
        let mut events = log.clone();
        if queries {
            // The span that probes whether the events come through passes as they do.
            spans = spans.with_target(query::QUERY, LevelFilter::DEBUG);
            events =
                events.with_target(query::QUERY, LevelFilter::DEBUG).with_target(query::ACQUIRE, LevelFilter::DEBUG);
        }
        if aws_operations {
            spans = spans.with_target(aws_sdk::SERVICES, LevelFilter::DEBUG);
        }
        if queries || aws_operations {
            spans = spans.with_target(MEASURED_TARGET, LevelFilter::DEBUG);
        }
        Selection { spans, events }
    }

    fn targets(&self, metadata: &Metadata<'_>) -> &Targets {
        if metadata.is_span() { &self.spans } else { &self.events }
    }
}

impl<S: Subscriber> Filter<S> for Selection {
    fn enabled(&self, metadata: &Metadata<'_>, context: &Context<'_, S>) -> bool {
        Filter::<S>::enabled(self.targets(metadata), metadata, context)
    }

    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        Filter::<S>::callsite_enabled(self.targets(metadata), metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        let spans = Filter::<S>::max_level_hint(&self.spans);
        let events = Filter::<S>::max_level_hint(&self.events);
        spans.zip(events).map(|(spans, events)| spans.max(events))
    }
}

/// What `RUST_LOG` says, else INFO. Directives that look at spans or fields are left out, as are those that cannot be
/// read.
pub(crate) fn from_environment(rust_log: Option<&str>) -> Targets {
    let readable: Vec<&str> = directives(rust_log).filter(|directive| is_readable(directive)).collect();
    if readable.is_empty() {
        return Targets::new().with_default(LevelFilter::INFO);
    }
    readable.join(",").parse().unwrap_or_else(|_| Targets::new().with_default(LevelFilter::INFO))
}

/// Those that are left out.
pub(crate) fn unreadable(rust_log: Option<&str>) -> Vec<&str> {
    directives(rust_log).filter(|directive| !is_readable(directive)).collect()
}

fn directives(rust_log: Option<&str>) -> impl Iterator<Item = &str> {
    rust_log.unwrap_or_default().split(',').map(str::trim).filter(|directive| !directive.is_empty())
}

fn is_readable(directive: &str) -> bool {
    !directive.contains('[') && directive.parse::<Targets>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing::Level;

    #[test]
    fn of_the_aws_sdk_only_the_spans_of_operations_are_needed() {
        let wanted = |operations: bool, target: &str| {
            let selection = Selection::new(LevelFilter::DEBUG, &Targets::new(), false, operations);
            selection.spans.would_enable(target, &Level::DEBUG)
        };
        for (target, with, without) in [
            ("aws_sdk_s3::operation::get_object", true, false),
            ("aws_smithy_runtime::client::orchestrator", false, false),
            ("aws_config::sso", false, false),
            (MEASURED_TARGET, true, true),
            ("my_app", true, true),
        ] {
            assert_eq!((wanted(true, target), wanted(false, target)), (with, without), "{target}");
        }
        let neither = Selection::new(LevelFilter::INFO, &Targets::new(), false, false);
        assert!(!neither.spans.would_enable(MEASURED_TARGET, &Level::DEBUG));
    }

    #[test]
    fn the_log_is_what_rust_log_says() {
        let targets = from_environment(Some("warn, my_app=debug,other[span{id}]=trace,=nonsense=,"));
        assert!(targets.would_enable("my_app::users", &Level::DEBUG));
        assert!(targets.would_enable("other", &Level::WARN));
        assert!(!targets.would_enable("other", &Level::INFO));
    }

    #[test]
    fn what_cannot_be_read_of_rust_log_can_be_told() {
        assert_eq!(
            unreadable(Some("warn, my_app=loud,other[span]=trace, ,my_app=debug")),
            ["my_app=loud", "other[span]=trace"]
        );
        assert!(unreadable(None).is_empty());
    }

    #[test]
    fn without_rust_log_it_is_info() {
        for nothing in [None, Some(""), Some("[span]=debug")] {
            let targets = from_environment(nothing);
            assert!(targets.would_enable("my_app", &Level::INFO));
            assert!(!targets.would_enable("my_app", &Level::DEBUG));
        }
    }
}
