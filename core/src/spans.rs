//! The trace of a record: which span ids its parts have, and what each hangs under.
//!
//! A part whose id went out in a header has that one. The others have ids that follow from the request's own: nobody draws
//! random numbers for spans that may never be sent, and every exporter that shows the trace calls them the same.

use crate::call::Call;
use crate::companion::Companion;
use crate::identity::Identity;
use crate::ids::SpanId;
use crate::level::Level;
use crate::parent::Parent;
use crate::record::{Record, RecordKind};

impl Record {
    /// The span id of the call at this place of [`calls`](Self::calls).
    pub fn call_span_id(&self, at: usize) -> SpanId {
        let sent = self.calls.get(at).and_then(|call| call.span_id);
        sent.unwrap_or_else(|| derived(self.identity(), at as u64 * 2 + 1))
    }

    /// The span that the call at this place of [`calls`](Self::calls) was made in: the application's, or the request's.
    pub fn call_parent(&self, at: usize) -> SpanId {
        match self.calls.get(at).map(Call::parent) {
            Some(Parent::Span(place)) if (place as usize) < self.spans.len() => self.span_span_id(place as usize),
            Some(Parent::Elsewhere(span_id)) => span_id,
            _ => self.identity().span_id(),
        }
    }

    /// The span id of the application's span at this place of [`spans`](Self::spans).
    pub fn span_span_id(&self, at: usize) -> SpanId {
        derived(self.identity(), at as u64 * 2)
    }

    /// The span around the one at this place of [`spans`](Self::spans): another of the application's, or the request's.
    pub fn span_parent(&self, at: usize) -> SpanId {
        match self.spans.get(at).and_then(|span| span.parent()).filter(|parent| *parent < at) {
            Some(parent) => self.span_span_id(parent),
            None => self.identity().span_id(),
        }
    }

    /// Whether somebody else keeps the application's spans, and shows them: then the trace is shown without
    /// [`spans`](Self::spans), and no call hangs under one of them.
    pub fn spans_elsewhere(&self) -> bool {
        let companion = self.recording.as_ref().and_then(|recording| recording.companion());
        companion.and_then(Companion::innermost_span).is_some()
    }

    /// Whether its trace is sampled: as its calls were told.
    pub fn is_sampled(&self) -> bool {
        self.identity().decision().sampled
    }

    /// Whether its trace is to be shown: where it is sampled; and where it is not, but the decision was made here, before
    /// anything was known of a request that turned out to be [worth a look](Self::is_flagged).
    pub fn keeps_trace(&self) -> bool {
        let decision = self.identity().decision();
        decision.sampled || (!decision.by_caller && self.is_flagged())
    }

    /// Whether it is worth a look: it failed or was refused (a level of warning or louder), or one of its calls failed, or there
    /// are [findings](Self::findings) about it, as there are where it was slow.
    ///
    /// A request that was refused because nothing is at its path is not: whoever tries out paths would decide what is kept.
    pub fn is_flagged(&self) -> bool {
        let is_missing = self.kind() == RecordKind::Request
            && self.route().is_none()
            && self.level() == Level::Warning
            && self.error().is_none();
        let errors = self.database().errors() + self.external().errors() + self.cache().calls().errors();
        errors > 0 || (self.level() >= Level::Warning && !is_missing) || !self.findings().is_empty()
    }
}

