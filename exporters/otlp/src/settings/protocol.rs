//! How requests travel.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;

/// How requests travel. Read from `grpc` and `http/protobuf`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Protocol {
    /// `grpc`: over HTTP/2, usually to port 4317.
    Grpc,
    /// `http/protobuf`: in HTTP/1.1 requests, usually to port 4318.
    HttpProtobuf,
}

/// How requests are compressed. Read from `none` and `gzip`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Compression {
    /// `none`: not at all. The default.
    #[default]
    None,
    /// `gzip`.
    Gzip,
}

impl Protocol {
    /// Where nothing says which: the port does, if it is one of the two, as far as there is a choice.
    pub(super) fn usual(port: Option<u16>, otherwise: Protocol) -> Self {
        match (cfg!(feature = "grpc"), cfg!(feature = "http"), port) {
            (true, false, _) => Protocol::Grpc,
            (false, ..) => Protocol::HttpProtobuf,
            (true, true, Some(4317)) => Protocol::Grpc,
            (true, true, Some(4318)) => Protocol::HttpProtobuf,
            (true, true, _) => otherwise,
        }
    }

    pub(super) fn usual_endpoint(self) -> &'static str {
        match self {
            Protocol::Grpc => "http://localhost:4317",
            Protocol::HttpProtobuf => "http://localhost:4318",
        }
    }
}

impl FromStr for Protocol {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text.to_ascii_lowercase().as_str() {
            "grpc" => Ok(Protocol::Grpc),
            "http/protobuf" => Ok(Protocol::HttpProtobuf),
            "http/json" => Err(Error::new("protocol `http/json` is not spoken here: use `grpc` or `http/protobuf`")),
            _ => Err(Error::new(format!("`{text}` is no protocol: use `grpc` or `http/protobuf`"))),
        }
    }
}

impl FromStr for Compression {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text.to_ascii_lowercase().as_str() {
            "none" => Ok(Compression::None),
            "gzip" => Ok(Compression::Gzip),
            _ => Err(Error::new(format!("`{text}` is no compression: use `none` or `gzip`"))),
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Protocol::Grpc => "grpc",
            Protocol::HttpProtobuf => "http/protobuf",
        })
    }
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Compression::None => "none",
            Compression::Gzip => "gzip",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocols_and_compressions_are_read_as_they_are_written() {
        for text in ["grpc", "http/protobuf"] {
            assert_eq!(text.parse::<Protocol>().unwrap().to_string(), text);
        }
        for text in ["none", "gzip"] {
            assert_eq!(text.parse::<Compression>().unwrap().to_string(), text);
        }
        assert_eq!("GRPC".parse::<Protocol>().unwrap(), Protocol::Grpc);
        let errors = ["http/json".parse::<Protocol>().unwrap_err(), "udp".parse::<Protocol>().unwrap_err()];
        assert!(errors.iter().all(|error| error.to_string().ends_with("use `grpc` or `http/protobuf`")));
        assert_eq!(
            "zstd".parse::<Compression>().unwrap_err().to_string(),
            "`zstd` is no compression: use `none` or `gzip`"
        );
    }
}
