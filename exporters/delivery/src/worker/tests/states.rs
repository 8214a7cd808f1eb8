//! States that are pulled by a timer.

use super::*;
use crate::source::{Periodic, Source};

const MINUTE: Duration = Duration::from_secs(60);

/// A counter that says how often it was asked, and what became of the answers.
#[derive(Clone, Default)]
struct Asked {
    times: Arc<Mutex<u32>>,
    settled: Arc<Mutex<Vec<bool>>>,
}

impl Source for Asked {
    fn pull(&mut self, state: &mut Vec<u8>) -> u32 {
        let mut times = lock(&self.times);
        *times += 1;
        match *times {
            7 => 0,
            13 => panic!("on purpose"),
            times => {
                state.extend_from_slice(format!("state {times}").as_bytes());
                2
            }
        }
    }

    fn settled(&mut self, accepted: bool) {
        lock(&self.settled).push(accepted);
    }
}

fn bench(script: Vec<Event>) -> (Bench, Asked) {
    let asked = Asked::default();
    let periodic = vec![Periodic::new(asked.clone(), MINUTE)];
    (
        Bench::with(Settings { interval: MINUTE, longest_retry: MINUTE / 2, periodic, ..Settings::network() }, script),
        asked,
    )
}

#[test]
fn a_state_is_sent_every_interval_and_when_somebody_waits() {
    let (mut bench, _) = bench(vec![]);
    bench.round();
    assert!(bench.sent().is_empty(), "the first interval has just begun");
    bench.next_round();
    bench.next_round();
    assert_eq!(*lock(&bench.waits), [60_000, 60_000]);
    bench.worker.round(Round { called: true, ..Round::default() });
    assert_eq!(bench.sent(), ["state 1", "state 2", "state 3"]);
    bench.next_round();
    assert_eq!(bench.sent().len(), 4, "the schedule stays what it is");
    assert_eq!(bench.counters().written_items, 8);
}

#[test]
fn the_newest_state_replaces_the_one_that_could_not_be_sent() {
    // The waits are 1, 2, 4, 8, 16, 30 seconds: within two minutes a state is replaced once, which loses nothing.
    let (mut bench, asked) = bench((0..6).map(|_| temporary(0)).collect());
    bench.next_round();
    assert_eq!(bench.sent(), ["state 2"]);
    let counters = bench.counters();
    assert_eq!((counters.written_items, counters.dropped(), counters.failures), (2, 0, 6));
    assert_eq!(*lock(&asked.settled), [true]);
}

#[test]
fn a_refused_state_is_dropped_and_the_next_one_comes_at_its_time() {
    let (mut bench, asked) = bench(vec![permanent(0)]);
    bench.next_round();
    bench.next_round();
    assert_eq!(bench.sent(), ["state 2"]);
    assert_eq!((bench.counters().dropped_failed, bench.counters().written_items), (2, 2));
    assert_eq!(*lock(&asked.settled), [false, true]);
}

#[test]
fn a_source_that_has_nothing_or_panics_is_asked_again() {
    let (mut bench, asked) = bench(vec![]);
    (0..14).for_each(|_| bench.next_round());
    assert_eq!(*lock(&asked.times), 14);
    assert_eq!(bench.sent().len(), 12);
    assert_eq!((bench.counters().dropped_panicked, bench.counters().written_items), (1, 24));
}

#[test]
fn a_state_given_up_by_a_shutdown_is_counted_once() {
    let stop: Event = Box::new(|progress| {
        progress.stop(Duration::ZERO).unwrap_err();
        Err(SendError::temporary(0, "not now"))
    });
    let (mut bench, _) = bench(vec![stop]);
    bench.next_round();
    assert_eq!(bench.counters().dropped_failed, 2);
}

/// Three lines, of which it says the number of the pull.
#[derive(Clone, Default)]
struct Lines(Asked);

impl Source for Lines {
    fn pull(&mut self, state: &mut Vec<u8>) -> u32 {
        let mut times = lock(&self.0.times);
        *times += 1;
        (1..4).for_each(|line| state.extend_from_slice(format!("{times}.{line}\n").as_bytes()));
        0
    }

    fn settled(&mut self, accepted: bool) {
        self.0.settled(accepted);
    }
}

fn lines(script: Vec<Event>, batch_bytes: usize) -> (Bench, Lines) {
    let lines = Lines::default();
    let periodic = vec![Periodic::new(lines.clone(), MINUTE)];
    let settings = Settings { interval: MINUTE, longest_retry: MINUTE, batch_bytes, periodic, ..Settings::default() };
    (Bench::with(settings, script), lines)
}

#[test]
fn lines_of_a_state_are_sent_in_batches_each_once() {
    let (mut bench, lines) = lines(vec![accept(), temporary(0)], 8);
    bench.next_round();
    assert_eq!(bench.sent(), ["1.1\n1.2\n", "1.3\n"]);
    bench.next_round();
    assert_eq!(bench.sent()[2..], ["2.1\n2.2\n", "2.3\n"]);
    assert_eq!(*lock(&lines.0.settled), [true, true]);
    let (mut bench, _) = self::lines(vec![temporary(6)], 1000);
    bench.next_round();
    assert_eq!(bench.sent(), ["1.1\n1.", "1.2\n1.3\n"], "as other lines that were half out");
    assert_eq!((bench.counters().written_items, bench.counters().written_bytes), (3, 12));
}

#[test]
fn lines_of_a_state_are_not_replaced_by_newer_ones() {
    // By the tenth attempt, two minutes have passed.
    let (mut bench, lines) = lines((0..10).map(|_| temporary(0)).collect(), 1000);
    bench.next_round();
    assert_eq!(bench.sent(), ["1.1\n1.2\n1.3\n"]);
    bench.round();
    assert_eq!(bench.sent()[1..], ["2.1\n2.2\n2.3\n"], "the next one is due by now");
    assert_eq!(*lock(&lines.0.settled), [true, true]);
}

#[test]
fn lines_of_a_state_that_is_refused_are_lost_only_behind_those_that_are_out() {
    let (mut bench, lines) = lines(vec![permanent(0), permanent(5), accept(), permanent(0)], 1000);
    (0..3).for_each(|_| bench.next_round());
    assert_eq!(bench.sent(), ["2.1\n2", "3.1\n3.2\n3.3\n"]);
    assert_eq!(*lock(&lines.0.settled), [false, true, true]);
    assert_eq!((bench.counters().dropped_failed, bench.counters().written_items), (5, 4));
}

#[test]
fn each_source_has_its_own_time() {
    let (often, seldom) = (Lines::default(), Lines::default());
    let periodic = vec![Periodic::new(often.clone(), MINUTE), Periodic::new(seldom.clone(), MINUTE * 3)];
    let mut bench = Bench::with(Settings { interval: MINUTE, periodic, ..Settings::default() }, vec![]);
    (0..6).for_each(|_| bench.next_round());
    assert_eq!([&often, &seldom].map(|lines| *lock(&lines.0.times)), [6, 2]);
    bench.worker.round(Round { called: true, ..Round::default() });
    assert_eq!([&often, &seldom].map(|lines| *lock(&lines.0.times)), [7, 3]);
}
