//! Runs a part of the table in one framework.

use std::cmp::Reverse;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use tachograph::core::Level;
use tachograph::testing::Instance;
use tachograph::{Capture, Handle, Record};
use tokio::task::{LocalSet, yield_now};

use crate::app::App;
use crate::case::Case;
use crate::expected::{self, Expected};

/// How much is found out about calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// All there is to know.
    Test,
    /// Places and parameters from the second time on that the same is asked. What the places are called is known after a request
    /// or two.
    Production,
}

/// Runs all cases, and then says which of them are not as they should be.
pub(crate) fn hold(framework: &str, cases: Vec<Case>, ask: impl AsyncFn(&Case, App) -> u16) {
    let wrong = run(async {
        let mut wrong = Vec::new();
        for case in &cases {
            for mode in case.modes {
                let judged = match mode {
                    Mode::Test => judge(case, Mode::Test, &ask).await,
                    Mode::Production => by_and_by(case, &ask).await,
                };
                if let Err(why) = judged {
                    wrong.push(format!("{framework}, {mode:?}, {}: {why}", case.name));
                }
            }
        }
        wrong
    });
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// As in production, until what is found is all there is to find: nobody waits there for the names of places.
pub(crate) fn hold_by_and_by(framework: &str, case: &Case, ask: impl AsyncFn(&Case, App) -> u16) {
    run(by_and_by(case, &ask)).unwrap_or_else(|why| panic!("{framework}, {}: {why}", case.name));
}

async fn by_and_by(case: &Case, ask: &impl AsyncFn(&Case, App) -> u16) -> Result<(), String> {
    let hang = Instant::now() + Duration::from_secs(20);
    loop {
        let judged = judge(case, Mode::Production, ask).await;
        if judged.is_ok() || Instant::now() > hang {
            return judged;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn run<F: Future>(future: F) -> F::Output {
    install_layer();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    LocalSet::new().block_on(&runtime, future)
}

async fn judge(case: &Case, mode: Mode, ask: &impl AsyncFn(&Case, App) -> u16) -> Result<(), String> {
    let app = App::new(case.connections).await;
    let mut capture = Capture::default();
    capture.every_call = mode == Mode::Test;
    (case.configure)(&mut capture);
    let least = capture.thresholds.warning;
    let instance = Instance::build(|builder| builder.clock(app.time.clock()).capture(capture));
    let (status, record) = instance.measure_one(ask(case, app)).await;
    // Tasks that it started may go on, once they have begun.
    for _ in 0..8 {
        yield_now().await;
    }
    while instance.handle().in_flight() > 0 {
        yield_now().await;
    }
    assert_eq!((record.status_code(), record.route()), (Some(status), Some(&*case.route())), "{}", case.name);
    let tasks = instance.records().into_iter().filter(|record| record.task_name().is_some());
    let in_tasks: Vec<_> = tasks.flat_map(|task| task.findings().to_vec()).collect();
    expected::compare(&case.findings, record.findings(), mode)?;
    expected::compare(&case.in_tasks, &in_tasks, mode).map_err(|why| format!("in its tasks, {why}"))?;
    follows(case, &record, least)?;
    match (&case.verdict, record.verdict()) {
        (Some(right), said) if mode == Mode::Test && said != Some(right) => {
            Err(format!("the verdict is {said:?} and should be {right:?}"))
        }
        _ => Ok(()),
    }
}

/// What has to be so of each record, whatever it is of.
fn follows(case: &Case, record: &Record, least: Duration) -> Result<(), String> {
    let is_loud = case.findings.iter().any(|finding| Duration::from_millis(finding.cost) >= least);
    let level = match record.status_code() {
        Some(500..) => Level::Error,
        Some(400..) => Level::Warning,
        _ if is_loud => Level::Warning,
        _ => Level::Info,
    };
    if record.level() != level {
        return Err(format!("its level is {:?} and should be {level:?}", record.level()));
    }
    let is_flagged = !case.findings.is_empty() || level != Level::Info;
    if record.is_flagged() != is_flagged {
        return Err(format!("it should be flagged: {is_flagged}"));
    }
    // Of what failed at once, there is nothing to tell but that.
    let is_explained = record.verdict().is_some_and(|verdict| !verdict.is_empty());
    if is_explained != is_flagged && (is_explained || !case.findings.is_empty()) {
        return Err(format!("it should have a verdict: {is_flagged}"));
    }
    let costs: Vec<_> =
        record.findings().iter().map(|finding| (Expected::comes_last(finding), finding.cost())).collect();
    if !costs.is_sorted_by_key(|(last, cost)| (*last, Reverse(*cost))) {
        return Err(format!("the dearest should be first: {costs:?}"));
    }
    if record.breakdown().total() != record.duration() {
        return Err("its shares should sum to its duration".to_owned());
    }
    Ok(())
}

/// As every service that is set up by `init!` has it.
fn install_layer() {
    static INSTALLED: OnceLock<()> = OnceLock::new();
    INSTALLED.get_or_init(|| tachograph::tracing::install(&Handle::builder().build()).unwrap());
}
