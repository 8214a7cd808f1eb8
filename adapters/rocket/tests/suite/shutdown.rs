//! What is still open at the end, and who holds the guard until then.

use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use rocket::{Build, Rocket, State, get, routes};
use tachograph_core::{Handle, Outcome};
use tachograph_loopback::{Recorder, get_and_close, send, talk, within};
use tachograph_rocket::measure;
use tokio::sync::Notify;

use crate::server::{RecorderFairing, client, get as fetch, rocket, serve};

/// A guard such as `init!` returns, which says when it is dropped.
struct Guard {
    handle: Handle,
    dropped: std::sync::mpsc::Sender<std::thread::ThreadId>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.handle.shutdown(Duration::ZERO);
        let _ = self.dropped.send(std::thread::current().id());
    }
}

fn guard(handle: &Handle) -> (Guard, Receiver<std::thread::ThreadId>) {
    let (dropped, told) = channel();
    (Guard { handle: handle.clone(), dropped }, told)
}

#[get("/hello")]
fn hello() -> &'static str {
    "hello"
}

#[get("/slow")]
async fn slow(entered: &State<Arc<Notify>>) {
    entered.notify_one();
    std::future::pending::<()>().await;
}

#[get("/blocked")]
fn blocked(entered: &State<Arc<Notify>>, barrier: &State<Arc<Barrier>>) {
    entered.notify_one();
    barrier.wait();
}

/// A runtime such as `#[launch]` makes, which it ends before it drops rocket.
fn run<F: Future>(work: F, end: Duration) -> F::Output {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(3).enable_all().build().unwrap();
    let output = runtime.block_on(work);
    runtime.shutdown_timeout(end);
    output
}

/// rocket that gives what is open no time.
fn impatient() -> Rocket<Build> {
    rocket().configure(rocket().figment().clone().merge(("shutdown.grace", 0)))
}

const LONG: Duration = Duration::from_secs(20);

#[test]
fn what_the_fairing_owns_is_dropped_with_rocket() {
    let mut recorder = Recorder::new();
    let (guard, dropped) = guard(&recorder.handle);
    let app = impatient().mount("/", routes![hello]).attach(recorder.fairing().owning(guard));
    let work = async {
        let server = serve(app).await;
        assert!(talk(server.address, get_and_close("/hello")).await.ends_with(b"hello"));
        assert_eq!(recorder.only().await.outcome(), Outcome::Completed);
        server.shutdown.notify();
        within(server.launched).await.unwrap().unwrap()
    };
    let rocket = run(work, LONG);
    assert!(dropped.try_recv().is_err());
    drop(rocket);
    assert_eq!(dropped.try_recv(), Ok(std::thread::current().id()), "where rocket is dropped, off the runtime");
}

#[test]
fn requests_that_are_open_still_are_recorded_before_rocket_gives_up() {
    let mut recorder = Recorder::new();
    let (guard, dropped) = guard(&recorder.handle);
    let entered = Arc::new(Notify::new());
    let app = impatient()
        .manage(Arc::clone(&entered))
        .mount("/", measure(routes![slow]))
        .attach(recorder.fairing().owning(guard));
    let work = async {
        let server = serve(app).await;
        let _stream = send(server.address, get_and_close("/slow")).await;
        within(entered.notified()).await;
        server.shutdown.notify();
        let record = recorder.only().await;
        assert_eq!((record.outcome(), record.status_code()), (Outcome::OpenAtShutdown, None));
        assert_eq!(record.route(), Some("/slow"));
        within(server.launched).await.unwrap()
    };
    let stuck = run(work, LONG).expect_err("the handler is still there");
    assert_ne!(dropped.recv_timeout(LONG), Ok(std::thread::current().id()));
    // An error that nobody has looked at panics.
    let _seen = stuck.kind();
    drop(stuck);
    assert!(dropped.try_recv().is_err(), "only once");
    assert_eq!(recorder.rest().len(), 0, "what ends later is recorded already");
}

#[test]
fn a_handler_that_blocks_its_thread_takes_nothing_with_it() {
    let mut recorder = Recorder::new();
    let (guard, dropped) = guard(&recorder.handle);
    let entered = Arc::new(Notify::new());
    let barrier = Arc::new(Barrier::new(2));
    let app = impatient()
        .manage(Arc::clone(&entered))
        .manage(Arc::clone(&barrier))
        .mount("/", routes![blocked])
        .attach(recorder.fairing().owning(guard));
    let work = async {
        let server = serve(app).await;
        let _stream = send(server.address, get_and_close("/blocked")).await;
        within(entered.notified()).await;
        server.shutdown.notify();
        within(server.launched).await.unwrap()
    };
    let stuck = run(work, Duration::ZERO).expect_err("the handler is still there");
    dropped.recv_timeout(LONG).expect("rocket is not dropped, and the guard is");
    let outcomes: Vec<_> = recorder.rest().iter().map(|record| record.outcome()).collect();
    assert_eq!(outcomes, [Outcome::OpenAtShutdown]);
    let _seen = stuck.kind();
    drop(stuck);
    barrier.wait();
}

#[tokio::test]
async fn a_shutdown_that_leaves_nothing_open_leaves_the_guard() {
    let recorder = Recorder::new();
    let (guard, dropped) = guard(&recorder.handle);
    let app = impatient().mount("/", routes![hello]).attach(recorder.fairing().owning(guard));
    let server = serve(app).await;
    server.shutdown.notify();
    let rocket = within(server.launched).await.unwrap().unwrap();
    // Twice as long as rocket is given, for one who means to launch it again.
    let kept = tokio::task::spawn_blocking(move || dropped.recv_timeout(Duration::from_secs(1)).is_err());
    assert!(kept.await.unwrap());
    drop(rocket);
    assert!(recorder.handle.is_shut_down());
}

const CHILD: &str = "TACHOGRAPH_ROCKET_TEST_CHILD";

/// What `#[launch]` makes of a guard that is held in its function; run by the test below, to see its stderr.
#[tokio::test]
async fn child() {
    if std::env::var_os(CHILD).is_some() {
        let recorder = Recorder::new();
        let app = {
            let (_guard, _) = guard(&recorder.handle);
            rocket().mount("/", routes![hello]).attach(recorder.fairing())
        };
        let client = client(app).await;
        fetch(&client, "/hello").await;
    }
}

#[test]
fn a_guard_that_is_gone_before_the_launch_is_told_of() {
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "shutdown::child", "--nocapture"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("fairing().owning(guard)"), "{told}");
    assert_eq!(told.matches("tachograph: ").count(), 1, "{told}");
}
