//! Adapters inside adapters: what came in once is measured once.

use crate::context;
use crate::handle::Handle;
use crate::record::RecordKind;

/// Whether this is called as a part of a request that the same instance measures already. That request then learns the
/// route, which may be known only here: nothing outside a router sees what matched inside.
///
/// A task is no request: what comes in while it runs is one of its own.
pub(super) fn is_part_of_another(handle: &Handle, route: Option<&str>) -> bool {
    let Some(current) = context::current() else { return false };
    if !current.handle().is_same(handle) || current.kind() != Some(RecordKind::Request) {
        return false;
    }
    if let Some(route) = route {
        current.learn_route(route);
    }
    true
}
