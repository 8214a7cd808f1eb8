//! Requests that take long, shown before their end.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tachograph_core::{Record, SpanId, WeakHandle};
use tachograph_delivery::Source;

use crate::document::Documents;
use crate::lost::Shortened;

/// Renders what is still running, so that it is seen in X-Ray although it has no end yet. Each is shown again whenever it has
/// become twice as old: so a stream of hours costs a few documents.
#[derive(Debug)]
pub(crate) struct Underway {
    pub(crate) documents: Arc<Documents>,
    pub(crate) shortened: Arc<Shortened>,
    pub(crate) instance: Arc<OnceLock<WeakHandle>>,
    pub(crate) after: Duration,
    /// How old each was when it was last shown.
    pub(crate) shown: HashMap<SpanId, Duration>,
    /// Of these, it is not known yet whether the daemon was there.
    pub(crate) pulled: Vec<SpanId>,
}

impl Underway {
    fn is_due(&self, record: &Record) -> bool {
        let shown = self.shown.get(&record.identity().span_id());
        record.keeps_trace() && shown.is_none_or(|age| record.duration() >= *age * 2)
    }

    /// They are to be shown again.
    fn take_back(&mut self) {
        for id in self.pulled.drain(..) {
            self.shown.remove(&id);
        }
    }
}

impl Source for Underway {
    fn pull(&mut self, state: &mut Vec<u8>) -> u32 {
        // What nothing became of was replaced by this.
        self.take_back();
        let Some(handle) = self.instance.get().and_then(WeakHandle::upgrade) else { return 0 };
        let underway = handle.underway(self.after);
        self.shown.retain(|id, _| underway.iter().any(|record| record.identity().span_id() == *id));
        let mut documents = 0;
        for record in &underway {
            if self.is_due(record) {
                documents += self.shortened.count(self.documents.write(record, true, state));
                let id = record.identity().span_id();
                self.shown.insert(id, record.duration());
                self.pulled.push(id);
            }
        }
        documents
    }

    fn settled(&mut self, accepted: bool) {
        match accepted {
            true => self.pulled.clear(),
            false => self.take_back(),
        }
    }
}
