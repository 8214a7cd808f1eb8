//! Tries a function out as Lambda runs it: starts it, invokes it, shows what it answers and what it writes, and ends.
//!
//! ```text
//! tachograph-lambda-api --invoke '{"do":"report","id":7}' --invoke event.json target/debug/demo-lambda
//! ```

#[cfg(unix)]
mod try_out;

fn main() -> std::process::ExitCode {
    #[cfg(unix)]
    return try_out::main();
    #[cfg(not(unix))]
    {
        eprintln!("tachograph-lambda-api: it freezes functions by signals, which are there on Unix alone");
        std::process::ExitCode::from(2)
    }
}
