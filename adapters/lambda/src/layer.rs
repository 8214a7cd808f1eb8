//! The layer: which instance measures, and how much time it may take.

use std::sync::Arc;
use std::time::Duration;

use lambda_runtime::tower;
use tachograph_core::Handle;
use tachograph_core::inbound::Inbound;

use crate::flush::Flush;
use crate::invocations::Invocations;
use crate::start::Start;

/// A [`Layer`] for the instance that is current when an invocation comes in. While there is none, invocations pass
/// untouched.
pub fn layer() -> Layer {
    Layer::current()
}

/// Measures the invocations of a [`Runtime`](lambda_runtime::Runtime), and sends what was recorded before the function is
/// frozen.
///
/// [`run`](Self::run) and its like put it where it belongs. Who builds a `Runtime` puts it there by
/// [`Runtime::layer`](lambda_runtime::Runtime::layer), around a handler in a [`Handler`](crate::Handler):
///
/// ```no_run
/// # use lambda_runtime::{Error, LambdaEvent, Runtime, service_fn};
/// # async fn resize(_: LambdaEvent<String>) -> Result<(), Error> { Ok(()) }
/// # async fn example() -> Result<(), Error> {
/// let runtime = Runtime::new(tachograph_lambda::handler(service_fn(resize)));
/// runtime.layer(tachograph_lambda::layer()).run().await
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Layer {
    pub(crate) inbound: Inbound,
    pub(crate) http: bool,
    /// Whether the handler is in a [`Handler`](crate::Handler), so that it is known if it was not called.
    pub(crate) knows_handler: bool,
    pub(crate) margin: Duration,
    pub(crate) flush: Arc<Flush>,
    pub(crate) start: Arc<Start>,
}

impl Layer {
    /// What is left of an invocation's time when it is taken for one that times out.
    pub const MARGIN: Duration = Duration::from_millis(200);

    /// How long an invocation waits, at most, for what it recorded to be sent.
    pub const FLUSH_WITHIN: Duration = Duration::from_secs(2);

    /// Measures by the instance that is current when an invocation comes in: see [`layer`].
    pub fn current() -> Self {
        Self::by(Inbound::current())
    }

    /// Measures by this instance.
    pub fn new(handle: &Handle) -> Self {
        Self::by(Inbound::new(handle))
    }

    fn by(inbound: Inbound) -> Self {
        Layer {
            inbound,
            http: false,
            knows_handler: false,
            margin: Self::MARGIN,
            flush: Arc::new(Flush::new(Self::FLUSH_WITHIN)),
            start: Start::of_the_process(),
        }
    }

    /// For a handler that answers HTTP requests, of which a layer of its framework makes records: the invocation is none of
    /// its own then. [`run_http`](Self::run_http) says so by itself.
    pub fn http(mut self) -> Self {
        self.http = true;
        self
    }

    /// How long before its deadline an invocation is taken for one that times out: what is open is recorded as such then, and
    /// sent, for at the deadline the process is killed. Default [200 ms](Self::MARGIN), and at most half of the time that an
    /// invocation has.
    pub fn margin(mut self, margin: Duration) -> Self {
        self.margin = margin;
        self
    }

    /// How long an invocation waits, at most, for what it recorded to be sent. Default [2 s](Self::FLUSH_WITHIN); never more
    /// than the time that is left until the [margin](Self::margin), and a tenth of it for as long as the last one waited in
    /// vain.
    pub fn flush_within(mut self, bound: Duration) -> Self {
        self.flush = Arc::new(Flush::new(bound));
        self
    }
}

impl Default for Layer {
    fn default() -> Self {
        Self::current()
    }
}

impl<S> tower::Layer<S> for Layer {
    type Service = Invocations<S>;

    /// What is left to do then is to ask for the first invocation.
    fn layer(&self, inner: S) -> Self::Service {
        self.start.done();
        Invocations::new(inner, self.clone())
    }
}
