//! An executor that knows where in the source it was made.

use tachograph_core::Callsite;

/// An executor whose queries are recorded with the place where it was made, from [`Pool::here`](crate::Pool::here) and
/// [`Connection::here`](crate::Connection::here).
#[derive(Debug, Clone, Copy)]
#[must_use = "an executor does nothing until a query is given to it"]
pub struct Located<E> {
    pub(crate) executor: E,
    pub(crate) callsite: Option<Callsite>,
}
