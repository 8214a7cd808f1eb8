//! What a call keeps of the path of its URL beside the text.

/// How much of a call's texts is the path, and whether a query string stood behind it, in two bytes: a request can keep
/// many calls.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct KeptPath(u16);

impl KeptPath {
    /// Of the bytes of a path; far more than are kept of one.
    const QUERY: u16 = 1 << 15;

    pub(crate) fn set_bytes(&mut self, bytes: usize) {
        let bytes = u16::try_from(bytes).unwrap_or(u16::MAX).min(Self::QUERY - 1);
        self.0 = self.0 & Self::QUERY | bytes;
    }

    pub(crate) fn set_has_query(&mut self) {
        self.0 |= Self::QUERY;
    }

    pub(crate) fn bytes(self) -> usize {
        usize::from(self.0 & !Self::QUERY)
    }

    pub(crate) fn has_query(self) -> bool {
        self.0 & Self::QUERY != 0
    }
}
