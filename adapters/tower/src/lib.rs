//! Measures the requests of any http 1.x tower service.
