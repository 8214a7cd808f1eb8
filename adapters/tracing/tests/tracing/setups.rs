//! The ways in which people put their subscribers together.

use std::io;
use std::panic::catch_unwind;
use std::sync::{Arc, Mutex};

use tachograph_core::testing;
use tachograph_tracing::{AlreadyInstalled, Builder, Hidden, check, install, layer, subscriber};
use tracing::level_filters::LevelFilter;
use tracing::subscriber::{NoSubscriber, with_default};
use tracing::{Level, Subscriber};
use tracing_subscriber::filter::{EnvFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::prelude::*;

use crate::{info, instance, query_event};

#[derive(Clone, Default)]
struct Output(Arc<Mutex<Vec<u8>>>);

impl Output {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Output {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

macro_rules! fmt_layer {
    ($output:expr) => {
        tracing_subscriber::fmt::layer().without_time().with_ansi(false).with_writer($output.clone())
    };
}

/// A service at work, in a span of its own as tower-http opens one; true where its query was counted.
fn work(instance: &testing::Instance) -> bool {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let request = instance.record(async {
        tracing::info!("inside");
        tracing::info_span!("part", id = 7).in_scope(|| {
            tracing::debug!(target: "my_app", "quiet");
            query_event!("SELECT 1", "", returned: 1, affected: 0);
            tracing::info!("deeper");
        });
    });
    let ((), record) =
        runtime.block_on(tracing::Instrument::instrument(request, tracing::info_span!("http", method = "GET")));
    tracing::info!("outside");
    record.database().count() == 1
}

#[test]
fn beside_the_users_own_layer_everything_is_seen_and_its_output_stays() {
    for filter in ["info", "info,my_app=debug", "warn,sqlx=debug", "off"] {
        let filter: Targets = filter.parse().unwrap();
        let (without, with, before) = (Output::default(), Output::default(), Output::default());
        let instance = testing::instance();
        with_default(tracing_subscriber::registry().with(fmt_layer!(without).with_filter(filter.clone())), || {
            work(&instance);
        });
        let after_theirs = tracing_subscriber::registry()
            .with(fmt_layer!(with).with_filter(filter.clone()))
            .with(layer(instance.handle()));
        with_default(after_theirs, || {
            assert_eq!(check(), Ok(()));
            assert!(work(&instance));
        });
        let before_theirs =
            tracing_subscriber::registry().with(layer(instance.handle())).with(fmt_layer!(before).with_filter(filter));
        with_default(before_theirs, || {
            assert!(work(&instance));
            assert_eq!(check(), Ok(()));
        });
        assert_eq!(with.text(), without.text());
        assert_eq!(before.text(), without.text());
    }
}

#[test]
fn an_env_filter_on_the_users_own_layer_hides_nothing() {
    let (output, instance) = (Output::default(), testing::instance());
    let subscriber = tracing_subscriber::registry()
        .with(fmt_layer!(output).with_filter(EnvFilter::new("info")))
        .with(layer(instance.handle()));
    with_default(subscriber, || {
        assert_eq!(check(), Ok(()));
        assert!(work(&instance));
    });
    assert!(output.text().contains("http{method=\"GET\"}:part{id=7}: tracing::setups: deeper"), "{}", output.text());
}

#[test]
fn the_first_request_says_once_that_queries_are_hidden() {
    let instance = testing::instance();
    let hidden = tracing_subscriber::registry().with(EnvFilter::new("info")).with(layer(instance.handle()));
    with_default(hidden, || {
        assert!(!work(&instance));
        assert!(!work(&instance));
    });
    let warnings: Vec<_> = instance.log().into_iter().filter(|line| line.target == "tachograph").collect();
    let [warning] = warnings.as_slice() else { panic!("{warnings:?}") };
    assert_eq!((warning.level, &warning.message), (tachograph_core::Level::Warning, &Hidden::Filtered.to_string()));

    let instance = testing::instance();
    with_default(tracing_subscriber::registry().with(layer(instance.handle())), || assert!(work(&instance)));
    assert!(instance.log().iter().all(|line| line.target != "tachograph"));
}

#[test]
fn a_global_filter_is_told() {
    for before in [false, true] {
        let (output, instance) = (Output::default(), testing::instance());
        let work = || {
            assert_eq!(check(), Err(Hidden::Filtered));
            assert!(!work(&instance), "which is why it has to be told");
        };
        let filter = EnvFilter::new("info");
        let ours = Builder::new(instance.handle()).log(info());
        let all = tracing_subscriber::registry();
        if before {
            with_default(all.with(filter).with(fmt_layer!(output)).with(ours.layer()), work);
        } else {
            with_default(all.with(ours.layer()).with(fmt_layer!(output)).with(filter), work);
        }
        assert!(output.text().contains("outside"));
        assert_eq!(instance.log().len(), 4, "the rest is there, and the warning");
    }
    assert!(Hidden::Filtered.to_string().contains(".with_filter(..)"));
}

#[test]
fn a_global_filter_that_lets_sqlx_pass_is_none() {
    let instance = testing::instance();
    let filter = EnvFilter::new("info,sqlx=debug,tachograph=debug");
    with_default(tracing_subscriber::registry().with(filter).with(layer(instance.handle())), || {
        assert_eq!(check(), Ok(()));
        assert!(work(&instance));
    });
}

#[test]
fn a_filter_around_our_layer_is_told() {
    let _callsites = crate::callsites();
    let instance = testing::instance();
    // Another layer wants the events, so that they are not switched off for everybody.
    let all = fmt_layer!(Output::default()).with_filter(LevelFilter::DEBUG);
    let ours = layer(instance.handle()).with_filter(EnvFilter::new("info"));
    with_default(tracing_subscriber::registry().with(all).with(ours), || {
        assert_eq!(check(), Err(Hidden::Filtered));
    });
}

#[test]
fn no_layer_is_told() {
    let _callsites = crate::callsites();
    with_default(NoSubscriber::default(), || assert_eq!(check(), Err(Hidden::NoLayer)));
    with_default(tracing_subscriber::registry(), || assert_eq!(check(), Err(Hidden::NoLayer)));
}

/// tracing-subscriber's own words at start, which the documentation of `layer` explains: nothing of ours could be kept
/// from panicking later.
#[test]
fn what_fmt_builds_takes_no_layer_with_a_filter() {
    let panicked = catch_unwind(|| {
        let instance = testing::instance();
        let _ = tracing_subscriber::fmt().with_env_filter("info").finish().with(layer(instance.handle()));
    });
    let message = panicked.unwrap_err().downcast::<String>().unwrap();
    assert!(message.contains("does not currently support filters"), "{message}");
}

#[test]
fn callsites_that_nobody_wants_stay_switched_off() {
    let _callsites = crate::callsites();
    let instance = testing::instance();
    let subscriber = subscriber(instance.handle());
    assert_eq!(subscriber.max_level_hint(), Some(LevelFilter::DEBUG));
    with_default(subscriber, || {
        assert!(!tracing::enabled!(target: "unrelated", Level::DEBUG));
        let evaluated = || -> u64 { panic!("nobody has asked") };
        tracing::debug!(target: "unrelated", value = evaluated());
        tracing::trace!(target: "sqlx::query", value = evaluated());
        assert!(tracing::debug_span!(target: "unrelated", "span").is_disabled());
    });
}

#[test]
fn where_a_subscriber_is_installed_another_is_refused() {
    instance();
    assert_eq!(install(testing::instance().handle()), Err(AlreadyInstalled));
    assert!(AlreadyInstalled.to_string().contains("installed already"));
}
