//! Whether sqlx's events would reach the layer.

use std::cell::Cell;
use std::error::Error;
use std::fmt;

use tracing::level_filters::{LevelFilter, STATIC_MAX_LEVEL};
use tracing::{Metadata, dispatcher};

use crate::query::QUERY;
use crate::recorder::Recorder;

/// Tells whether sqlx's queries can reach the layer, to be asked once the subscriber is installed. Nothing is measured
/// wrongly where they cannot, but nothing is measured either.
///
/// Who does not ask is told: the first request logs it as a warning.
///
/// # Errors
/// What is in the way, and what helps.
pub fn check() -> Result<(), Hidden> {
    let layer =
        dispatcher::get_default(|dispatch| dispatch.downcast_ref::<Recorder>().map(|layer| layer.queries.is_some()));
    match layer {
        None => return Err(Hidden::NoLayer),
        Some(false) => return Ok(()),
        Some(true) => {}
    }
    if STATIC_MAX_LEVEL < LevelFilter::DEBUG {
        return Err(Hidden::CompiledOut);
    }
    SEEN.set(false);
    // A span, since no layer shows one that is not entered and has no events; to filters it is like sqlx's event.
    drop(tracing::debug_span!(target: QUERY, PROBE));
    if SEEN.get() { Ok(()) } else { Err(Hidden::Filtered) }
}

/// Why sqlx's queries cannot reach tachograph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hidden {
    /// There is no tracing subscriber, or none with our layer.
    NoLayer,
    /// A filter of the whole subscriber, or one around our layer, hides them.
    Filtered,
    /// A feature of the `tracing` crate has removed them from the program.
    CompiledOut,
}

impl fmt::Display for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sqlx's queries cannot reach tachograph: ")?;
        f.write_str(match self {
            Hidden::NoLayer => {
                "the tracing subscriber in force does not have its layer; add it with \
                 `tracing_subscriber::registry().with(..).with(tachograph_tracing::layer(&handle))`"
            }
            Hidden::Filtered => {
                "a global filter (`EnvFilter` as a layer of its own, or `fmt().with_env_filter()`) hides \
                 `sqlx::query=debug`; give the filter to your fmt layer with `.with_filter(..)` instead"
            }
            Hidden::CompiledOut => {
                "a feature `max_level_*` or `release_max_level_*` of the crate `tracing` removes DEBUG from the \
                 program; leave it out, or measure with `tachograph-sqlx`"
            }
        })
    }
}

impl Error for Hidden {}

const PROBE: &str = "tachograph_check";

thread_local! {
    static SEEN: Cell<bool> = const { Cell::new(false) };
}

pub(crate) fn is_probe(metadata: &Metadata<'_>) -> bool {
    metadata.target() == QUERY && metadata.name() == PROBE
}

/// The layer was told of the probe.
pub(crate) fn seen() {
    let _ = SEEN.try_with(|seen| seen.set(true));
}
