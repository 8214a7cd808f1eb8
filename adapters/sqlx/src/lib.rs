//! Measures the queries of a sqlx pool.
