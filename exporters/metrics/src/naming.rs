//! Whose names are used.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;

/// What the metrics and their attributes are called. Read from `opentelemetry` and `plain`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Naming {
    /// `opentelemetry`: as in the conventions of OpenTelemetry, `http.server.request.duration`. The default.
    #[default]
    OpenTelemetry,
    /// `plain`: as services write them by hand for Prometheus, `http_requests_total` by `method`, `path` and `status`.
    Plain,
}

impl FromStr for Naming {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "opentelemetry" => Ok(Naming::OpenTelemetry),
            "plain" => Ok(Naming::Plain),
            _ => Err(Error::new(format!("`{text}` is no naming: use `opentelemetry` or `plain`"))),
        }
    }
}

impl fmt::Display for Naming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Naming::OpenTelemetry => "opentelemetry",
            Naming::Plain => "plain",
        })
    }
}

/// What is different by either naming.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ByNaming<T> {
    pub(crate) opentelemetry: T,
    pub(crate) plain: T,
}

impl<T> ByNaming<T> {
    pub(crate) fn get(&self, naming: Naming) -> &T {
        match naming {
            Naming::OpenTelemetry => &self.opentelemetry,
            Naming::Plain => &self.plain,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn namings_are_read_as_they_are_written() {
        for text in ["opentelemetry", "plain"] {
            assert_eq!(text.parse::<Naming>().unwrap().to_string(), text);
        }
        let refused = "otel".parse::<Naming>().unwrap_err();
        assert_eq!(refused.to_string(), "`otel` is no naming: use `opentelemetry` or `plain`");
    }
}
