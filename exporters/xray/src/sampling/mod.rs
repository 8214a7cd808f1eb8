//! Which traces are sampled.

mod criteria;
mod local;
mod pattern;
mod random;
mod second;

pub use local::LocalRules;
