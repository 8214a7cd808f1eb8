//! Sends requests that were rendered already to a receiver of OTLP, by gRPC or HTTP.

mod answer;
mod attempt;
#[cfg(feature = "aws")]
mod aws;
#[cfg(feature = "tls")]
mod connector;
#[cfg(feature = "grpc")]
mod grpc;
#[cfg(feature = "http")]
mod http;
mod sink;
#[cfg(feature = "tls")]
mod tls;

use std::fmt;
use std::sync::Arc;

use tachograph_delivery::{Interrupter, SendError, unless};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::error::Error;
use crate::settings::{Protocol, Target};
use crate::signal::Signal;
use attempt::Failed;

#[cfg(feature = "aws")]
pub(crate) use aws::Identity;
pub(crate) use sink::Enveloped;

#[cfg(not(any(feature = "grpc", feature = "http")))]
compile_error!("tachograph-otlp sends nothing without one of the features `grpc` and `http`");

const USER_AGENT: &str = concat!("tachograph-otlp/", env!("CARGO_PKG_VERSION"));

/// The connection of one signal.
///
/// It connects when there is something to send, keeps the connection, and connects again when it broke. It runs while
/// [`send`](Self::send) does and at no other time, on the thread that calls it.
pub(crate) struct Transport {
    signal: Signal,
    target: Target,
    client: Client,
    interrupted: Arc<Notify>,
    /// Always there until this is dropped.
    runtime: Option<Runtime>,
}

enum Client {
    #[cfg(feature = "grpc")]
    Grpc(Box<grpc::Client>),
    #[cfg(feature = "http")]
    Http(Box<http::Client>),
    #[cfg(feature = "aws")]
    Aws(Box<aws::Client>),
}

impl Transport {
    /// Prepares a connection; nothing is connected yet.
    ///
    /// # Errors
    /// When a file cannot be read or is none of what it should be, or when a feature is not compiled in.
    pub(crate) fn new(signal: Signal, target: Target) -> Result<Self, Error> {
        if target.is_secure() && cfg!(not(feature = "tls")) {
            return Err(Error::new(format!(
                "`{}` needs TLS, which is not compiled in: add the feature `otlp-tls` to tachograph in Cargo.toml (`tls` to \
                 tachograph-otlp), or use an endpoint at `http://`",
                target.shown()
            )));
        }
        let runtime = Builder::new_current_thread()
            .enable_all()
            // For looking up names.
            .max_blocking_threads(1)
            .on_thread_start(tachograph_core::become_own_thread)
            .thread_name(format!("tachograph-otlp-{signal}"))
            .build()
            .map_err(|error| Error::because(format!("there is no runtime to send {signal} with"), error))?;
        let client = {
            // A channel starts its tasks where it is made.
            let _entered = runtime.enter();
            client(&target)
        };
        let mut transport =
            Transport { signal, target, client: client?, interrupted: Arc::default(), runtime: Some(runtime) };
        transport.target.tls = Default::default();
        Ok(transport)
    }

    /// Signs as who this is, where requests are signed. Default: who the AWS SDK says that we are.
    #[cfg(feature = "aws")]
    pub(crate) fn sign_as(&mut self, identity: &Identity) {
        if let Client::Aws(client) = &mut self.client {
            client.sign_as(identity);
        }
    }

    /// What this is called in messages: the endpoint and the signal.
    pub(crate) fn describe(&self) -> String {
        format!("{} ({})", self.target.shown(), self.signal)
    }

    /// Sends one export request and waits for the answer. Not to be called where another runtime runs.
    ///
    /// # Errors
    /// Temporary where the protocol says that the same request is tried again. [Rejected](SendError::rejected) where
    /// the receiver refused some of it, or warns, or answers a success that makes no sense.
    pub(crate) fn send(&mut self, request: Vec<u8>) -> Result<(), SendError> {
        let Some(runtime) = &self.runtime else { return Err(SendError::permanent(0, "there is no runtime")) };
        let (client, signal, interrupted) = (&mut self.client, self.signal, Arc::clone(&self.interrupted));
        let longest = self.target.timeout;
        runtime.block_on(async {
            // What has happened to the connection since the last time is seen now, before it is used: one turn for the
            // system to tell of it, and one for each task that passes it on.
            for _ in 0..4 {
                tokio::task::yield_now().await;
            }
            let sent = timeout(longest, async {
                match client {
                    #[cfg(feature = "grpc")]
                    Client::Grpc(client) => client.send(signal, request.into()).await,
                    #[cfg(feature = "http")]
                    Client::Http(client) => client.send(signal, request.into(), |_, _, _| Ok(())).await,
                    #[cfg(feature = "aws")]
                    Client::Aws(client) => client.send(signal, request.into()).await,
                }
            });
            let late = || Failed::ForNow(format!("no answer within {longest:?}"), None).into();
            let sent = unless(interrupted.notified(), async { sent.await.unwrap_or_else(|_| Err(late())) }).await;
            sent.unwrap_or_else(|| Err(Failed::ForGood("it took longer than the shutdown may".to_owned()).into()))
        })
    }

    /// Makes a [`send`](Self::send) come back at once; see [`Sink::interrupter`](tachograph_delivery::Sink::interrupter).
    pub(crate) fn interrupter(&self) -> Interrupter {
        let interrupted = Arc::clone(&self.interrupted);
        Box::new(move || interrupted.notify_one())
    }
}

fn client(target: &Target) -> Result<Client, Error> {
    #[cfg(feature = "aws")]
    if let Some(signing) = &target.signing {
        return Ok(Client::Aws(Box::new(aws::Client::new(target, signing)?)));
    }
    #[cfg(not(feature = "aws"))]
    if target.signing.is_some() {
        return Err(Error::new(
            "requests to AWS are signed, which is not compiled in: add the feature `otlp-aws` to tachograph in Cargo.toml (`aws` \
             to tachograph-otlp)",
        ));
    }
    match target.protocol {
        #[cfg(feature = "grpc")]
        Protocol::Grpc => grpc::Client::new(target).map(Box::new).map(Client::Grpc),
        #[cfg(feature = "http")]
        Protocol::HttpProtobuf => http::Client::new(target).map(Box::new).map(Client::Http),
        #[cfg(not(all(feature = "grpc", feature = "http")))]
        protocol => {
            let feature = if protocol == Protocol::Grpc { "grpc" } else { "http" };
            Err(Error::new(format!(
                "protocol `{protocol}` needs the feature `{feature}` of tachograph-otlp: compile it in, or use another protocol"
            )))
        }
    }
}

impl Drop for Transport {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Would otherwise wait for a name that is being looked up, and panic within another runtime.
            runtime.shutdown_background();
        }
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport").field("signal", &self.signal).field("target", &self.target).finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "grpc", feature = "http", feature = "tls"))]
mod tests;
