//! Counts requests and their calls, and the application's own numbers, for every exporter of metrics.
