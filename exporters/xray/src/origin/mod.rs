//! Where the service runs, which X-Ray calls a segment's origin.
//!
//! It is found out in the background: starting does not wait for it, and until it is known, documents say nothing of it.

mod aws;
mod container;
mod ec2;
mod ecs;
mod eks;
mod elastic_beanstalk;
mod lambda;
mod machine;
mod platform;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::{Arc, Once, OnceLock};

use tachograph_core::become_own_thread;

use machine::Machine;
pub use platform::Platform;

/// Finds out where the service runs, once; clones share what was found.
///
/// With [`Platform::Auto`] that is, in this order: Lambda, where its variables are set; Elastic Beanstalk, where its
/// configuration of X-Ray is; ECS, where `ECS_CONTAINER_METADATA_URI_V4` is set; EKS, by the account of the pod; and EC2,
/// where its metadata service answers within a second. Elsewhere documents have no origin, and nobody is told of it.
///
/// That is done in the background. Documents that are written before it has ended, which on AWS takes milliseconds, have no
/// origin and nothing of AWS in them, either.
#[derive(Clone)]
pub struct Origin {
    shared: Arc<Shared>,
}

struct Shared {
    platform: Platform,
    machine: Machine,
    known: Arc<OnceLock<Known>>,
    started: Once,
}

/// What was found, as soon as it is there.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    known: Arc<OnceLock<Known>>,
    lambda: bool,
}

/// What documents say of where the service runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Known {
    /// Such as `AWS::ECS::Container`.
    pub(crate) origin: &'static str,
    /// That, and what else sampling rules may call it.
    pub(crate) service_types: &'static [&'static str],
    /// Members of the object `aws`, in JSON, a comma before each; at most 2000 bytes.
    pub(crate) aws: Box<str>,
}

impl Origin {
    /// It runs there; what is to be said of it is found by these environment variables, and by asking.
    pub fn new(platform: Platform, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        Self::on(platform, Machine::new(variables))
    }

    fn on(platform: Platform, machine: Machine) -> Self {
        Origin { shared: Arc::new(Shared { platform, machine, known: Arc::default(), started: Once::new() }) }
    }

    /// Begins to find out, unless one of the clones has, on a thread that ends when it is found or not to be found.
    pub(crate) fn start(&self) -> Found {
        let shared = &self.shared;
        let lambda = match shared.platform {
            Platform::Lambda => true,
            Platform::Auto => lambda::is_here(&shared.machine),
            _ => false,
        };
        shared.started.call_once(|| match shared.platform {
            Platform::None => {}
            // Nobody has to be asked.
            _ if lambda => shared.set(Some(lambda::known(&shared.machine))),
            _ => {
                let shared = Arc::clone(shared);
                let find = move || {
                    become_own_thread();
                    shared.set(shared.platform.find(&shared.machine));
                };
                // Where there can be no thread, documents go without an origin.
                let _ = std::thread::Builder::new().name("tachograph-origin".into()).spawn(find);
            }
        });
        Found { known: Arc::clone(&shared.known), lambda }
    }
}

impl Shared {
    fn set(&self, known: Option<Known>) {
        if let Some(known) = known {
            let _ = self.known.set(known);
        }
    }
}

impl Found {
    /// None as long as it is not known, and where there is nothing to be known.
    pub(crate) fn known(&self) -> Option<&Known> {
        self.known.get()
    }

    /// Whether it is AWS Lambda, which is known from the beginning.
    pub(crate) fn is_lambda(&self) -> bool {
        self.lambda
    }
}

/// Looked for, by the variables of the process.
impl Default for Origin {
    fn default() -> Self {
        let variables = std::env::vars_os();
        let readable =
            variables.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Origin::new(Platform::default(), readable)
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Shared { platform, known, .. } = &*self.shared;
        f.debug_struct("Origin").field("platform", platform).field("known", &known.get()).finish()
    }
}
