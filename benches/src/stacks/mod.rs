//! What people use today on axum, and tachograph's exporters: each set up as its documentation says for production, for a process of
//! its own.
//!
//! Where they end costs nothing: lines go to a writer that counts them, OTLP to a receiver on loopback that takes it at once, and
//! Prometheus' page is rendered at each flush. The order is that of the table.

mod combined;
mod lines;
mod opentelemetry;
mod ours;
mod page;
mod single;
mod versions;

pub use versions::Versions;

use crate::process::{Installed, Stack};
use crate::rows::{BARE, FLOOR, answered, with_empty_layer, with_floor};
use axum::Router;

/// Every stack.
pub fn stacks() -> Vec<Stack> {
    let unobserved: [Stack; 4] = [
        Stack { name: BARE, sends: &[], install: |router, _| Ok(unobserved(router)) },
        Stack { name: "bare router again", sends: &[], install: |router, _| Ok(unobserved(router)) },
        Stack { name: "empty layer", sends: &[], install: |router, _| Ok(unobserved(with_empty_layer(router))) },
        Stack { name: FLOOR, sends: &[], install: |router, _| Ok(floor(router)) },
    ];
    [&unobserved[..], &ours::STACKS, &single::STACKS, &combined::STACKS].concat()
}

fn unobserved(router: Router) -> Installed {
    Installed { router, flush: Box::new(|| {}), proof: answered() }
}

fn floor(router: Router) -> Installed {
    let (router, proof) = with_floor(router);
    Installed { router, flush: Box::new(|| {}), proof }
}
