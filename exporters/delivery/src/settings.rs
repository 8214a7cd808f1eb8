//! How a delivery behaves.

use crate::framing::Framing;
use crate::shared_bytes::SharedBytes;
use crate::source::Periodic;
use std::fmt;
use std::time::Duration;

/// Renders the line or frame that says how many items were dropped since the last such line; appends to what it is given.
pub type DropNotice = Box<dyn Fn(u64, &mut Vec<u8>) + Send>;

/// How a [`Delivery`](crate::Delivery) behaves; begin with [`Settings::default`], or with [`Settings::network`].
pub struct Settings {
    /// The name of the delivery's thread. Default `tachograph`.
    pub name: String,
    /// How items are told apart. Default lines.
    pub framing: Framing,
    /// How often the buffers are emptied while items come in. Default 5 ms: a buffer
    /// that is emptied while it is small is still in the cache; an idle delivery looks less often, but at
    /// least every 100 ms (or every `interval`, if that is longer).
    pub interval: Duration,
    /// How long items may be gathered to fill a batch; one that is full is sent before. Default none: all that an
    /// emptying of the buffers finds is sent.
    pub schedule_delay: Duration,
    /// How many bytes make a full batch; a longer item goes alone. Default 1 MiB.
    pub batch_bytes: usize,
    /// What each item counts in a batch beyond its own bytes (of a line, the `\n` is one of them), where a receiver reckons so.
    /// Default 0.
    pub batch_bytes_per_item: usize,
    /// How many items make a full batch. Default unlimited.
    pub batch_items: u64,
    /// How many bytes of items may wait, in all buffers and in the batch being sent together. Default 16 MiB.
    ///
    /// What would go beyond is dropped and counted. The buffers' spare room comes on top of it: at worst as much again for
    /// growth that doubles, and as much again that emptied buffers keep for the next items.
    pub buffer_bytes: usize,
    /// Where items may wait when these are used up, together with those of other deliveries. Default none.
    pub shared_bytes: Option<SharedBytes>,
    /// How many items may wait; what would go beyond is dropped and counted. Default unlimited.
    pub buffer_items: Option<usize>,
    /// How long an item may be; what is longer is dropped and counted. Default 1 MiB.
    pub max_item_bytes: usize,
    /// The wait after a first temporary failure, doubled with each further one. Default 100 ms. The actual wait is
    /// somewhere between half of this and all of it, so that many services do not come back at the same moment.
    pub first_retry: Duration,
    /// What the doubling ends at. Default 10 s.
    pub longest_retry: Duration,
    /// For how long items that the sink does not accept are tried again; then they are dropped and counted. Default for ever.
    ///
    /// It is the age of the items that counts, so what waits while a receiver is gone is always the last of so much time, as
    /// far as there is room for it: what finds no room is dropped, and older items make room as they are given up.
    pub retry_limit: Option<Duration>,
    /// How long dropping the `Delivery` waits for what was written. Default 2 s.
    pub shutdown_deadline: Duration,
    /// Called on the delivery's thread when items were dropped and the sink accepts items again. Default none.
    pub drop_notice: Option<DropNotice>,
    /// Asked for their state from time to time. Default none.
    pub periodic: Vec<Periodic>,
}

impl Settings {
    /// For a receiver at the other end of a network: frames, gathered for up to 5 s into batches of at most 512 items or 2
    /// MiB, tried again for 5 minutes with waits from 1 s to 10 s. The buffers are emptied every 100 ms.
    pub fn network() -> Self {
        Settings {
            framing: Framing::Frames,
            interval: Duration::from_millis(100),
            schedule_delay: Duration::from_secs(5),
            batch_bytes: 2 << 20,
            batch_items: 512,
            first_retry: Duration::from_secs(1),
            retry_limit: Some(Duration::from_secs(300)),
            ..Settings::default()
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            name: "tachograph".to_owned(),
            framing: Framing::default(),
            interval: Duration::from_millis(5),
            schedule_delay: Duration::ZERO,
            batch_bytes: 1 << 20,
            batch_bytes_per_item: 0,
            batch_items: u64::MAX,
            buffer_bytes: 16 << 20,
            shared_bytes: None,
            buffer_items: None,
            max_item_bytes: 1 << 20,
            first_retry: Duration::from_millis(100),
            longest_retry: Duration::from_secs(10),
            retry_limit: None,
            shutdown_deadline: Duration::from_secs(2),
            drop_notice: None,
            periodic: Vec::new(),
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("name", &self.name)
            .field("framing", &self.framing)
            .field("interval", &self.interval)
            .field("schedule_delay", &self.schedule_delay)
            .field("batch_bytes", &self.batch_bytes)
            .field("batch_bytes_per_item", &self.batch_bytes_per_item)
            .field("batch_items", &self.batch_items)
            .field("buffer_bytes", &self.buffer_bytes)
            .field("shared_bytes", &self.shared_bytes)
            .field("buffer_items", &self.buffer_items)
            .field("max_item_bytes", &self.max_item_bytes)
            .field("first_retry", &self.first_retry)
            .field("longest_retry", &self.longest_retry)
            .field("retry_limit", &self.retry_limit)
            .field("shutdown_deadline", &self.shutdown_deadline)
            .field("periodic", &self.periodic)
            .finish_non_exhaustive()
    }
}
