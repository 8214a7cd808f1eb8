//! Measures the commands of a redis client.
