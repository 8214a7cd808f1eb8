//! The scenarios that every framework's demonstration is held against.
#![cfg(unix)]

tachograph_conformance::suite!(ActixWeb, env!("CARGO_BIN_EXE_demo-actix-web"));

#[cfg(feature = "peer-tests")]
mod on_peers {
    tachograph_conformance::peer_suite!(ActixWeb, env!("CARGO_BIN_EXE_demo-actix-web"));
}
