//! Bounded buffers, flush, retry and drop counters that every sending exporter shares.
