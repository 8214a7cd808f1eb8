//! Requests that take long, shown before their end.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tachograph_core::{Record, SpanId, WeakHandle};
use tachograph_delivery::Source;

use crate::document::Documents;
use crate::lost::Shortened;

/// How much is rendered at a time. What is due beyond that is rendered when it is looked for again.
const MOST_BYTES: usize = 256 << 10;

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
}

impl Source for Underway {
    fn pull(&mut self, state: &mut Vec<u8>) -> u32 {
        // What was not accepted is to be shown again.
        for id in self.pulled.drain(..) {
            self.shown.remove(&id);
        }
        let Some(handle) = self.instance.get().and_then(WeakHandle::upgrade) else { return 0 };
        let underway = handle.underway(self.after);
        let open: HashSet<SpanId> = underway.iter().map(|record| record.identity().span_id()).collect();
        self.shown.retain(|id, _| open.contains(id));
        let mut documents = 0;
        for record in &underway {
            if state.len() < MOST_BYTES && self.is_due(record) {
                documents += self.shortened.count(self.documents.write(record, true, state));
                let id = record.identity().span_id();
                self.shown.insert(id, record.duration());
                self.pulled.push(id);
            }
        }
        documents
    }

    fn settled(&mut self, accepted: bool) {
        if accepted {
            self.pulled.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use tachograph_core::{Handle, ManualClock, OpenRequest, RequestHead, Service};

    use super::*;
    use crate::origin::{Origin, Platform};

    #[test]
    fn many_are_shown_one_part_after_the_other() {
        let documents =
            Documents::new(&Service::default(), &[], Origin::new(Platform::None, []).start(), 64_000, 500_000);
        let clock = ManualClock::new();
        let handle = Handle::builder().clock(clock.clone()).build();
        let mut underway = Underway {
            documents: Arc::new(documents.unwrap()),
            shortened: Arc::default(),
            instance: Arc::new(OnceLock::from(handle.downgrade())),
            after: Duration::ZERO,
            shown: HashMap::new(),
            pulled: Vec::new(),
        };
        let mut open: Vec<_> =
            (0..2_000).map(|_| OpenRequest::open(&handle, RequestHead::default()).unwrap()).collect();
        clock.advance(Duration::from_secs(1));
        let mut pull = |accepted| {
            let mut state = Vec::new();
            let documents = underway.pull(&mut state);
            underway.settled(accepted);
            assert!(state.len() < MOST_BYTES + 10_000);
            assert_eq!(state.iter().filter(|byte| **byte == b'\n').count(), documents as usize);
            (documents, underway.shown.len())
        };
        let (first, _) = pull(false);
        assert!((100..1_500).contains(&first), "{first}");
        assert_eq!(pull(true), (first, first as usize), "what was not accepted comes again");
        let (second, _) = pull(true);
        assert!(second >= 100, "{second}");
        open.truncate(10);
        assert!(pull(true).1 <= 10, "what has ended is forgotten");
    }
}
