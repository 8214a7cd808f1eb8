//! Measures the requests of a rocket application.

mod answer;
mod body;
mod fairing;
mod head;
mod measure;
mod owned;
mod registry;
mod route;
mod underway;

pub use fairing::{Fairing, fairing};
pub use measure::{measure, measure_catchers};

// Their types stand in the interface above.
pub use {rocket, tachograph_core as core};
