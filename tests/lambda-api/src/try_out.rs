//! Invokes one function with some events.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use serde_json::Value;
use tachograph_lambda_api::{Answer, Event, Function, Running};

const USAGE: &str = "usage: tachograph-lambda-api --invoke EVENT [--invoke EVENT]... FUNCTION [ARGUMENT]...
  EVENT     the event: JSON, or the name of a file that has it
  FUNCTION  the binary of the function, such as target/debug/demo-lambda
It is started here, with the variables that are set and those that Lambda sets, and frozen between invocations.";

/// What is to be done.
struct Asked {
    events: Vec<Value>,
    function: String,
    arguments: Vec<String>,
}

pub(crate) fn main() -> ExitCode {
    match Asked::read(std::env::args().skip(1)).and_then(|asked| asked.perform()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("tachograph-lambda-api: {why}");
            ExitCode::from(2)
        }
    }
}

impl Asked {
    fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut events = Vec::new();
        let function = loop {
            match arguments.next() {
                Some(option) if option == "--invoke" => {
                    events.push(event(&arguments.next().ok_or_else(|| format!("no event\n{USAGE}"))?)?);
                }
                Some(option) if option.starts_with('-') => return Err(format!("`{option}` is no option\n{USAGE}")),
                Some(function) => break function,
                None => return Err(format!("no function\n{USAGE}")),
            }
        };
        match events.is_empty() {
            true => Err(format!("no event\n{USAGE}")),
            false => Ok(Asked { events, function, arguments: arguments.collect() }),
        }
    }

    /// Whether each invocation was answered, and the function kept to the protocol.
    fn perform(self) -> Result<bool, String> {
        let path = Path::new(&self.function);
        let binary = path.canonicalize().map_err(|error| format!("`{}` is no function: {error}", self.function))?;
        let name = path.file_name().unwrap_or_default();
        let function = Function::of(binary).here().variable("AWS_LAMBDA_FUNCTION_NAME", name);
        let function = self.arguments.iter().fold(function, |function, argument| function.argument(argument));
        let mut function = function.try_start().map_err(|error| format!("`{}`: {error}", self.function))?;
        let mut shown = Shown::default();
        if let Err(status) = function.ready() {
            shown.show(&function);
            function.end();
            return Err(format!("the function has ended before it asked for an invocation: {status}"));
        }
        let mut fine = true;
        for event in &self.events {
            let answer = function.invoke(&Event::new(event.clone())).answer();
            match &answer {
                Answer::Response(response) => println!("response: {}", String::from_utf8_lossy(&response.body)),
                Answer::Error(error) => println!("error: {}: {}", error.error_type, error.message),
                Answer::TimedOut => println!("timed out"),
            }
            fine &= !matches!(answer, Answer::TimedOut);
            if !fine {
                break;
            }
            function.frozen();
            shown.show(&function);
        }
        shown.show(&function);
        let complaints = function.end();
        complaints.iter().for_each(|complaint| eprintln!("tachograph-lambda-api: {complaint}"));
        Ok(fine && complaints.is_empty())
    }
}

fn event(said: &str) -> Result<Value, String> {
    let parse = |text: &str| serde_json::from_str(text);
    match (parse(said), std::fs::read_to_string(said)) {
        (Ok(event), _) => Ok(event),
        (Err(_), Ok(text)) => parse(&text).map_err(|error| format!("{said}: {error}")),
        (Err(error), Err(_)) => Err(format!("`{said}` is no event, nor the name of a file that has one: {error}")),
    }
}

/// How much of what the function writes has been shown.
#[derive(Default)]
struct Shown {
    stdout: usize,
    stderr: usize,
}

impl Shown {
    /// Passes on what has come since.
    fn show(&mut self, function: &Running) {
        let (written, said) = (function.written(), function.said());
        // A pipe that has been closed is no reason to fail.
        let _ = std::io::stdout().write_all(&written.as_bytes()[self.stdout..]);
        let _ = std::io::stderr().write_all(&said.as_bytes()[self.stderr..]);
        (self.stdout, self.stderr) = (written.len(), said.len());
    }
}
