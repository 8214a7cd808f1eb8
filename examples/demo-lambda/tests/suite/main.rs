//! The demonstration's functions, run by the real runtime client against a Runtime API that freezes them as Lambda does.
#![cfg(unix)]

mod plain;
