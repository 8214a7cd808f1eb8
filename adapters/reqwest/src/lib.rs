//! Measures the calls of a reqwest client.
