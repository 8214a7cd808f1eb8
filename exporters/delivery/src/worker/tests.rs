//! One thread, a sink by script, and time that passes by waiting only.

mod network;
mod states;

use super::*;
use crate::counters::Counters;
use crate::framing::frames;
use crate::progress::State;
use crate::sink::SendError;
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Instant;
use tachograph_core::lock;

/// What happens on an attempt to send, beyond taking the lines.
type Event = Box<dyn FnMut(&Progress) -> Result<(), SendError> + Send>;

/// A delivery whose thread is the test itself and whose time passes by waiting only.
struct Bench {
    worker: Worker,
    sent: Arc<Mutex<Vec<String>>>,
    waits: Arc<Mutex<Vec<u128>>>,
    failures: Arc<Mutex<Vec<String>>>,
}

struct ScriptedSink {
    framing: Framing,
    script: VecDeque<Event>,
    shared: Arc<Shared>,
    sent: Arc<Mutex<Vec<String>>>,
}

impl Sink for ScriptedSink {
    fn describe(&self) -> String {
        "script".to_owned()
    }

    fn send(&mut self, batch: &[u8]) -> Result<(), SendError> {
        let result = self.script.pop_front().map_or(Ok(()), |mut event| event(&self.shared.progress));
        let accepted = result.as_ref().map_or_else(SendError::accepted, |()| batch.len());
        if accepted > 0 {
            let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
            let sent = match self.framing {
                Framing::Lines => text(&batch[..accepted]),
                Framing::Frames => {
                    frames(&batch[..accepted]).map(|frame| text(frame.bytes)).collect::<Vec<_>>().join(" ")
                }
            };
            lock(&self.sent).push(sent);
        }
        result
    }
}

struct PassingTime {
    begin: Instant,
    passed: Mutex<Duration>,
    waits: Arc<Mutex<Vec<u128>>>,
}

impl Timer for PassingTime {
    fn now(&self) -> Instant {
        self.begin + *lock(&self.passed)
    }

    fn wait<'a>(&self, _: &Condvar, state: MutexGuard<'a, State>, longest: Duration) -> MutexGuard<'a, State> {
        *lock(&self.passed) += longest;
        lock(&self.waits).push(longest.as_millis());
        state
    }
}

impl Bench {
    fn new(script: Vec<Event>) -> Self {
        let settings = Settings {
            buffer_bytes: 1000,
            max_item_bytes: 100,
            drop_notice: Some(Box::new(|dropped, line| line.extend(format!("dropped {dropped}").bytes()))),
            ..Settings::default()
        };
        Bench::with(settings, script)
    }

    fn with(settings: Settings, script: Vec<Event>) -> Self {
        let shared = Arc::new(Shared { buffers: Buffers::new(&settings), progress: Progress::default() });
        let (sent, waits, failures) = (Arc::default(), Arc::default(), Arc::<Mutex<Vec<String>>>::default());
        let framing = settings.framing;
        let sink =
            ScriptedSink { framing, script: script.into(), shared: Arc::clone(&shared), sent: Arc::clone(&sent) };
        let timer = PassingTime { begin: Instant::now(), passed: Mutex::default(), waits: Arc::clone(&waits) };
        let told = Arc::clone(&failures);
        let on_failure = Box::new(move |failure: &Failure| lock(&told).push(failure.to_string()));
        let worker = Worker::new(shared, settings, Box::new(sink), on_failure, Box::new(timer), Box::new(|| 1.0));
        Bench { worker, sent, waits, failures }
    }

    fn write(&self, lines: &str) {
        self.worker.shared.buffers.write(|buffer| {
            buffer.extend_from_slice(lines.as_bytes());
            1
        });
    }

    /// A round that nobody waits for.
    fn round(&mut self) {
        self.worker.round(Round::default());
    }

    /// Lets time pass as the thread would, and does what it would do then.
    fn next_round(&mut self) {
        let round = self.worker.shared.progress.next_round(&*self.worker.timer, self.worker.until_next_round());
        self.worker.round(round);
    }

    fn sent(&self) -> Vec<String> {
        lock(&self.sent).clone()
    }

    fn counters(&self) -> Counters {
        let mut counters = self.worker.shared.progress.counters();
        self.worker.shared.buffers.count(&mut counters);
        counters
    }
}

fn accept() -> Event {
    Box::new(|_| Ok(()))
}

fn temporary(accepted: usize) -> Event {
    Box::new(move |_| Err(SendError::temporary(accepted, "not now")))
}

fn permanent(accepted: usize) -> Event {
    Box::new(move |_| Err(SendError::permanent(accepted, "never")))
}

#[test]
fn a_temporary_failure_is_tried_again_with_longer_waits_and_told_once() {
    let mut bench = Bench::new(vec![temporary(0), temporary(0), temporary(0)]);
    bench.write("one\n");
    bench.round();
    assert_eq!(*lock(&bench.waits), [100, 200, 400]);
    assert_eq!(bench.sent(), ["one\n"]);
    assert_eq!(*lock(&bench.failures), ["sending to script failed, will be tried again: not now"]);
    let expected = Counters { written_items: 1, written_bytes: 4, failures: 3, ..Counters::default() };
    assert_eq!(bench.counters(), expected);
}

#[test]
fn waits_begin_anew_after_a_success() {
    let mut bench = Bench::new(vec![temporary(0), temporary(0), accept(), temporary(0)]);
    for _ in 0..2 {
        bench.write("one\n");
        bench.round();
    }
    assert_eq!(*lock(&bench.waits), [100, 200, 100]);
}

