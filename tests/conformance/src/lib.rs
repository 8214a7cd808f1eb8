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
mod expected;
mod framework;
mod lines;
mod scenarios;
mod service;

pub use differences::{DIFFERENCES, Difference, table};
pub use framework::Framework;

/// A test for each scenario, against a binary: `suite!(Axum, env!("CARGO_BIN_EXE_demo-axum"));`.
#[macro_export]
macro_rules! suite {
    ($framework:ident, $binary:expr) => {
        $crate::every_scenario! { [$crate::tests] $framework, $binary; }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! tests {
    ($framework:ident, $binary:expr; $($theme:ident { $($name:ident)* })*) => {
        $(mod $theme {
            $(#[test]
            fn $name() {
                $crate::run($binary, $crate::Framework::$framework, concat!(stringify!($theme), "::", stringify!($name)));
            })*
        })*
    };
}

/// Runs one scenario.
#[doc(hidden)]
pub fn run(binary: &'static str, framework: Framework, scenario: &'static str) {
    let (_, run) = scenarios::SCENARIOS.iter().find(|(name, _)| *name == scenario).expect("the list has it");
    let case = case::Case::new(binary, framework, scenario);
    run(&case);
    case.finish();
}
