//! The service: what surrounds an invocation, and the task that a plain one is.

use std::sync::Arc;
use std::task::{Context, Poll};

use lambda_runtime::{LambdaInvocation, Service};
use tachograph_core::{Handle, OpenRequest, Surroundings, Task};

use crate::future::{End, InvocationFuture};
use crate::layer::Layer;
use crate::time_limit::{Deadline, TimeLimit};
use crate::{handler, surroundings};

/// The invocations of a runtime, measured. See [`Layer`].
#[derive(Debug, Clone)]
pub struct Invocations<S> {
    inner: S,
    layer: Layer,
}

impl<S> Invocations<S> {
    pub(crate) fn new(inner: S, layer: Layer) -> Self {
        Invocations { inner, layer }
    }
}

impl<S: Service<LambdaInvocation>> Service<LambdaInvocation> for Invocations<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = InvocationFuture<S::Future, S::Response, S::Error>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, invocation: LambdaInvocation) -> Self::Future {
        let Some(handle) = self.layer.inbound.handle() else {
            let unmeasured = Arc::new(Surroundings::new());
            return InvocationFuture::new(unmeasured.around(Task::resumed(None, self.inner.call(invocation))), None);
        };
        let layer = &self.layer;
        let deadline = Deadline::of(&invocation.context, &handle, layer.margin);
        let among_others = layer.flush.is_among_others();
        let surroundings = surroundings::of(&invocation.context, &deadline, layer.start.first(), among_others);
        let surroundings = Arc::new(surroundings);
        let name = invocation.context.env_config.function_name.clone();
        let task = |handle: &Handle| OpenRequest::open_task(handle, &name, None);
        let mut open = surroundings.inside(|| (!layer.http).then(|| task(&handle)));

        let inner = &mut self.inner;
        let call = || handler::is_reached(|| inner.call(invocation));
        let (future, reached) = surroundings.inside(|| match &mut open {
            Some(open) => open.call(call),
            None => call(),
        });
        if layer.knows_handler && !reached {
            let open = open.get_or_insert_with(|| surroundings.inside(|| task(&handle)));
            open.recording().failed(UNREADABLE, &"the event is none that the handler takes: it was not called", None);
        }

        let time_limit = TimeLimit::start(&deadline, &surroundings, &handle);
        let work = surroundings.around(Task::resumed(open, future));
        let end = End { handle, deadline, flush: Arc::clone(&layer.flush), _time_limit: time_limit };
        InvocationFuture::new(work, Some(end))
    }
}

/// The type of error of an invocation whose event could not be read.
const UNREADABLE: &str = "unreadable_event";
