//! The application's OpenTelemetry and ours, and the trees that a back end of both would show.

use std::collections::HashMap;

use opentelemetry::Context;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::{InMemorySpanExporter, Sampler as TheirSampler, SdkTracer, SdkTracerProvider, SpanData};
use tachograph_core::testing::Instance;
use tachograph_core::{OpenRequest, Record, RequestHead, Sampler};
use tracing::subscriber::with_default;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::Layer;
use tracing_subscriber::prelude::*;
use tracing_subscriber::registry;

use super::super::join_opentelemetry;

/// The application's set-up and ours, which are one.
pub(super) struct Joined {
    pub(super) exporter: InMemorySpanExporter,
    provider: SdkTracerProvider,
    pub(super) instance: Instance,
}

impl Joined {
    pub(super) fn new() -> Self {
        Self::with(Sampler::default(), TheirSampler::ParentBased(Box::new(TheirSampler::AlwaysOn)))
    }

    pub(super) fn with(ours: Sampler, theirs: TheirSampler) -> Self {
        let joined = Self::apart(ours, theirs);
        joined.join();
        joined
    }

    /// Joined later.
    pub(super) fn apart(ours: Sampler, theirs: TheirSampler) -> Self {
        let exporter = InMemorySpanExporter::default();
        let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).with_sampler(theirs).build();
        let instance = Instance::build(|builder| builder.sampler(ours));
        Joined { exporter, provider, instance }
    }

    pub(super) fn join(&self) {
        assert!(join_opentelemetry(self.instance.handle(), Context::current));
        assert!(!join_opentelemetry(self.instance.handle(), Context::current), "once is enough");
    }

    pub(super) fn tracer(&self) -> SdkTracer {
        self.provider.tracer("the application")
    }

    /// What the back end of both is sent, as trees: each span by its path from the root, in alphabetical order. It is
    /// checked that every span is sent once and hangs under one that is sent, or under the `caller`.
    pub(super) fn trees(&self, caller: Option<u64>) -> Vec<String> {
        let mut spans = Vec::new();
        for record in self.instance.take().iter().filter(|record| record.keeps_trace()) {
            assert!(record.spans_elsewhere());
            spans.extend(ours(record));
        }
        spans.extend(self.exporter.get_finished_spans().unwrap().iter().map(theirs));
        self.exporter.reset();
        let all: HashMap<_, _> = spans.iter().map(|span| ((span.trace, span.id), span)).collect();
        assert_eq!(all.len(), spans.len(), "no span is sent twice");
        let path = |span| path(&all, span, caller);
        let mut paths: Vec<_> = spans.iter().map(path).collect();
        paths.sort_unstable();
        paths
    }

    pub(super) fn block_on<F: Future>(&self, future: F) -> F::Output {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(self.instance.scope(future))
    }

    pub(super) fn request<'a>(&self, head: RequestHead<'a>) -> OpenRequest {
        OpenRequest::open(self.instance.handle(), head).unwrap()
    }
}

/// From the root to this one.
fn path(all: &HashMap<(u128, u64), &Sent>, span: &Sent, caller: Option<u64>) -> String {
    match span.parent.filter(|parent| Some(*parent) != caller) {
        None => span.name.clone(),
        Some(parent) => {
            let parent =
                all.get(&(span.trace, parent)).unwrap_or_else(|| panic!("the parent of {} is sent", span.name));
            format!("{} > {}", path(all, parent, caller), span.name)
        }
    }
}

struct Sent {
    trace: u128,
    id: u64,
    parent: Option<u64>,
    name: String,
}

fn ours(record: &Record) -> Vec<Sent> {
    let identity = record.identity();
    let trace = identity.trace_id().get();
    let own = Sent {
        trace,
        id: identity.span_id().get(),
        parent: identity.trace().parent_span_id.map(|parent| parent.get()),
        name: "request".to_owned(),
    };
    let call = |at: usize| Sent {
        trace,
        id: record.call_span_id(at).get(),
        parent: Some(record.call_parent(at).get()),
        name: record.calls()[at].operation().summary().to_owned(),
    };
    std::iter::once(own).chain((0..record.calls().len()).map(call)).collect()
}

fn theirs(span: &SpanData) -> Sent {
    let parent = u64::from_be_bytes(span.parent_span_id.to_bytes());
    Sent {
        trace: u128::from_be_bytes(span.span_context.trace_id().to_bytes()),
        id: u64::from_be_bytes(span.span_context.span_id().to_bytes()),
        parent: (parent > 0).then_some(parent),
        name: span.name.to_string(),
    }
}

/// Which layers the application's subscriber has, from the inside.
#[derive(Clone, Copy, Debug)]
pub(super) enum Layers {
    Theirs,
    TheirsOurs,
    OursTheirs,
}

pub(super) const ALL: [Layers; 3] = [Layers::Theirs, Layers::TheirsOurs, Layers::OursTheirs];

pub(super) fn under(joined: &Joined, layers: Layers, filter: Option<&str>, work: impl FnOnce()) {
    /// Without a filter their layer sees all that anybody wants to see.
    macro_rules! theirs {
        () => {{
            let layer = tracing_opentelemetry::layer().with_tracer(joined.tracer());
            match filter {
                Some(filter) => layer.with_filter(filter.parse::<Targets>().unwrap()).boxed(),
                None => layer.boxed(),
            }
        }};
    }
    macro_rules! ours {
        () => {
            tachograph_tracing::layer(joined.instance.handle())
        };
    }
    match layers {
        Layers::Theirs => with_default(registry().with(theirs!()), work),
        Layers::TheirsOurs => with_default(registry().with(theirs!()).with(ours!()), work),
        Layers::OursTheirs => with_default(registry().with(ours!()).with(theirs!()), work),
    }
}
