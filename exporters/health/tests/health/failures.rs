//! Checks that misbehave, and what the log says of them.

use std::fmt;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, mpsc};

use tachograph_core::testing::LogLine;
use tachograph_core::{FieldValue, Level};
use tokio::runtime;

use super::*;

fn line(level: Level, message: &str, fields: &[(&str, &str)]) -> LogLine {
    LogLine {
        level,
        target: "tachograph.health".to_owned(),
        message: message.to_owned(),
        fields: fields.iter().map(|(name, value)| ((*name).to_owned(), FieldValue::from(*value))).collect(),
        request_id: None,
    }
}

#[tokio::test]
async fn an_error_goes_to_the_log_and_not_into_the_answer() {
    let instance = instance();
    let health = health(&instance).with("database", ill);
    let (_, answer) = ask(&health, "/health").await;
    assert_eq!(answer, body("degraded", r#""database":"error","#));
    let fields = [("check", "database"), ("state", "error"), ("error_message", "password `hunter2` refused")];
    assert_eq!(instance.log(), [line(Level::Error, "health check `database` failed", &fields)]);
}

#[tokio::test]
async fn the_log_has_what_an_error_comes_from() {
    #[derive(Debug)]
    struct Sending(std::io::Error);
    impl fmt::Display for Sending {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("error sending request")
        }
    }
    impl std::error::Error for Sending {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&self.0)
        }
    }
    let instance = instance();
    let check = || async { Err::<(), _>(Sending(std::io::Error::other("x".repeat(5000)))) };
    let health = health(&instance).with_optional("partner", check);
    ask(&health, "/health").await;
    let source = "x".repeat(1024);
    let fields = [
        ("check", "partner"),
        ("state", "error"),
        ("error_message", "error sending request"),
        ("error_chain", &*source),
    ];
    assert_eq!(instance.log(), [line(Level::Warning, "health check `partner` failed", &fields)]);
}

#[tokio::test(start_paused = true)]
async fn the_log_has_one_line_for_each_change() {
    let instance = instance();
    let now = Arc::new(Mutex::new("error"));
    let doing = Arc::clone(&now);
    let check = move || {
        let doing = *doing.lock().unwrap();
        async move {
            match doing {
                "connected" => well().await,
                "timeout" => hanging().await,
                _ => ill().await,
            }
        }
    };
    let health = health_with(&instance, |settings| settings.cache = Duration::ZERO).with("database", check);
    for state in ["connected", "connected", "error", "error", "error", "timeout", "timeout", "connected", "connected"] {
        *now.lock().unwrap() = state;
        assert!(ask(&health, "/health").await.1.contains(&format!(r#""database":"{state}""#)));
    }
    let (check, error) = (("check", "database"), ("error_message", "password `hunter2` refused"));
    assert_eq!(
        instance.log(),
        [
            line(Level::Error, "health check `database` failed", &[check, ("state", "error"), error]),
            line(Level::Error, "health check `database` took too long", &[check, ("state", "timeout")]),
            line(Level::Info, "health check `database` is well again", &[check, ("state", "connected")]),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_check_that_panics_is_an_error() {
    let instance = instance();
    let health = health(&instance)
        .with("future", || async { if true { panic!("in the future") } else { well().await } })
        .with("closure", || {
            assert!(std::hint::black_box(false), "in the closure");
            well()
        })
        .with("database", well);
    for _ in 0..2 {
        let degraded = body("degraded", r#""future":"error","closure":"error","database":"connected","#);
        assert_eq!(ask(&health, "/health").await, (503, degraded));
        tokio::time::advance(SECOND).await;
    }
    let log = instance.log();
    assert_eq!(log.len(), 2);
    for (line, what) in log.iter().zip(["in the future", "in the closure"]) {
        let (name, message) = &line.fields[2];
        assert_eq!(name, "error_message");
        assert!(matches!(message, FieldValue::String(text) if text.contains(what)), "{message:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_whose_text_panics_is_an_error() {
    struct Broken;
    impl fmt::Display for Broken {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("no text")
        }
    }
    impl fmt::Debug for Broken {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("Broken")
        }
    }
    impl std::error::Error for Broken {}
    let instance = instance();
    let health = health(&instance).with("database", || async { Err::<(), _>(Broken) });
    assert_eq!(ask(&health, "/health").await, (503, body("degraded", r#""database":"error","#)));
    let fields = [("check", "database"), ("state", "error"), ("error_message", "")];
    assert_eq!(instance.log(), [line(Level::Error, "health check `database` failed", &fields)]);
}

/// Such a check cannot be stopped: each further run of it would hold one more thread.
#[test]
fn a_check_that_blocks_its_thread_is_begun_once() {
    let runtime = runtime::Builder::new_multi_thread().worker_threads(3).enable_time().build().unwrap();
    let instance = instance();
    let (release, held) = mpsc::channel::<()>();
    let (held, begun, over) = (Mutex::new(Some(held)), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let (count, done) = (Arc::clone(&begun), Arc::clone(&over));
    let check = move || {
        count.fetch_add(1, Ordering::SeqCst);
        let (held, done) = (held.lock().unwrap().take(), Arc::clone(&done));
        async move {
            if let Some(held) = held {
                let _ = held.recv();
                done.store(true, Ordering::SeqCst);
            }
            well().await
        }
    };
    let hasty = |settings: &mut Settings| {
        settings.cache = Duration::ZERO;
        settings.timeout = Duration::from_millis(20);
    };
    let health = health_with(&instance, hasty).with("database", check);
    runtime.block_on(async {
        for _ in 0..3 {
            assert_eq!(ask(&health, "/health").await, (503, body("degraded", r#""database":"timeout","#)));
        }
        assert_eq!((begun.load(Ordering::SeqCst), over.load(Ordering::SeqCst)), (1, false));
        release.send(()).unwrap();
        while ask(&health, "/health").await.0 != 200 {
            tokio::task::yield_now().await;
        }
        assert!(begun.load(Ordering::SeqCst) > 1 && over.load(Ordering::SeqCst));
    });
}

#[test]
fn outside_a_runtime_checks_are_errors_and_the_log_says_why() {
    let instance = instance();
    let health = health(&instance).with("database", well);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    for (path, expected) in [
        ("/livez", (200, body("ok", ""))),
        ("/readyz", (503, body("degraded", r#""database":"error","#))),
        ("/health", (503, body("degraded", r#""database":"error","#))),
    ] {
        let asked = std::pin::pin!(ask(&health, path));
        assert_eq!(asked.poll(&mut context), std::task::Poll::Ready(expected));
    }
    let why = "checks need a runtime of tokio, and there is none here";
    let fields = [("check", "database"), ("state", "error"), ("error_message", why)];
    assert_eq!(instance.log(), [line(Level::Error, "health check `database` failed", &fields)]);
}
