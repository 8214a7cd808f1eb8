//! A Runtime API of AWS Lambda for tests: it runs a function as a process of its own, invokes it, and freezes it between
//! invocations as Lambda does.
//!
//! ```no_run
//! use tachograph_lambda_api::{Event, Function};
//!
//! let function = Function::of("target/debug/demo-lambda").start();
//! let answer = function.invoke(&Event::new(serde_json::json!({ "id": 7 }))).answer();
//! assert_eq!(answer.response().json()["id"], 7);
//! function.frozen(); // what it has written by now is all that it will write before it is invoked again
//! assert_eq!(function.lines().len(), 2);
//! ```
//!
//! # What is checked
//! A function that breaks the protocol is complained of, and a test that drops such a function fails: it asks for an
//! invocation before it has answered the one it has; it answers what it was not asked, or twice, or after its time; its answer
//! is no JSON, or no error of Lambda's, or a stream without its prelude; it does not repeat the id of the invocation; it calls
//! what there is not.
//!
//! # Freezing
//! When the function asks for an invocation and there is none, it is stopped, by SIGSTOP, and goes on when there is one. So
//! what it does later than that is not done, and a test need not wait to see it. With a concurrency above 1 it is not
//! stopped, as Lambda does not. At the deadline of an invocation that is waited for the process is killed.
#![cfg(unix)]

mod answer;
mod api;
mod books;
mod event;
mod function;
mod process;
mod running;

pub use answer::{Answer, FunctionError, Response};
pub use event::Event;
pub use function::Function;
pub use running::{Invocation, Running};
