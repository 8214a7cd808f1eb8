//! What the layers make of the services inside them, in process, by a clock that stands still unless a test moves it;
//! and over real connections.

mod answers;
mod blocking;
mod bodies;
mod client;
mod endings;
mod endpoints;
mod heads;
mod layers;
mod over_http;
mod script;
mod server_timing;