#[test]
fn after_half_a_line_the_whole_line_is_sent_again() {
    let mut bench = Bench::new(vec![temporary(6)]);
    bench.write("one\ntwo\nthree\n");
    bench.round();
    assert_eq!(bench.sent(), ["one\ntw", "two\nthree\n"]);
    assert_eq!(bench.counters().written_items, 3);
    assert_eq!(bench.counters().written_bytes, 14);
}

#[test]
fn what_is_refused_for_good_is_dropped_and_told_of_when_the_sink_accepts_again() {
    let mut bench = Bench::new(vec![permanent(4), permanent(0)]);
    for lines in ["one\ntwo\nthree\n", "four\n", "five\n", "six\n"] {
        bench.write(lines);
        bench.round();
    }
    assert_eq!(bench.sent(), ["one\n", "five\n", "dropped 3\n", "six\n"]);
    assert_eq!(bench.counters().dropped_failed, 3);
    assert_eq!(bench.counters().written_items, 4);
    assert_eq!(lock(&bench.failures).len(), 1);
    assert!(lock(&bench.waits).is_empty(), "nobody waits for what is not tried again");
}

#[test]
fn what_the_buffers_drop_is_told_of_too() {
    let mut bench = Bench::new(vec![]);
    bench.write(&"x".repeat(200));
    bench.round();
    assert_eq!(bench.sent(), ["dropped 1\n"], "an idle service says so as well");
    (0..200).for_each(|_| bench.write("123456789\n"));
    bench.round();
    bench.round();
    let dropped = bench.counters().dropped_full;
    assert!(dropped >= 100, "{dropped} lines of 10 bytes were dropped, 1000 bytes may wait of 2000");
    assert_eq!(bench.sent()[2..], [format!("dropped {dropped}\n")], "and not a second time");
}

#[test]
fn a_notice_that_fails_is_tried_again_later() {
    let mut bench = Bench::new(vec![accept(), permanent(0)]);
    for lines in [&"x".repeat(200), "one\n"] {
        bench.write(lines);
    }
    bench.round();
    bench.write("two\n");
    bench.round();
    assert_eq!(bench.sent(), ["one\n", "two\n", "dropped 2\n"], "the lost notice was a line, too");
}

#[test]
fn a_sink_that_panics_loses_its_batch_and_no_more() {
    let mut bench = Bench::new(vec![Box::new(|_| panic!("on purpose"))]);
    for lines in ["one\n", "two\n"] {
        bench.write(lines);
        bench.round();
    }
    assert_eq!(bench.sent(), ["two\n", "dropped 1\n"]);
    assert_eq!(*lock(&bench.failures), ["sending to script failed, items were dropped: the sink panicked"]);
}

#[test]
fn a_flush_cuts_the_back_off_short_and_a_full_buffer_does_not() {
    let flush: Event = Box::new(|progress| {
        progress.flush(Duration::ZERO).unwrap_err();
        Err(SendError::temporary(0, "not now"))
    });
    let nudge: Event = Box::new(|progress| {
        progress.nudge();
        Err(SendError::temporary(0, "not now"))
    });
    let mut bench = Bench::new(vec![flush, nudge]);
    bench.write("one\n");
    bench.round();
    assert_eq!(*lock(&bench.waits), [200], "the first wait, of 100 ms, was cut");
    assert_eq!(bench.sent(), ["one\n"]);
}

#[test]
fn lines_given_up_by_a_shutdown_are_counted_once() {
    let stop: fn(&Progress) = |progress| {
        progress.stop(Duration::ZERO).unwrap_err();
    };
    let failing: Event = Box::new(move |progress| {
        stop(progress);
        Err(SendError::temporary(0, "not now"))
    });
    let late: Event = Box::new(move |progress| {
        stop(progress);
        Ok(())
    });
    let refused: Event = Box::new(move |progress| {
        stop(progress);
        Err(SendError::permanent(4, "never"))
    });
    for (event, attempts) in [(failing, 0), (late, 1), (refused, 1)] {
        let mut bench = Bench::new(vec![event]);
        bench.write("one\ntwo\n");
        bench.round();
        bench.write("three\n");
        bench.round();
        assert_eq!(bench.sent().len(), attempts, "nothing is sent after the deadline");
        assert_eq!(bench.counters().dropped_failed, 3);
        assert_eq!(bench.counters().written_items, 0);
    }
}

#[test]
fn a_cause_is_told_again_when_the_sink_has_worked_without_it_for_a_minute() {
    let mut bench = Bench::new(vec![temporary(0), accept(), temporary(0), accept(), accept(), temporary(0)]);
    let send = |bench: &mut Bench| {
        bench.write("one\n");
        bench.round();
    };
    send(&mut bench);
    send(&mut bench);
    assert_eq!(lock(&bench.failures).len(), 1, "it is the same story");
    bench.worker.shared.progress.next_round(&*bench.worker.timer, Duration::from_secs(120));
    send(&mut bench);
    send(&mut bench);
    assert_eq!(lock(&bench.failures).len(), 2);
}

#[test]
fn an_idle_delivery_waits_longer_and_is_nudged_once() {
    let mut bench = Bench::new(vec![]);
    (0..5).for_each(|_| bench.next_round());
    bench.worker.shared.progress.nudge();
    bench.write("one\n");
    (0..2).for_each(|_| bench.next_round());
    assert_eq!(*lock(&bench.waits), [5, 10, 20, 40, 80, 5]);
}
