//! Makes export requests of snapshots, and sends them.

use tachograph_delivery::{Interrupter, SendError, Sink, frames};

use crate::envelope::Envelope;
use crate::protobuf;
use crate::transport::Transport;

/// Collectors take 4 MiB over gRPC where nobody says otherwise, and all metrics together can be more.
const MOST_BYTES: usize = 3 << 20;

/// Where metrics go.
pub(crate) struct Requests {
    transport: Transport,
    envelope: Envelope,
}

impl Requests {
    pub(crate) fn new(transport: Transport, envelope: Envelope) -> Self {
        Requests { transport, envelope }
    }

    fn request(&mut self, metrics: &[&[u8]]) -> Result<(), SendError> {
        let mut request = Vec::new();
        self.envelope.request(metrics.iter().copied(), &mut request);
        self.transport.send(request)
    }
}

impl Sink for Requests {
    fn describe(&self) -> String {
        self.transport.describe()
    }

    /// As many requests as it takes for each to be taken. Where a later one fails, those before it have arrived: the rest is
    /// given up, for what is sent instead would count the first ones twice where it says what was added.
    fn send(&mut self, batch: &[u8]) -> Result<(), SendError> {
        let metrics: Vec<&[u8]> = frames(batch).flat_map(|frame| protobuf::fields(frame.bytes)).collect();
        let mut rest = &metrics[..];
        while !rest.is_empty() {
            let is_first = rest.len() == metrics.len();
            let (request, later) = rest.split_at(fitting(rest, MOST_BYTES));
            match self.request(request) {
                Err(error) if error.is_temporary() && !is_first => {
                    return Err(SendError::rejected(rest.len() as u64, error));
                }
                sent => sent?,
            }
            rest = later;
        }
        Ok(())
    }

    fn interrupter(&self) -> Option<Interrupter> {
        Some(self.transport.interrupter())
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
