//! Where documents go, and what is in them.

use std::fmt;
use std::time::Duration;

use tachograph_delivery::{Failure, Framing};

use crate::address::DaemonAddress;
use crate::origin::Origin;
use crate::sampling::Sampling;

/// How [`XRay`](crate::XRay) is set up; begin with [`Settings::default`].
#[non_exhaustive]
pub struct Settings {
    /// Where the daemon is. Default `127.0.0.1:2000`.
    pub address: DaemonAddress,
    /// By what X-Ray finds traces: names of the application's fields, and of members of the JSON line; `finding` is the kind of
    /// the dearest finding (`n_plus_one`). At most 50. Default `request_id`, `name`, `action`, `route`, `outcome`, `environment`,
    /// `version`, `finding` and `verdict`.
    pub annotations: Vec<String>,
    /// How long a request or task has to be open to be shown before its end; again whenever it is twice as old. None: never.
    /// Default 10 s.
    pub in_progress_after: Option<Duration>,
    /// Where the service runs. Default: it is found out.
    pub origin: Origin,
    /// What decides which traces are sampled, to be ended with the exporter. It is the instance's
    /// [sampler](tachograph_core::HandleBuilder::sampler) that decides. Default none.
    pub sampling: Option<Sampling>,
    /// How long a document may be, 8,000 to 65,000 bytes. Subsegments that do not fit go alone. Default 64,000, which is what
    /// X-Ray takes.
    pub max_document_bytes: usize,
    /// How long the documents of one request may be together. Subsegments beyond that are left out. Default 500,000, which is
    /// what X-Ray takes for a trace.
    pub max_trace_bytes: usize,
    /// How documents wait to be sent, and how long when the daemon is gone. Framing and periodic source are ours.
    pub delivery: tachograph_delivery::Settings,
    /// Told when documents cannot be sent, once for each cause, on the delivery's thread. Default: a line on stderr.
    pub on_failure: FailureHook,
}

/// Told of documents that cannot be sent.
pub type FailureHook = Box<dyn Fn(&Failure) + Send>;

/// The annotations where nobody says which.
const ANNOTATIONS: [&str; 9] =
    ["request_id", "name", "action", "route", "outcome", "environment", "version", "finding", "verdict"];

impl Default for Settings {
    fn default() -> Self {
        Settings {
            address: DaemonAddress::default(),
            annotations: ANNOTATIONS.map(str::to_owned).to_vec(),
            in_progress_after: Some(Duration::from_secs(10)),
            origin: Origin::default(),
            sampling: None,
            max_document_bytes: 64_000,
            max_trace_bytes: 500_000,
            delivery: tachograph_delivery::Settings {
                name: "xray".to_owned(),
                framing: Framing::Frames,
                interval: Duration::from_millis(20),
                retry_limit: Some(Duration::from_secs(300)),
                ..tachograph_delivery::Settings::default()
            },
            on_failure: Box::new(|failure| {
                use std::io::Write;
                // `eprintln!` would panic where stderr is closed, too.
                let _ = writeln!(std::io::stderr(), "tachograph.xray: {failure}");
            }),
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("address", &self.address)
            .field("annotations", &self.annotations)
            .field("in_progress_after", &self.in_progress_after)
            .field("origin", &self.origin)
            .field("max_document_bytes", &self.max_document_bytes)
            .field("max_trace_bytes", &self.max_trace_bytes)
            .field("delivery", &self.delivery)
            .finish_non_exhaustive()
    }
}
