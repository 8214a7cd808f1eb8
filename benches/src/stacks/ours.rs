//! tachograph, as its README says.

use crate::process::{Failure, Installed, Stack};
use crate::rows::ours::json;
use axum::Router;
use std::time::Duration;

pub(super) const STACKS: [Stack; 1] = [Stack { name: "tachograph, JSON", sends: &[], install: lines }];

const DEADLINE: Duration = Duration::from_secs(5);

fn lines(router: Router, _: &str) -> Result<Installed, Failure> {
    let (handle, proof) = json();
    let router = router.layer(tachograph_axum::Layer::new(&handle));
    Ok(Installed { router, flush: Box::new(move || assert!(handle.flush(DEADLINE), "the writer takes lines")), proof })
}
