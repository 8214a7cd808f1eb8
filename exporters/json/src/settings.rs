//! What the lines look like, which there are, and where they go.

use std::fmt;
use std::str::FromStr;

use tachograph_delivery::Failure;

#[cfg(feature = "emf")]
use crate::emf::EmfSettings;
use crate::error::Error;
use crate::filter::Filter;
use crate::output::Output;
use crate::sample::Sample;
#[cfg(feature = "emf")]
use tachograph_metrics::Naming;

/// How [`Json`](crate::Json) is set up; begin with [`Settings::default`].
pub struct Settings {
    /// Where the lines go. Default stdout.
    pub output: Output,
    /// What they look like. Default structured.
    pub format: Format,
    /// Whether lines of text begin with their time and a blank, for a sink that has to know it: [`time_of`](crate::time_of)
    /// reads it. Default false.
    pub text_times: bool,
    /// For which requests there are lines about their calls. Default flagged.
    pub calls: Calls,
    /// Whether each [finding](tachograph_core::Finding) of a request has a line. Default true.
    pub findings: bool,
    /// Which lines there are. Default all.
    pub filter: Filter,
    /// The part of all requests and tasks that has lines. Default all.
    pub sample: Sample,
    /// What the metrics are called where the format is `emf`. Default OpenTelemetry's: the names of the line.
    #[cfg(feature = "emf")]
    pub naming: Naming,
    /// Which metrics there are where the format is `emf`.
    #[cfg(feature = "emf")]
    pub emf: EmfSettings,
    /// What the exporter is called in messages and counters. Default `json`.
    pub name: String,
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
            text_times: false,
            calls: Calls::default(),
            findings: true,
            filter: Filter::default(),
            sample: Sample::default(),
            #[cfg(feature = "emf")]
            naming: Naming::default(),
            #[cfg(feature = "emf")]
            emf: EmfSettings::default(),
            name: "json".to_owned(),
            delivery: tachograph_delivery::Settings::default(),
            on_failure: Box::new(|failure| {
                use std::io::Write;
                // `eprintln!` would panic where stderr is closed, too.
                let _ = writeln!(std::io::stderr(), "tachograph.json: {failure}");
            }),
        }
    }
}

#[cfg(feature = "emf")]
impl Settings {
    /// As the CloudWatch agent needs it: it takes no line that names no group.
    pub(crate) fn for_agent(mut self, service: &tachograph_core::Service) -> Self {
        self.emf.log_group.get_or_insert_with(|| format!("{}-metrics", service.name));
        self
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Settings");
        debug.field("name", &self.name).field("output", &self.output).field("format", &self.format);
        debug
            .field("calls", &self.calls)
            .field("findings", &self.findings)
            .field("filter", &self.filter)
            .field("sample", &self.sample);
        #[cfg(feature = "emf")]
        debug.field("naming", &self.naming).field("emf", &self.emf);
        debug.field("delivery", &self.delivery).finish_non_exhaustive()
    }
}

/// What the lines look like. Read from `structured`, `text` and `emf`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// `structured`: one JSON object a line. The default.
    #[default]
    Structured,
    /// `text`: a few words a line.
    Text,
    /// `emf`: as structured, and metrics of CloudWatch by its embedded metric format.
    #[cfg(feature = "emf")]
    Emf,
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
            #[cfg(feature = "emf")]
            "emf" => Ok(Format::Emf),
            #[cfg(not(feature = "emf"))]
            "emf" => Err(Error::new(
                "format `emf` is not compiled in: add the feature `emf` in Cargo.toml, or use `structured` or `text`",
            )),
            _ => Err(Error::new(format!("`{text}` is no format: use `structured`, `text` or `emf`"))),
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
            #[cfg(feature = "emf")]
            Format::Emf => "emf",
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
        let refused = ["json".parse::<Format>().unwrap_err(), "some".parse::<Calls>().unwrap_err()];
        let expected = [
            "`json` is no format: use `structured`, `text` or `emf`",
            "`some` says nothing about calls: use `flagged`, `all` or `none`",
        ];
        assert_eq!(refused.map(|error| error.to_string()), expected);
    }
    #[cfg(feature = "emf")]
    #[test]
    fn emf_is_a_format_where_it_is_compiled_in() {
        assert_eq!("emf".parse::<Format>().unwrap().to_string(), "emf");
    }

    #[cfg(not(feature = "emf"))]
    #[test]
    fn emf_is_refused_with_the_name_of_its_feature() {
        let refused = "emf".parse::<Format>().unwrap_err().to_string();
        assert!(refused.contains("add the feature `emf` in Cargo.toml"), "{refused}");
    }
}
