//! Records, for each request of a Rust web service, where the time went.
