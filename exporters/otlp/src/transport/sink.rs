//! A transport as the delivery's thread sees them.

use tachograph_delivery::{Interrupter, SendError, Sink, frames};

use super::Transport;
use crate::envelope::Envelope;

/// Sends the frames of a batch, each some spans or log records, as one request.
#[derive(Debug)]
pub(crate) struct Enveloped {
    transport: Transport,
    envelope: Envelope,
}

impl Enveloped {
    pub(crate) fn new(transport: Transport, envelope: Envelope) -> Self {
        Enveloped { transport, envelope }
    }
}

impl Sink for Enveloped {
    fn describe(&self) -> String {
        self.transport.describe()
    }

    fn send(&mut self, batch: &[u8]) -> Result<(), SendError> {
        let mut request = Vec::new();
        self.envelope.request(frames(batch).map(|frame| frame.bytes), &mut request);
        self.transport.send(request)
    }

    fn interrupter(&self) -> Option<Interrupter> {
        Some(self.transport.interrupter())
    }
}
