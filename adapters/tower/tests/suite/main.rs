//! What the layer makes of the services inside it, in process, by a clock that stands still unless a test moves it.

mod answers;
mod bodies;
mod endings;
mod heads;
mod layers;
mod over_http;
mod script;
