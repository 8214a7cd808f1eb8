//! Makes export requests of batches, and sends them.

use tachograph_delivery::{Interrupter, SendError, Sink, frames};

use crate::envelope::Envelope;
use crate::protobuf;
use crate::signal::Signal;
use crate::transport::Transport;

/// Collectors take 4 MiB over gRPC where nobody says otherwise. A batch of spans or log records is smaller; all metrics
/// together can be more.
const MOST_BYTES: usize = 3 << 20;

/// Where one signal goes.
pub(crate) struct Requests {
    pub(crate) signal: Signal,
    pub(crate) transport: Transport,
    pub(crate) envelope: Envelope,
}

impl Sink for Requests {
    fn describe(&self) -> String {
        self.transport.describe()
    }

    fn send(&mut self, batch: &[u8]) -> Result<(), SendError> {
        match self.signal {
            Signal::Traces | Signal::Logs => self.request(frames(batch).map(|frame| frame.bytes)),
            Signal::Metrics => self.snapshots(batch),
        }
    }

    fn interrupter(&self) -> Option<Interrupter> {
        Some(self.transport.interrupter())
    }
}

impl Requests {
    fn request<'f>(&mut self, frames: impl Iterator<Item = &'f [u8]> + Clone) -> Result<(), SendError> {
        let mut request = Vec::new();
        self.envelope.request(frames, &mut request);
        self.transport.send(request)
    }

    /// As many requests as it takes for each to be taken. Where a later one fails, those before it have arrived: the rest is
    /// given up, for what is sent instead would count the first ones twice where it says what was added.
    fn snapshots(&mut self, batch: &[u8]) -> Result<(), SendError> {
        let metrics: Vec<&[u8]> = frames(batch).flat_map(|frame| protobuf::fields(frame.bytes)).collect();
        let mut rest = &metrics[..];
        while !rest.is_empty() {
            let is_first = rest.len() == metrics.len();
            let (request, later) = rest.split_at(fitting(rest, MOST_BYTES));
            match self.request(request.iter().copied()) {
                Err(error) if error.is_temporary() && !is_first => {
                    return Err(SendError::rejected(rest.len() as u64, error));
                }
                sent => sent?,
            }
            rest = later;
        }
        Ok(())
    }
}

/// How many of these have so many bytes together; at least one.
fn fitting(metrics: &[&[u8]], bytes: usize) -> usize {
    let mut room = bytes;
    let fits = |metric: &&&[u8]| {
        let left = room.checked_sub(metric.len());
        room = left.unwrap_or(0);
        left.is_some()
    };
    metrics.iter().take_while(fits).count().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_has_what_fits_and_one_in_any_case() {
        let metrics = [&[0; 40][..], &[0; 40], &[0; 200], &[0; 10]];
        assert_eq!(fitting(&metrics, 100), 2);
        assert_eq!(fitting(&metrics[2..], 100), 1);
        assert_eq!(fitting(&metrics[3..], 100), 1);
        assert_eq!(fitting(&metrics, 1000), 4);
    }
}