/// One round of splitmix64 over the request's own id: other parts have other ids, as it loses nothing.
fn derived(identity: &Identity, part: u64) -> SpanId {
    let mut mixed = identity.span_id().get().wrapping_add((part + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    SpanId::new(mixed ^ (mixed >> 31)).unwrap_or(identity.span_id())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::clock::ManualClock;
    use crate::findings::FindingKind;
    use crate::handle::Handle;
    use crate::open_call::start_call;
    use crate::open_request::{OpenRequest, RequestHead};
    use crate::operation::Operation;
    use crate::parent::Innermost;
    use crate::sampling::Sampler;
    use crate::testing::Instance;
    use crate::trace::{Extracted, TraceContext};

    fn query() {
        start_call(Operation::database("sqlite", "main", "SELECT 1"), None).completed();
    }

    fn record(instance: &Instance, work: impl FnOnce(&OpenRequest)) -> Record {
        let request = OpenRequest::open(instance.handle(), RequestHead::default()).unwrap();
        request.recording().poll(|| work(&request));
        drop(request);
        instance.take().remove(0)
    }

    #[test]
    fn a_call_hangs_under_the_innermost_span_of_its_own_request() {
        let instance = Instance::with_clock(ManualClock::new());
        let other = OpenRequest::open(instance.handle(), RequestHead::default()).unwrap();
        let record = record(&instance, |request| {
            let recording = request.recording();
            let outer = recording.start_span("outer", None);
            let inner = recording.start_span("inner", outer);
            query();
            Innermost::of(recording, inner).set();
            query();
            Innermost::of(other.recording(), Some(0)).set();
            query();
            Innermost::of(recording, outer).set();
            query();
            Innermost::of(recording, None).set();
        });
        let own = record.identity().span_id();
        let (outer, inner) = (record.span_span_id(0), record.span_span_id(1));
        let parents: Vec<_> = (0..4).map(|at| record.call_parent(at)).collect();
        assert_eq!(parents, [own, inner, own, outer]);
        assert_eq!([record.span_parent(0), record.span_parent(1)], [own, outer]);
    }

    #[test]
    fn every_part_has_an_id_of_its_own() {
        let instance = Instance::with_clock(ManualClock::new());
        let mut sent = None;
        let record = record(&instance, |request| {
            for name in 0..50 {
                request.recording().start_span(name.to_string(), None);
                let mut call = start_call(Operation::external("partner", "GET"), None);
                if name == 7 {
                    sent = call.span_id();
                }
            }
        });
        let mut ids: Vec<_> = (0..50).flat_map(|at| [record.call_span_id(at), record.span_span_id(at)]).collect();
        assert_eq!(Some(record.call_span_id(7)), sent, "the id that went out is the one that is shown");
        ids.push(record.identity().span_id());
        ids.sort_by_key(|id| id.get());
        ids.dedup();
        assert_eq!(ids.len(), 101);
    }

    /// Whether the trace of a request is kept that was answered so.
    fn kept(sampler: Sampler, caller: Option<bool>, status: u16) -> bool {
        let exporter = Arc::new(std::sync::Mutex::new(Vec::new()));
        #[derive(Debug)]
        struct Keep(Arc<std::sync::Mutex<Vec<bool>>>);
        impl crate::exporter::Exporter for Keep {
            fn name(&self) -> &str {
                "keep"
            }
            fn record(&self, record: &Record) {
                self.0.lock().unwrap().push(record.keeps_trace());
            }
        }
        let handle = Handle::builder().sampler(sampler).exporter(Keep(Arc::clone(&exporter))).build();
        let context = TraceContext { sampled: caller, ..TraceContext::new(handle.ids().trace_id()) };
        let trace = Extracted { context: Some(context), ..Extracted::default() };
        let mut request = OpenRequest::open(&handle, RequestHead { trace, ..RequestHead::default() }).unwrap();
        let sent = request.recording().identity().trace().sampled;
        assert_eq!(sent, Some(request.recording().identity().decision().sampled), "calls are told what was decided");
        request.respond(status, Some(0), false);
        request.complete();
        exporter.lock().unwrap()[0]
    }

    #[test]
    fn what_matters_is_kept_where_the_decision_was_made_here() {
        let never = || Sampler::always_off().heeding_caller();
        assert!(!kept(never(), None, 200));
        assert!(kept(never(), None, 500));
        assert!(!kept(never(), Some(false), 500), "the caller has decided");
        assert!(kept(never(), Some(true), 200));
        assert!(kept(Sampler::always_off(), Some(false), 500), "the caller is not heeded");
        assert!(kept(Sampler::default(), None, 200));
        assert!(!kept(Sampler::default(), Some(false), 200));
    }

    #[test]
    fn trying_out_paths_is_no_reason_to_keep_anything() {
        assert!(!kept(Sampler::always_off(), None, 404));
        let clock = ManualClock::new();
        let instance = Instance::with_clock(clock.clone());
        let flagged = |route, status, millis| {
            let head = RequestHead { method: "GET", path: "/a", route, ..RequestHead::default() };
            let mut request = OpenRequest::open(instance.handle(), head).unwrap();
            request.pause();
            clock.advance(Duration::from_millis(millis));
            request.respond(status, Some(0), false);
            request.complete();
            let record = instance.take().remove(0);
            (record.is_flagged(), record.has_finding(FindingKind::SlowRequest))
        };
        assert_eq!(flagged(Some("/a"), 404, 1), (true, false));
        assert_eq!(flagged(None, 404, 1), (false, false));
        assert_eq!(flagged(None, 404, 1000), (true, true));
        assert_eq!(flagged(Some("/a"), 200, 499), (false, false));
    }
}
