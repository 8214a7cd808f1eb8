//! The scenarios that every framework's demonstration is held against.
#![cfg(unix)]

tachograph_conformance::suite!(Axum, env!("CARGO_BIN_EXE_demo-axum"));

#[cfg(feature = "peer-tests")]
mod on_peers {
    tachograph_conformance::peer_suite!(Axum, env!("CARGO_BIN_EXE_demo-axum"));
}
