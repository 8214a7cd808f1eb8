//! Rocket applications with the fairing, by local clients and over sockets.

mod attribution;
mod blocking;
mod bodies;
mod breakdown;
mod departures;
mod endpoints;
mod local;
mod panics;
mod routes;
mod server;
mod server_timing;
mod set_up;
mod shutdown;
mod transparency;
mod upgrades;
