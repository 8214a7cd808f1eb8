//! What every framework's demonstration has to record: one list of scenarios, driven over real sockets against the real
//! binary, each with the records that it should leave.
//!
//! A service that is told to stop first ends what it is doing and writes all it has recorded. So most scenarios ask, stop
//! the service, and then look at every line there is: nothing is waited for.
//!
//! Where a framework cannot do what the others do, [`DIFFERENCES`] says so, and nothing else does: a record is compared
//! with what it should be to the last field.
#![cfg(unix)]

mod case;
mod client;
mod differences;
// The rules of EMF are those that the exporter's own tests hold it to.
#[path = "../../../exporters/json/tests/json/emf/check.rs"]
mod emf;
mod expected;
mod framework;
mod lines;
mod memory;
mod page;
mod partner;
#[cfg(feature = "peer-tests")]
mod peers;
mod scenarios;
mod service;
#[path = "../../../exporters/json/tests/json/strict.rs"]
mod strict;

pub use differences::{DIFFERENCES, Difference, table};
pub use framework::Framework;

/// A test for each scenario, against a binary: `suite!(Axum, env!("CARGO_BIN_EXE_demo-axum"));`.
#[macro_export]
macro_rules! suite {
    ($framework:ident, $binary:expr) => {
        $crate::every_scenario! { [$crate::tests] run, $framework, $binary; }
    };
}

/// As [`suite!`], on PostgreSQL and Redis, and with the scenarios that only these can show.
#[cfg(feature = "peer-tests")]
#[macro_export]
macro_rules! peer_suite {
    ($framework:ident, $binary:expr) => {
        $crate::every_scenario! { [$crate::tests] run_on_peers, $framework, $binary; }
        $crate::every_scenario_of_peers! { [$crate::tests] run_on_peers, $framework, $binary; }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! tests {
    ($run:ident, $framework:ident, $binary:expr; $($theme:ident { $($name:ident)* })*) => {
        $(mod $theme {
            $(#[test]
            fn $name() {
                $crate::$run($binary, $crate::Framework::$framework, concat!(stringify!($theme), "::", stringify!($name)));
            })*
        })*
    };
}

/// Runs one scenario.
#[doc(hidden)]
pub fn run(binary: &'static str, framework: Framework, scenario: &'static str) {
    case::Case::new(binary, framework, scenario).run();
}

/// Runs one scenario on PostgreSQL and Redis.
#[doc(hidden)]
#[cfg(feature = "peer-tests")]
pub fn run_on_peers(binary: &'static str, framework: Framework, scenario: &'static str) {
    case::Case::new(binary, framework, scenario).on_peers().run();
}
