//! Measures the requests of an axum router.
