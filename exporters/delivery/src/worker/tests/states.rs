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
    let periodic = Some(Periodic::new(asked.clone(), MINUTE));
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
