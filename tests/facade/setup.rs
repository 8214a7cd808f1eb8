//! Instances, side by side and in a row.

#[cfg(feature = "json")]
use std::fs;

#[cfg(feature = "json")]
use tachograph::{Config, Tachograph};

#[cfg(feature = "json")]
#[test]
fn the_guard_writes_what_is_left_when_it_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lines.log");
    let config = format!("[exporters.json]\noutput = 'file:{}'", path.display());
    let guard = Tachograph::builder().service("jobs").config(Config::from_toml(&config).unwrap()).build().unwrap();
    let mut task = Box::pin(guard.handle().task("never ends", std::future::pending::<()>()));
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(task.as_mut().poll(&mut cx).is_pending());
    drop(guard);
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    for part in
        [r#""event":"task""#, r#""service":"jobs""#, r#""outcome":"open_at_shutdown""#, r#""name":"never ends""#]
    {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn several_instances_do_not_see_each_other() {
    let one = tachograph::testing::instance();
    let other = tachograph::testing::instance();
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    let mut task = Box::pin(one.handle().task("one", async {}));
    assert!(task.as_mut().poll(&mut cx).is_ready());
    assert_eq!((one.records().len(), other.records().len()), (1, 0));
}

#[cfg(feature = "json")]
#[test]
fn what_was_dropped_or_lost_is_told_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lines.log");
    let config = format!("[exporters.json]\noutput = 'file:{}'", path.display());
    let guard = Tachograph::builder().config(Config::from_toml(&config).unwrap()).build().unwrap();
    let lost = async {
        tachograph::cache_call("flags", "GET").measure(async {}).await;
        guard.handle().task("t", async { _ = tachograph::request().field("status_code", 1) }).await;
    };
    let lost = guard.handle().scope(lost);
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(Box::pin(lost).as_mut().poll(&mut cx).is_ready());
    drop(guard);
    let text = fs::read_to_string(&path).unwrap();
    let line = r#""level":"warning","logger":"tachograph","message":"not everything could be kept or attributed since the start""#;
    assert!(text.contains(line) && text.contains(r#""unattributed_calls":1,"fields_refused":1}"#), "{text}");
}

/// Loses one more thing when it is shut down.
#[cfg(feature = "json")]
#[derive(Debug)]
struct Losing {
    lost: std::sync::atomic::AtomicU64,
    in_time: bool,
}

#[cfg(feature = "json")]
impl tachograph::Exporter for Losing {
    fn name(&self) -> &str {
        "losing"
    }
    fn record(&self, _: &tachograph::Record) {}
    fn shows_events(&self) -> bool {
        false
    }
    fn shutdown(&self, _: std::time::Duration) -> bool {
        self.lost.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        self.in_time
    }
    fn dropped(&self) -> Vec<(&'static str, u64)> {
        let lost = self.lost.load(std::sync::atomic::Ordering::Relaxed);
        vec![("buffer_full", lost), ("too_long", 0)]
    }
}

/// What is said on stderr at the end of an instance that this case sets up: in a process of its own.
#[cfg(feature = "json")]
fn last_words(case: &str) -> String {
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "setup::what_exporters_lost_is_told_at_the_end", "--nocapture"])
        .env("LAST_WORDS_OF", case)
        .output()
        .unwrap();
    assert!(child.status.success(), "{child:?}");
    String::from_utf8(child.stderr).unwrap().lines().filter(|line| line.starts_with("tachograph")).collect()
}

#[cfg(feature = "json")]
#[test]
fn what_exporters_lost_is_told_at_the_end() {
    let losing = |lost: u64, in_time| Losing { lost: lost.into(), in_time };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lines.log");
    let json = format!("[exporters.json]\noutput = 'file:{}'", path.display());
    let end = |config: &str, losing| {
        drop(Tachograph::builder().config(Config::from_toml(config).unwrap()).exporter(losing).build().unwrap());
    };
    match std::env::var("LAST_WORDS_OF").as_deref() {
        Ok("late") => return end(&json, losing(6, false)),
        Ok("in time") => return end(&json, losing(6, true)),
        Ok("in time, unseen") => return end("[exporters]", losing(6, true)),
        _ => end(&json, losing(6, true)),
    }
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(r#""level":"warning""#) && text.contains(r#""losing_buffer_full":6}"#), "{text}");
    let late = "tachograph: not everything was sent within 3 s of shutting down: losing lost 7 (buffer_full)";
    assert_eq!(last_words("late"), late);
    assert_eq!(last_words("in time"), "tachograph: not everything was sent: losing lost 1 (buffer_full)");
    assert_eq!(last_words("in time, unseen"), "tachograph: not everything was sent: losing lost 7 (buffer_full)");
}

#[test]
fn there_is_one_instance_for_the_process_and_it_is_found_without_a_handle() {
    let guard = tachograph::builder!().install().unwrap();
    assert_eq!(guard.handle().service().name, "tachograph");
    assert!(tachograph::Handle::current().is_some_and(|current| current.is_same(guard.handle())));
    let error = tachograph::builder!().install().unwrap_err().to_string();
    assert!(error.contains("set up already") && error.contains("build()"), "{error}");
}

/// Set in the process that the test below starts.
#[cfg(all(feature = "axum", feature = "json"))]
const CHILD: &str = "SETUP_TEST_CHILD";

#[cfg(all(feature = "axum", feature = "json"))]
#[tokio::test]
async fn a_guard_that_is_dropped_at_once_is_told_of() {
    use axum::{Router, body::Body, http::Request, routing::get};
    use tower::ServiceExt;

    if std::env::var_os(CHILD).is_some() {
        let _ = Tachograph::builder().install().unwrap();
        let app = Router::new().route("/", get(async || "")).layer(tachograph::axum::layer());
        for _ in 0..2 {
            app.clone().oneshot(Request::new(Body::empty())).await.unwrap();
        }
        return;
    }
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "setup::a_guard_that_is_dropped_at_once_is_told_of", "--nocapture"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    let told = String::from_utf8(child.stderr).unwrap();
    assert_eq!(told.matches("the guard was dropped").count(), 1, "{told}");
    assert!(told.contains("let _guard = "), "{told}");
}

#[cfg(feature = "prometheus")]
#[test]
fn where_nobody_shows_what_is_logged_that_is_known() {
    use tachograph::{Config, Tachograph};

    let shown = |file: &str| {
        let guard = Tachograph::builder().config(Config::from_toml(file).unwrap()).build().unwrap();
        guard.handle().exporters().any(|exporter| exporter.shows_events())
    };
    assert!(!shown("[exporters.prometheus]"), "the line at start goes to stderr then");
    #[cfg(feature = "json")]
    assert!(shown("[exporters.prometheus]\n[exporters.json]\noutput = 'stderr'"));
}
