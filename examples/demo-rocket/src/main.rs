//! The demonstration on rocket.

fn main() {}
