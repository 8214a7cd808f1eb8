//! What the lines look like, which there are, and where they go.

use std::fmt;
use std::str::FromStr;

use tachograph_delivery::Failure;

use crate::error::Error;
use crate::output::Output;

/// How [`Json`](crate::Json) is set up; begin with [`Settings::default`].
pub struct Settings {
    /// Where the lines go. Default stdout.
    pub output: Output,
    /// What they look like. Default structured.
    pub format: Format,
    /// For which requests there are lines about their calls. Default flagged.
    pub calls: Calls,
    /// The bounds of the buffers, and how a failed output is tried again. Its drop notice is replaced by ours.
    pub delivery: tachograph_delivery::Settings,
    /// Told when the output fails, once for each cause, on the delivery's thread. Default: a line on stderr.
    pub on_failure: FailureHook,
}

/// Told of failures of the output.
pub type FailureHook = Box<dyn Fn(&Failure) + Send>;

impl Default for Settings {
    fn default() -> Self {
        Settings {
            output: Output::default(),
            format: Format::default(),
            calls: Calls::default(),
            delivery: tachograph_delivery::Settings::default(),
            on_failure: Box::new(|failure| {
                use std::io::Write;
                // `eprintln!` would panic where stderr is closed, too.
                let _ = writeln!(std::io::stderr(), "tachograph.json: {failure}");
            }),
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("output", &self.output)
            .field("format", &self.format)
            .field("calls", &self.calls)
            .field("delivery", &self.delivery)
            .finish_non_exhaustive()
    }
}

/// What the lines look like. Read from `structured` and `text`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// `structured`: one JSON object a line. The default.
    #[default]
    Structured,
    /// `text`: a few words a line.
    Text,
}

/// For which requests there are lines about their calls. Read from `flagged`, `all` and `none`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Calls {
    /// `flagged`: for those that are [worth a look](tachograph_core::Record::is_flagged). The default.
    #[default]
    Flagged,
    /// `all`: for every request.
    All,
    /// `none`: for no request.
    None,
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "structured" => Ok(Format::Structured),
            "text" => Ok(Format::Text),
            "emf" => Err(Error::new("format `emf` is not there yet: use `structured` or `text`")),
            _ => Err(Error::new(format!("`{text}` is no format: use `structured` or `text`"))),
        }
    }
}

impl FromStr for Calls {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "flagged" => Ok(Calls::Flagged),
            "all" => Ok(Calls::All),
            "none" => Ok(Calls::None),
            _ => Err(Error::new(format!("`{text}` says nothing about calls: use `flagged`, `all` or `none`"))),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Format::Structured => "structured",
            Format::Text => "text",
        })
    }
}

impl fmt::Display for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Calls::Flagged => "flagged",
            Calls::All => "all",
            Calls::None => "none",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_and_calls_are_read_as_they_are_written() {
        for text in ["structured", "text"] {
            assert_eq!(text.parse::<Format>().unwrap().to_string(), text);
        }
        for text in ["flagged", "all", "none"] {
            assert_eq!(text.parse::<Calls>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn errors_name_the_remedy() {
        let refused = [
            "emf".parse::<Format>().unwrap_err(),
            "json".parse::<Format>().unwrap_err(),
            "some".parse::<Calls>().unwrap_err(),
        ];
        let expected = [
            "format `emf` is not there yet: use `structured` or `text`",
            "`json` is no format: use `structured` or `text`",
            "`some` says nothing about calls: use `flagged`, `all` or `none`",
        ];
        assert_eq!(refused.map(|error| error.to_string()), expected);
    }
}
