//! The demonstration from end to end: the real binary is started, asked over the wire, stopped, and its lines are read.
//!
//! A service that is told to stop first ends what it is doing and writes all it has recorded. So most tests ask, stop the
//! service, and then look at every line there is: nothing is waited for.
#![cfg(unix)]

mod bad_input;
mod client;
mod identity;
mod lines;
mod load;
mod logs;
mod outputs;
mod routes;
mod service;
mod start;
mod stop;
