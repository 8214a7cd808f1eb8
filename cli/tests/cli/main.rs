//! The program as a shell runs it. One binary, to be linked once.

#[cfg(feature = "check")]
mod check;
mod cloudwatch;
mod program;
mod queries;
mod report;
mod shell;
