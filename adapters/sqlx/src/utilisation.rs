//! How busy a pool is.

/// How busy a pool is at one moment, from [`Pool::utilisation`](crate::Pool::utilisation). The numbers are read one after
/// the other while the pool is in use, so they need not fit each other exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Utilisation {
    /// Connections that are open, or being opened.
    pub size: u32,
    /// Connections that wait for work.
    pub idle: u32,
    /// Connections that are given out, being opened, or on their way back.
    pub in_use: u32,
    /// Callers that wait for a connection, through the measured pool and its clones.
    pub waiting: u32,
    /// The most connections the pool opens.
    pub max: u32,
    /// How often waiting for a connection has ended in a time-out, since the pool was measured.
    pub timeouts: u64,
}
