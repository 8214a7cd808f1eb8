//! What the runner tells a row's process, a line each way.

use std::fmt;
use std::str::FromStr;

/// Each is answered by one line: numbers with spaces between, and what [`Prove`](Command::Prove) found as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Command {
    /// Serve so many requests: the nanoseconds that took.
    Serve(u64),
    /// Serve so many and flush: the allocations, and their bytes.
    CountAllocations(u64),
    /// Serve so many at an even pace and flush: the nanoseconds of processor time that the whole process took.
    Spend(u64),
    /// Prove that so many requests were observed: `true` or `false`, and what was found.
    Prove(u64),
}

impl fmt::Display for Command {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Command::Serve(requests) => write!(formatter, "serve {requests}"),
            Command::CountAllocations(requests) => write!(formatter, "count {requests}"),
            Command::Spend(requests) => write!(formatter, "spend {requests}"),
            Command::Prove(requests) => write!(formatter, "prove {requests}"),
        }
    }
}

impl FromStr for Command {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let unknown = || format!("unknown command {line:?}");
        let (name, requests) = line.split_once(' ').ok_or_else(unknown)?;
        let requests = requests.parse().map_err(|_| unknown())?;
        match name {
            "serve" => Ok(Command::Serve(requests)),
            "count" => Ok(Command::CountAllocations(requests)),
            "spend" => Ok(Command::Spend(requests)),
            "prove" => Ok(Command::Prove(requests)),
            _ => Err(unknown()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Command;

    #[test]
    fn a_command_is_understood_as_it_was_said() {
        for command in [Command::Serve(500), Command::CountAllocations(0), Command::Spend(10_000), Command::Prove(7)] {
            assert_eq!(command.to_string().parse(), Ok(command));
        }
        assert_eq!("serve many".parse::<Command>(), Err(r#"unknown command "serve many""#.to_owned()));
    }
}
