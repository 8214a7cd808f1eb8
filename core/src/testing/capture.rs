//! What tests measure.

use crate::capture::Capture;

/// The default, but that the parameters and the place of every call are found out
/// ([`every_call`](Capture::every_call)), so that two of a kind can be told apart. The facade's instances begin with it;
/// those of this crate's measure as a service does, unless they are given it.
pub fn capture() -> Capture {
    Capture { every_call: true, ..Capture::default() }
}
