//! The headers of a request, as those that a call adds to.

use http::{HeaderMap, HeaderValue};
use tachograph_core::outbound::OutgoingHeaders;

pub(crate) struct Headers<'a>(pub(crate) &'a mut HeaderMap);

impl OutgoingHeaders for Headers<'_> {
    fn contains(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    fn insert(&mut self, name: &'static str, value: &str) {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.0.insert(name, value);
        }
    }
}
