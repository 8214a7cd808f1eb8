//! Axum routers with the layer, in process and over sockets.

mod attribution;
mod bad_input;
mod blocking;
mod bodies;
mod departures;
mod endpoints;
mod http2;
mod inner_layers;
mod layers;
mod routes;
mod server;
mod server_timing;
mod transparency;
mod upgrades;
