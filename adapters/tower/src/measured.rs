//! Layers inside layers: a request is measured once.

use http::Extensions;
use tachograph_core::Handle;

/// Marks a request that a layer has opened. It weighs nothing: a value without size is boxed without allocating.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured;

/// Whether a layer further out measures this request for the same instance already. It then learns the route, which
/// may be known only here: nothing outside a router sees what matched inside.
///
/// The mark alone would not tell instances apart, and the current request alone would take a request that a handler
/// makes of its own for the one it is working on.
pub(crate) fn further_out(handle: &Handle, extensions: &Extensions, route: Option<&str>) -> bool {
    if extensions.get::<Measured>().is_none() {
        return false;
    }
    // None where something in between called from a task of its own, as a buffer does. Measured it is all the same.
    let Some(current) = tachograph_core::current() else { return true };
    if !current.handle().is_same(handle) {
        return false;
    }
    if let Some(route) = route {
        current.set_route(route);
    }
    true
}
