//! Counts requests and their calls, and shows them to Prometheus.
