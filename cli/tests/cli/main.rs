//! The commands as a shell runs them.

#[cfg(feature = "check")]
mod check;
mod queries;
mod shell;
