//! How much of what the application says is sent.

use crate::frame::MOST_BYTES;

/// Bounds of one span or log record; what goes beyond is left out and counted there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How many bytes it may have, at least 100,000; texts that would make it longer are cut. Default 1,000,000.
    pub bytes: usize,
    /// How many attributes it may have. Default 128.
    pub attributes: usize,
    /// How many characters an attribute's text may have. Default unlimited.
    pub attribute_length: Option<usize>,
    /// How many events a span may have. Default 128.
    pub events: usize,
    /// How many attributes each of these may have. Default 128.
    pub event_attributes: usize,
    /// How many links a span may have. Default 128.
    pub links: usize,
    /// How many attributes each of these may have. Default 128.
    pub link_attributes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            bytes: MOST_BYTES,
            attributes: 128,
            attribute_length: None,
            events: 128,
            event_attributes: 128,
            links: 128,
            link_attributes: 128,
        }
    }
}
