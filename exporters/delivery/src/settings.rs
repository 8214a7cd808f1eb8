//! How a delivery behaves.

use std::fmt;
use std::time::Duration;

/// Renders the line that says how many lines were dropped since the last such line; appends to what it is given.
pub type DropNotice = Box<dyn Fn(u64, &mut Vec<u8>) + Send>;

/// How a [`Delivery`](crate::Delivery) behaves; begin with [`Settings::default`].
pub struct Settings {
    /// The name of the delivery's thread. Default `tachograph`.
    pub name: String,
    /// How often the buffers are emptied while lines come in. Default 5 ms: a buffer
    /// that is emptied while it is small is still in the cache; an idle delivery looks less often, but at
    /// least every 100 ms (or every `interval`, if that is longer).
    pub interval: Duration,
    /// How many bytes of lines may wait, in all buffers and in the batch being sent together. Default 16 MiB.
    ///
    /// What would go beyond is dropped and counted. The buffers' spare room comes on top of it: at worst as much again for
    /// growth that doubles, and as much again that emptied buffers keep for the next lines.
    pub buffer_bytes: usize,
    /// How long a line may be; what is longer is dropped and counted. Default 1 MiB.
    pub max_line_bytes: usize,
    /// The wait after a first temporary failure, doubled with each further one. Default 100 ms. The actual wait is
    /// somewhere between half of this and all of it, so that many services do not come back at the same moment.
    pub first_retry: Duration,
    /// What the doubling ends at. Default 10 s.
    pub longest_retry: Duration,
    /// How long dropping the `Delivery` waits for what was written. Default 2 s.
    pub shutdown_deadline: Duration,
    /// Called on the delivery's thread when lines were dropped and the sink accepts lines again. Default none.
    pub drop_notice: Option<DropNotice>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            name: "tachograph".to_owned(),
            interval: Duration::from_millis(5),
            buffer_bytes: 16 << 20,
            max_line_bytes: 1 << 20,
            first_retry: Duration::from_millis(100),
            longest_retry: Duration::from_secs(10),
            shutdown_deadline: Duration::from_secs(2),
            drop_notice: None,
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("name", &self.name)
            .field("interval", &self.interval)
            .field("buffer_bytes", &self.buffer_bytes)
            .field("max_line_bytes", &self.max_line_bytes)
            .field("first_retry", &self.first_retry)
            .field("longest_retry", &self.longest_retry)
            .field("shutdown_deadline", &self.shutdown_deadline)
            .finish_non_exhaustive()
    }
}
