//! The facade: configuration, set-up, and the house that it stands on. One binary, to be linked once.

mod config;
mod house;
mod setup;
