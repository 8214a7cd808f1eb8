//! Frames, batches, schedules and the limit of trying again.

use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn network() -> Settings {
    Settings {
        interval: SECOND,
        schedule_delay: SECOND * 5,
        batch_items: 4,
        longest_retry: SECOND * 30,
        ..Settings::network()
    }
}

impl Bench {
    fn spans(&self, frame: &str, items: u32) {
        self.worker.shared.buffers.write(|buffer| {
            buffer.extend_from_slice(frame.as_bytes());
            items
        });
    }

    fn wait(&self, wait: Duration) {
        self.worker.shared.progress.next_round(&*self.worker.timer, wait);
    }
}

fn rejected(items: u64) -> Event {
    Box::new(move |_| Err(SendError::rejected(items, "no such attribute")))
}

#[test]
fn items_are_gathered_until_the_schedule_says_so() {
    let mut bench = Bench::with(network(), vec![]);
    bench.spans("a\nb", 2);
    for second in 1..=6 {
        bench.next_round();
        assert_eq!(bench.sent().is_empty(), second < 6, "taken after one second, and sent five later");
    }
    assert_eq!(bench.sent(), ["a\nb"]);
    assert_eq!(bench.counters().written_items, 2);
}

#[test]
fn a_full_batch_goes_before_its_time_and_takes_no_more_than_fits() {
    let mut bench = Bench::with(network(), vec![]);
    for frame in ["a", "b", "c", "d"] {
        bench.spans(frame, 3);
    }
    bench.spans("e", 1);
    bench.spans("f", 2);
    bench.round();
    assert_eq!(bench.sent(), ["a", "b", "c", "d e"], "the last two items are no full batch");
    bench.worker.round(Round { called: true, ..Round::default() });
    assert_eq!(bench.sent()[4..], ["f"], "but somebody waits for them");
    assert_eq!(bench.counters().written_items, 15);
}

#[test]
fn a_buffer_that_fills_is_sent_before_its_time() {
    let mut bench = Bench::with(network(), vec![]);
    bench.spans("a", 1);
    bench.worker.shared.progress.nudge();
    bench.next_round();
    assert_eq!(bench.sent(), ["a"]);
}

#[test]
fn a_receiver_that_asks_for_time_gets_it() {
    let asking = |seconds| -> Event {
        Box::new(move |_| Err(SendError::temporary(0, "busy").retry_after(Duration::from_secs(seconds))))
    };
    let settings = Settings { schedule_delay: Duration::ZERO, retry_limit: None, ..network() };
    let mut bench = Bench::with(settings, vec![asking(20), asking(1), asking(100_000)]);
    bench.spans("a", 1);
    bench.round();
    assert_eq!(*lock(&bench.waits), [20_000, 2000, 300_000], "never less than the usual, never for ever");
    assert_eq!(bench.sent(), ["a"]);
}

#[test]
fn rejected_items_are_counted_and_told_of_and_not_sent_again() {
    let settings = Settings { schedule_delay: Duration::ZERO, ..network() };
    let mut bench = Bench::with(settings, vec![rejected(2), rejected(9), rejected(0)]);
    for _ in 0..3 {
        bench.spans("abc", 3);
        bench.round();
    }
    let counters = bench.counters();
    assert_eq!((counters.written_items, counters.dropped_rejected, counters.failures), (4, 5, 0));
    assert_eq!(counters.dropped(), 5);
    let told = ["script rejected 2 of the items that were sent: no such attribute"];
    assert_eq!(*lock(&bench.failures), told, "once for each cause");
    assert!(lock(&bench.waits).is_empty());
}

#[test]
fn a_warning_is_no_loss() {
    let settings = Settings { schedule_delay: Duration::ZERO, ..network() };
    let mut bench = Bench::with(settings, vec![rejected(0)]);
    bench.spans("a", 1);
    bench.round();
    assert_eq!(bench.counters().dropped(), 0);
    assert_eq!(*lock(&bench.failures), ["script accepted what was sent with a warning: no such attribute"]);
}

