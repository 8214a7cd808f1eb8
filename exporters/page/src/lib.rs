//! A page on which a service shows where the time of its requests goes.
