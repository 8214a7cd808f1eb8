//! Applications with the middleware, in process and over sockets.

mod attribution;
mod bad_input;
mod blocking;
mod bodies;
mod connections;
mod departures;
mod endpoints;
mod errors;
mod http2;
mod inner_middleware;
mod layers;
mod routes;
mod server;
mod server_timing;
mod transparency;
mod upgrades;
