//! How the adapters that measure a call keep those that hear of it from counting it again.

/// The target of the tracing span `measured` (level DEBUG) that an adapter enters around a client whose calls it measures
/// itself.
///
/// What such a client logs inside this span is counted already: whoever makes calls of log events ignores it there. It is
/// a span, not a mark on the thread, because a client that works on threads of its own (sqlx's SQLite driver) takes the
/// current span along and nothing else.
pub const MEASURED_TARGET: &str = "tachograph::measured";

/// The name of a span of that target that says so of the span around it: for an adapter that is asked only when the
/// client's own span is there already. It is made and dropped.
pub const MEASURED_AROUND: &str = "measured_around";
