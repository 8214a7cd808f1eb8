//! How to measure clients that have no adapter of their own: one file each.
