//! Measures the requests of a rocket application.
