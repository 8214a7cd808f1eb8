//! What was recorded is sent before the next invocation is asked for.

use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};
use std::time::Duration;

use tachograph_core::{Exporter, Handle, ManualClock, Record};

use super::{SECOND, context, invoke, layer};

/// Remembers what it was asked to send: how many records by then, within which time, on which thread.
#[derive(Debug, Clone, Default)]
struct Sending(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    records: usize,
    flushed: Vec<(usize, Duration, ThreadId)>,
    fails: bool,
}

impl Exporter for Sending {
    fn name(&self) -> &str {
        "sending"
    }

    fn record(&self, _: &Record) {
        self.0.lock().unwrap().records += 1;
    }

    fn flush(&self, deadline: Duration) -> bool {
        let mut state = self.0.lock().unwrap();
        let records = state.records;
        state.flushed.push((records, deadline, thread::current().id()));
        !state.fails
    }
}

struct Setup {
    sending: Sending,
    handle: Handle,
    clock: ManualClock,
}

fn setup() -> Setup {
    let (sending, clock) = (Sending::default(), ManualClock::new());
    let handle = Handle::builder().clock(clock.clone()).exporter(sending.clone()).build();
    Setup { sending, handle, clock }
}

impl Setup {
    /// It was last asked to send so many records within so many milliseconds.
    fn was_last_asked(&self, records: usize, within_ms: u64) {
        let (sent, within, thread) = self.sending.0.lock().unwrap().flushed.pop().expect("it was asked to");
        assert_ne!(thread, thread::current().id(), "nobody waits on the runtime's thread");
        assert_eq!(sent, records);
        // The instance takes off what passed since it was asked.
        let most = Duration::from_millis(within_ms);
        assert!(within <= most && within + Duration::from_millis(400) > most, "{within:?} of {most:?}");
    }
}

#[tokio::test]
async fn it_is_sent_when_the_response_was_posted() {
    let setup = setup();
    let layer = layer(&setup.handle);
    for records in 1..=3 {
        invoke(&layer, context(&setup.clock, 30 * SECOND), async |_| {
            assert_eq!(setup.sending.0.lock().unwrap().flushed.len(), 0, "not before");
        })
        .await;
        setup.was_last_asked(records, 2000);
    }
}

#[tokio::test]
async fn it_takes_no_more_than_the_time_that_is_left() {
    let setup = setup();
    let layer = layer(&setup.handle).margin(Duration::from_millis(500)).flush_within(3 * SECOND);
    invoke(&layer, context(&setup.clock, 10 * SECOND), async |_| setup.clock.advance(8 * SECOND)).await;
    setup.was_last_asked(1, 1500);
    invoke(&layer, context(&setup.clock, 10 * SECOND), async |_| setup.clock.advance(11 * SECOND)).await;
    setup.was_last_asked(2, 0);
    invoke(&layer, context(&setup.clock, 10 * SECOND), async |_| ()).await;
    setup.was_last_asked(3, 3000);
}

#[tokio::test]
async fn a_receiver_that_is_gone_is_waited_for_once_at_length() {
    let setup = setup();
    let layer = layer(&setup.handle);
    for (records, (fails, within_ms)) in
        [(true, 2000), (true, 200), (false, 200), (false, 2000)].into_iter().enumerate()
    {
        setup.sending.0.lock().unwrap().fails = fails;
        invoke(&layer, context(&setup.clock, 30 * SECOND), async |_| ()).await;
        setup.was_last_asked(records + 1, within_ms);
    }
}
