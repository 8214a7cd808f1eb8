//! One trace with the application's own OpenTelemetry: its spans hang under the request's, and calls hang under its spans.

mod attached;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use opentelemetry::trace::{SpanContext, TraceContextExt, TraceFlags, TraceState};
use opentelemetry::{Context, SpanId, TraceId};
use tachograph_core::{Companion, Companions, Handle, Identity, Recording, TraceContext};

/// For services that make spans with OpenTelemetry themselves, by `tracing-opentelemetry` or by its API, and export them:
/// from now on their spans and the requests of `handle` are one trace. False where they are already.
///
/// ```
/// # let handle = tachograph_core::Handle::builder().build();
/// tachograph_otlp::join_opentelemetry(&handle, opentelemetry::Context::current);
/// ```
///
/// `current` is always `opentelemetry::Context::current`, of the crate `opentelemetry` that the application uses. There can
/// be several versions of it in a process, which know nothing of each other: of another than
/// [ours](crate::opentelemetry) (0.33, which `tracing-opentelemetry` 0.34 is for) this does not compile.
///
/// - While a request runs, its span is OpenTelemetry's current one: a span that begins there is its child, of the same trace,
///   and the application's sampler is told what was decided for the request. (`ParentBased`, the default, follows.)
/// - A call that is made inside such a span, if that is sampled, hangs under it.
/// - [`Record::spans_elsewhere`](tachograph_core::Record::spans_elsewhere) holds for every record: the exporter of this
///   crate leaves the application's spans to the application's own.
/// - A span of the application's around a request, as its own middleware makes one, is the request's parent. But where it
///   is of another trace than the caller's, the request stays in the caller's.
///
/// What has to be so for it to be one trace:
/// - The application's own middleware, if it reads the caller's `traceparent`, is not inside of tachograph's: there it hangs
///   its span beside the request's, under the caller. It is better left out: the request's span says what it said.
/// - `tracing-opentelemetry` finds the request by OpenTelemetry's context, so `with_context_activation(false)` works only
///   where no span of tracing's is around the request.
/// - Its layer has a filter of level INFO, or one that leaves out the target `tachograph`, as in
///   `Targets::new().with_default(Level::DEBUG).with_target("tachograph", LevelFilter::OFF)`. Without one, the layer shows the
///   spans by which tachograph's own layer finds its way, of level DEBUG: the trace is one still, with spans that say nothing.
pub fn join_opentelemetry(handle: &Handle, current: fn() -> Context) -> bool {
    handle.accompany(RequestContexts { current })
}

struct RequestContexts {
    current: fn() -> Context,
}

impl Companions for RequestContexts {
    fn accompany(&self, recording: &Arc<Recording>) -> Option<Box<dyn Companion>> {
        let span = span_context(recording.identity());
        // Whatever else is in the context, such as baggage, stays.
        let context = (self.current)().with_remote_span_context(span.clone());
        Some(Box::new(RequestContext { span, own: recording.identity().span_id(), context }))
    }

    /// A span around the request is its parent: where there is no caller, or where the span is of the caller's trace, and so
    /// is between the two.
    fn place_in_trace(&self, place: &mut Option<TraceContext>) {
        let context = (self.current)();
        let around = context.span();
        let around = around.span_context();
        let Some(trace_id) = tachograph_core::TraceId::new(u128::from_be_bytes(around.trace_id().to_bytes())) else {
            return;
        };
        let place = place.get_or_insert_with(|| TraceContext::new(trace_id));
        if place.trace_id == trace_id {
            place.sampled = Some(around.is_sampled());
            if let Some(span_id) = ours(around.span_id()).filter(|_| around.is_sampled()) {
                place.parent_span_id = Some(span_id);
            }
        }
    }

    /// The request's tracing span must not be a trace of its own for a layer that sees it.
    fn goes_around(&self) -> bool {
        true
    }
}

/// The request's own span, which is of this process: who shows spans with a parent in another one as entries to the service
/// must not take each of the application's for one.
fn span_context(identity: &Identity) -> SpanContext {
    let flags = TraceFlags::default().with_sampled(identity.decision().sampled);
    let state = identity.trace().tracestate.as_deref().and_then(|state| state.parse::<TraceState>().ok());
    let trace_id = TraceId::from(identity.trace_id().get());
    SpanContext::new(trace_id, SpanId::from(identity.span_id().get()), flags, false, state.unwrap_or_default())
}

fn ours(span_id: SpanId) -> Option<tachograph_core::SpanId> {
    tachograph_core::SpanId::new(u64::from_be_bytes(span_id.to_bytes()))
}

struct RequestContext {
    span: SpanContext,
    own: tachograph_core::SpanId,
    context: Context,
}

impl RequestContext {
    fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    fn is_in_trace(&self, span: &SpanContext) -> bool {
        span.trace_id() == self.span.trace_id()
    }
}

impl Companion for RequestContext {
    fn enter(&self) {
        attached::enter(self.address(), || Some(self.context.clone()));
    }

    fn exit(&self) {
        attached::exit(self.address());
    }

    /// The application's layer may have attached the context of the span that was entered, which is more exact.
    fn enter_aside(&self) {
        let is_here = attached::current_span(|span| self.is_in_trace(span)).unwrap_or(true);
        attached::enter(self.address(), || (!is_here).then(|| self.context.clone()));
    }

    fn exit_aside(&self) {
        self.exit();
    }

    /// A span that is not sampled is nowhere to be seen, so that nothing can hang under it.
    fn innermost_span(&self) -> Option<tachograph_core::SpanId> {
        let innermost = attached::current_span(|span| {
            let is_shown = self.is_in_trace(span) && span.is_sampled();
            is_shown.then(|| ours(span.span_id())).flatten()
        });
        Some(innermost.flatten().unwrap_or(self.own))
    }
}
