//! Which traces are sampled.

mod central;
mod criteria;
mod local;
mod mode;
mod pattern;
mod random;
mod second;
#[cfg(test)]
mod tests;

use std::fmt;
use std::io::Write;
use std::sync::Arc;

use tachograph_core::{Clock, Sampler, Service, SystemClock};

use self::central::{Central, Poller, Thread};
use self::criteria::Asked;
use self::local::Local;
pub use self::local::LocalRules;
pub use self::mode::SamplingMode;
use self::random::{Dice, Random};
use crate::address::DaemonAddress;
use crate::error::Error;
use crate::origin::Origin;

/// How traces are sampled.
pub struct SamplingSettings {
    /// By what it is decided. Default: by the rules in X-Ray.
    pub mode: SamplingMode,
    /// The local rules. Default: one request a second, and 5 % of the others.
    pub rules: LocalRules,
    /// The daemon, which is asked at its TCP end. Default: `127.0.0.1:2000`.
    pub address: DaemonAddress,
    /// Where the service runs, for rules that are for services of one type. Give the exporter a clone of it. Default: found
    /// out.
    pub origin: Origin,
    /// Called on the thread that asks when the daemon gives no rules, once until it has given some again. Default: a line on
    /// standard error.
    pub on_failure: Box<dyn Fn(&Error) + Send>,
}

impl Default for SamplingSettings {
    fn default() -> Self {
        SamplingSettings {
            mode: SamplingMode::default(),
            rules: LocalRules::default(),
            address: DaemonAddress::default(),
            origin: Origin::default(),
            on_failure: Box::new(|error| {
                // Where standard error is closed, there is nobody to be told.
                let _ = writeln!(std::io::stderr(), "tachograph.xray: {error}");
            }),
        }
    }
}

/// Decides which traces are sampled, as AWS's SDKs do.
///
/// A caller that has decided is followed. Else it is the first rule that matches the service, its type, the host, the method
/// and the path: so many requests each second for certain, and a part of those beyond. The rules in X-Ray are asked for every
/// five minutes, and how they were used is told every ten seconds, for which X-Ray says what part of the certain ones is for
/// this service; until it has, one a second is borrowed. Rules that are older than an hour give way to the local ones.
///
/// A request waits for nothing but the lock of its rule. What a request does not have, such as a host, is matched by `*` alone,
/// and so is the service's type as long as its origin is not known. A host is matched with its port, or without. On Lambda,
/// which has decided before a function is called, and where the daemon knows no rules, it is asked for none.
///
/// ```
/// use tachograph_core::{Handle, Service};
/// use tachograph_xray::{Sampling, SamplingMode, SamplingSettings};
///
/// let service = Service::new("experiments-api");
/// let settings = SamplingSettings { mode: SamplingMode::Local, ..SamplingSettings::default() };
/// let sampling = Sampling::start(&service, settings)?;
/// let handle = Handle::builder().service(service).sampler(sampling.sampler()).build();
/// # drop(handle);
/// # Ok::<(), tachograph_xray::Error>(())
/// ```
#[derive(Clone)]
pub struct Sampling {
    deciding: Arc<Deciding>,
}

enum Deciding {
    Always,
    Local(Local, Surroundings),
    Central { central: Arc<Central>, thread: Thread },
}

/// What decisions depend on beside the rules.
struct Surroundings {
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

impl Sampling {
    /// Starts to decide; by the rules in X-Ray with a thread that asks for them, which ends with [`end`](Self::end), or when
    /// the last clone and the last [`sampler`](Self::sampler) are dropped.
    ///
    /// # Errors
    /// When there can be no thread.
    pub fn start(service: &Service, settings: SamplingSettings) -> Result<Self, Error> {
        let dice = Arc::new(Dice::new());
        let client_id = format!("{:08x}{:016x}", dice.number() as u32, dice.number());
        let surroundings = Surroundings { clock: Arc::new(SystemClock), random: dice };
        let SamplingSettings { mode, rules, address, origin, on_failure } = settings;
        let rules = Local::new(rules);
        let deciding = match mode {
            SamplingMode::Always => Deciding::Always,
            SamplingMode::Local => Deciding::Local(rules, surroundings),
            SamplingMode::Central if origin.start().is_lambda() => Deciding::Local(rules, surroundings),
            SamplingMode::Central => {
                let Surroundings { clock, random } = surroundings;
                let central = Arc::new(Central::new(&service.name, origin.start(), rules, clock, random));
                let poller = Poller::new(Arc::clone(&central), address.tcp().clone(), client_id, on_failure);
                let thread = central::start(poller).map_err(|error| {
                    Error::because(format!("cannot start the thread that asks for sampling rules: {error}"), error)
                })?;
                Deciding::Central { central, thread }
            }
        };
        Ok(Sampling { deciding: Arc::new(deciding) })
    }

    /// What an instance decides by.
    pub fn sampler(&self) -> Sampler {
        let sampler = match &*self.deciding {
            Deciding::Always => Sampler::always_on(),
            Deciding::Local(..) | Deciding::Central { .. } => {
                let deciding = Arc::clone(&self.deciding);
                Sampler::asking(move |_, head| match &*deciding {
                    Deciding::Always => true,
                    Deciding::Local(rules, Surroundings { clock, random }) => {
                        rules.samples(&Asked::of(head), clock.monotonic(), &**random)
                    }
                    Deciding::Central { central, .. } => central.samples(head),
                })
                .asking_for_host()
            }
        };
        sampler.heeding_caller()
    }

    /// Asks the daemon for nothing any more. What was told last decides for its hour, then the local rules do.
    pub fn end(&self) {
        if let Deciding::Central { thread, .. } = &*self.deciding {
            thread.end();
        }
    }
}

impl fmt::Debug for Sampling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mode = match &*self.deciding {
            Deciding::Always => SamplingMode::Always,
            Deciding::Local(..) => SamplingMode::Local,
            Deciding::Central { .. } => SamplingMode::Central,
        };
        f.debug_struct("Sampling").field("mode", &mode).finish_non_exhaustive()
    }
}

impl fmt::Debug for SamplingSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SamplingSettings { mode, rules, address, origin, on_failure: _ } = self;
        f.debug_struct("SamplingSettings")
            .field("mode", mode)
            .field("rules", rules)
            .field("address", address)
            .field("origin", origin)
            .finish_non_exhaustive()
    }
}
