//! The scenarios that every framework's demonstration is held against.
#![cfg(unix)]

tachograph_conformance::suite!(Rocket, env!("CARGO_BIN_EXE_demo-rocket"));

#[cfg(feature = "peer-tests")]
mod on_peers {
    tachograph_conformance::peer_suite!(Rocket, env!("CARGO_BIN_EXE_demo-rocket"));
}
