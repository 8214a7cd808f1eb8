//! Bounded buffers, flush, retry and drop counters that every sending exporter shares.
//!
//! ```
//! use std::time::Duration;
//! use tachograph_delivery::{Delivery, Settings, sinks};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let settings = Settings {
//!     drop_notice: Some(Box::new(|dropped, line| line.extend(format!("{dropped} lines were dropped\n").bytes()))),
//!     ..Settings::default()
//! };
//! let sink = sinks::Stream::stdout()?;
//! let delivery = Delivery::start(settings, Box::new(sink), |failure| eprintln!("{failure}"))?;
//!
//! delivery.write(|line| line.extend_from_slice(b"GET /experiments/7 200\n"));
//! delivery.flush(Duration::from_secs(1))?;
//! assert_eq!(delivery.counters().written_items, 1);
//! # Ok(())
//! # }
//! ```

mod backoff;
mod budget;
mod buffers;
mod counters;
mod delivery;
mod error;
mod failure;
mod framing;
mod pace;
mod pending;
mod progress;
mod settings;
mod shared_bytes;
mod sink;
pub mod sinks;
mod source;
mod timer;
mod unless;
mod whole;
mod worker;

pub use counters::Counters;
pub use delivery::Delivery;
pub use error::{Error, FlushError};
pub use failure::Failure;
pub use framing::{Frame, Frames, Framing, frames};
pub use settings::{DropNotice, Settings};
pub use shared_bytes::SharedBytes;
pub use sink::{Interrupter, SendError, Sink};
pub use source::{Periodic, Source};
pub use unless::unless;
pub use whole::whole;
