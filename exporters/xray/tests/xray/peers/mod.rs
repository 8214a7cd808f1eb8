//! Documents beside those of AWS' own SDK, and in the hands of what plays AWS. `tests/peers/run` starts what they need.

mod moto;
mod reference;
mod situations;

use std::net::SocketAddr;

use tachograph_core::{Handle, Sampler, Service};
use tachograph_xray::{DaemonAddress, Origin, Platform, Settings, XRay};

/// What `tests/peers/run` has put there.
fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run tests/peers/run"))
}

/// A service that sends to the daemon at this address.
fn service(daemon: SocketAddr) -> Handle {
    let mut settings = Settings::default();
    settings.address = DaemonAddress::new(daemon.into());
    settings.annotations = vec!["experiment_id".to_owned()];
    settings.origin = Origin::new(Platform::None, []);
    let service = Service::new("experiments-api").version("1.4.2");
    let exporter = XRay::new(&service, settings).unwrap();
    let sampler = Sampler::always_on().asking_for_host();
    Handle::builder().service(service).sampler(sampler).exporter(exporter).build()
}