#[test]
fn after_a_permanent_failure_only_its_batch_is_lost() {
    let mut bench = Bench::with(network(), vec![permanent(0)]);
    bench.spans("abcd", 4);
    bench.spans("efgh", 4);
    bench.round();
    assert_eq!(bench.sent(), ["efgh"]);
    assert_eq!((bench.counters().written_items, bench.counters().dropped_failed), (4, 4));
}

#[test]
fn a_receiver_that_is_gone_costs_the_oldest_items_and_the_newest_arrive_when_it_is_back() {
    let buffers: Arc<Mutex<Option<Arc<Shared>>>> = Arc::default();
    // The waits are 1, 2, 4, 8, 16 and from then on 30 seconds. During each a span is written.
    let failing = (0..8).map(|attempt: u32| -> Event {
        let buffers = Arc::clone(&buffers);
        Box::new(move |_| {
            let shared = lock(&buffers).clone().unwrap();
            shared.buffers.write(|frame| {
                frame.extend_from_slice(attempt.to_string().as_bytes());
                1
            });
            Err(SendError::temporary(0, "gone"))
        })
    });
    let settings = Settings { schedule_delay: Duration::ZERO, retry_limit: Some(SECOND * 100), ..network() };
    let mut bench = Bench::with(settings, failing.collect());
    *lock(&buffers) = Some(Arc::clone(&bench.worker.shared));
    bench.spans("first", 1);
    bench.round();
    // After 121 seconds the receiver is back; what was taken in the first 21, which is all but the last four, is given up.
    assert_eq!(lock(&bench.waits).iter().sum::<u128>(), 121_000);
    assert_eq!(bench.sent(), ["4 5 6 7"]);
    let counters = bench.counters();
    assert_eq!((counters.dropped_expired, counters.written_items, counters.failures), (5, 4, 8));
    let told = [
        "sending to script failed, will be tried again: gone",
        "sending to script failed, items were dropped: nothing was accepted for 100s",
    ];
    assert_eq!(*lock(&bench.failures), told);
}

#[test]
fn what_was_given_up_makes_room() {
    let settings =
        Settings { schedule_delay: Duration::ZERO, retry_limit: Some(SECOND), buffer_items: Some(10), ..network() };
    let mut bench = Bench::with(settings, vec![temporary(0)]);
    bench.spans("a", 10);
    bench.spans("b", 1);
    bench.round();
    bench.spans("c", 10);
    bench.round();
    assert_eq!(bench.sent(), ["c"]);
    let counters = bench.counters();
    assert_eq!((counters.dropped_full, counters.dropped_expired, counters.written_items), (1, 10, 10));
}

#[test]
fn what_is_gathered_is_counted_once_when_a_shutdown_gives_it_up() {
    let stop: Event = Box::new(|progress| {
        progress.stop(Duration::ZERO).unwrap_err();
        Err(SendError::temporary(0, "not now"))
    });
    let mut bench = Bench::with(network(), vec![stop]);
    bench.spans("a", 3);
    bench.round();
    bench.spans("b", 3);
    bench.round();
    bench.spans("c", 1);
    bench.round();
    assert_eq!(bench.sent(), [""; 0]);
    let counters = bench.counters();
    assert_eq!((counters.dropped_failed, counters.dropped()), (7, 7));
}

#[test]
fn lines_are_never_too_old() {
    let settings = Settings { retry_limit: Some(SECOND), longest_retry: SECOND, ..Settings::default() };
    let mut bench = Bench::with(settings, (0..50).map(|_| temporary(0)).collect());
    bench.write("one\n");
    bench.wait(SECOND);
    bench.round();
    assert_eq!(bench.sent(), ["one\n"]);
    assert_eq!(bench.counters().dropped(), 0);
}
