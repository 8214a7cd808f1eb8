//! Where the lines go.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use tachograph_delivery::{Sink, sinks};

use crate::error::Error;

/// Where the lines go.
///
/// ```
/// use tachograph_json::Output;
///
/// assert_eq!("file:requests.log".parse::<Output>()?, Output::File("requests.log".into()));
/// assert_eq!("tcp://127.0.0.1:25888".parse::<Output>()?.to_string(), "tcp://127.0.0.1:25888");
/// assert!("127.0.0.1:25888".parse::<Output>().is_err());
/// # Ok::<(), tachograph_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Output {
    /// `stdout`: the standard output. The default.
    #[default]
    Stdout,
    /// `stderr`: the standard error.
    Stderr,
    /// `file:PATH`: a file, made if it is not there, written at its end.
    File(PathBuf),
    /// `tcp://HOST:PORT`: a receiver such as the CloudWatch agent, connected to when there are lines, and again when the
    /// connection breaks. Here without `tcp://`.
    Tcp(String),
}

impl Output {
    pub(crate) fn open(&self) -> Result<Box<dyn Sink>, Error> {
        Ok(match self {
            Output::Stdout => Box::new(sinks::Stream::stdout().map_err(|error| self.cannot_be_used(error))?),
            Output::Stderr => Box::new(sinks::Stream::stderr().map_err(|error| self.cannot_be_used(error))?),
            Output::File(path) => Box::new(sinks::Stream::file(path).map_err(|error| {
                let path = path.display();
                Error::because(
                    format!(
                        "output `file:{path}` cannot be written: make its folder and let this process write there, or \
                         choose another output"
                    ),
                    error,
                )
            })?),
            Output::Tcp(address) => Box::new(sinks::Tcp::new(address).map_err(|error| self.cannot_be_used(error))?),
        })
    }

    fn cannot_be_used(&self, error: tachograph_delivery::Error) -> Error {
        Error::because(format!("output `{self}` cannot be used: {CHOICES}"), error)
    }
}

const CHOICES: &str = "use `stdout`, `stderr`, `file:PATH` or `tcp://HOST:PORT`";

impl FromStr for Output {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let output = match text {
            "stdout" => Output::Stdout,
            "stderr" => Output::Stderr,
            _ => match (text.strip_prefix("file:"), text.strip_prefix("tcp://")) {
                (Some(path), _) if !path.is_empty() => Output::File(path.into()),
                (_, Some(address)) => Output::Tcp(address.to_owned()),
                _ => return Err(Error::new(format!("`{text}` is no output: {CHOICES}"))),
            },
        };
        if let Output::Tcp(address) = &output {
            sinks::Tcp::new(address).map_err(|error| output.cannot_be_used(error))?;
        }
        Ok(output)
    }
}

/// The same text that is read.
impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Output::Stdout => f.write_str("stdout"),
            Output::Stderr => f.write_str("stderr"),
            Output::File(path) => write!(f, "file:{}", path.display()),
            Output::Tcp(address) => write!(f, "tcp://{address}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_output_is_read_and_written() {
        for text in ["stdout", "stderr", "file:/var/log/requests.log", "tcp://127.0.0.1:25888", "tcp://[::1]:25888"] {
            assert_eq!(text.parse::<Output>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_output_is_refused_with_the_choices() {
        for text in
            ["", "stdot", "file:", "requests.log", "tcp://", "tcp://localhost", "tcp://localhost:x", "udp://x:1"]
        {
            let error = text.parse::<Output>().unwrap_err().to_string();
            assert!(error.contains(&format!("`{text}`")) && error.contains("tcp://HOST:PORT"), "{error}");
        }
    }
}
