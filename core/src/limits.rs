//! How much of a request is kept.

/// The bounds of one record. What goes beyond is counted ([`Counters`](crate::Counters)), never kept.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Calls kept one by one; further ones are added to groups of the same operation and callsite. Default 100.
    pub calls: usize,
    /// Groups that take the calls beyond [`calls`](Self::calls); what fits none is in the totals only. Default 64.
    pub groups: usize,
    /// The user's spans that are kept. Default 128.
    pub spans: usize,
    /// Findings; the dearest are kept. Default 16.
    pub findings: usize,
    /// The application's own fields, and separately its metadata entries. Default 64.
    pub fields: usize,
    /// Bytes of a field's name. Default 64.
    pub field_name_bytes: usize,
    /// Bytes of a field's text, of an error's message, of an action. Default 1024.
    pub field_bytes: usize,
    /// Bytes of the user's id. Default 256.
    pub user_bytes: usize,
    /// Bytes of a path and of a route. Default 2048.
    pub path_bytes: usize,
    /// Bytes of one metadata entry as JSON; a larger one is left out whole. Default 16384.
    pub metadata_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            calls: 100,
            groups: 64,
            spans: 128,
            findings: 16,
            fields: 64,
            field_name_bytes: 64,
            field_bytes: 1024,
            user_bytes: 256,
            path_bytes: 2048,
            metadata_bytes: 16 * 1024,
        }
    }
}
