//! An instance whose records can be waited for.

use tachograph_core::{Capture, Clock, Exporter, Handle, Ignore, Record, SystemClock};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::yield_now;

use crate::within;

/// An instance that ignores no path, and the records as they come in.
#[derive(Debug)]
pub struct Recorder {
    /// The instance.
    pub handle: Handle,
    records: UnboundedReceiver<Record>,
}

#[derive(Debug)]
struct Sender(UnboundedSender<Record>);

impl Exporter for Sender {
    fn name(&self) -> &str {
        "sender"
    }

    fn record(&self, record: &Record) {
        let _ = self.0.send(record.clone());
    }
}

impl Recorder {
    /// An instance by the system's clock.
    #[expect(clippy::new_without_default, reason = "a test says that it starts an instance")]
    #[must_use]
    pub fn new() -> Self {
        Self::with_clock(SystemClock)
    }

    /// An instance by this clock.
    pub fn with_clock(clock: impl Clock) -> Self {
        let (sender, records) = unbounded_channel();
        // Nothing is ignored: the paths of these tests mean nothing.
        let mut capture = Capture::default();
        capture.ignore = Ignore::default();
        let handle = Handle::builder().capture(capture).clock(clock).exporter(Sender(sender)).build();
        Recorder { handle, records }
    }

    /// The next record, however long the server takes to notice that its request is over.
    ///
    /// # Panics
    /// When none comes in time.
    pub async fn next(&mut self) -> Record {
        within(self.records.recv()).await.unwrap()
    }

    /// The next record, which is the last, and nothing is in flight any more.
    ///
    /// # Panics
    /// When none comes in time, something stays in flight, or there is another record.
    pub async fn only(&mut self) -> Record {
        let record = self.next().await;
        self.idle().await;
        assert_eq!(self.rest().len(), 0);
        record
    }

    /// Until nothing is in flight: a request that ends on another thread hands out its record a moment before.
    ///
    /// # Panics
    /// When something stays in flight.
    pub async fn idle(&self) {
        within(async {
            while self.handle.in_flight() > 0 {
                yield_now().await;
            }
        })
        .await;
    }

    /// The records that are there already.
    pub fn rest(&mut self) -> Vec<Record> {
        std::iter::from_fn(|| self.records.try_recv().ok()).collect()
    }
}
