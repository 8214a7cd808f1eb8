//! `[exporters.json]`.

use super::SetUp;
#[cfg(feature = "json")]
use crate::config::EmfConfig;
use crate::config::JsonConfig;
use crate::error::Error;

/// What is said of metrics has no effect where lines are none, which nobody would expect who says it.
#[cfg(feature = "json")]
pub(super) fn needs_emf(exporter: &str, format: &str, emf: &EmfConfig, naming_is_said: bool) -> Result<(), Error> {
    let (key, what) = match naming_is_said {
        _ if *emf != EmfConfig::default() => ("emf", "the table"),
        true => ("naming", "it"),
        false => return Ok(()),
    };
    Err(Error::new(format!(
        "exporters.{exporter}.{key} is configured, but format is `{format}`: say format = \"emf\", or remove {what}"
    )))
}

#[cfg(feature = "json")]
impl SetUp<'_> {
    pub(super) fn add_json(&mut self, json: &JsonConfig) -> Result<(), Error> {
        use tachograph_json::{Json, Sample, Settings};

        let misfit = |key: &str| {
            let key = format!("exporters.json.{key}").trim_end_matches('.').to_owned();
            move |error: tachograph_json::Error| Error::with_source(format!("{key} does not fit: {error}"), error)
        };
        let format: tachograph_json::Format = json.format.parse().map_err(misfit("format"))?;
        if format.to_string() != "emf" {
            needs_emf("json", &json.format, &json.emf, json.naming != JsonConfig::default().naming)?;
        }
        let output = match &json.output {
            Some(output) => output.parse().map_err(misfit("output"))?,
            None => self.usual_output(format)?,
        };
        let mut settings = Settings {
            output: output.clone(),
            format,
            calls: json.calls.parse().map_err(misfit("calls"))?,
            findings: json.findings,
            sample: Sample::new(json.sample).map_err(misfit("sample"))?,
            #[cfg(feature = "emf")]
            naming: json.naming.parse().map_err(|error: tachograph_json::metrics::Error| {
                Error::with_source(format!("exporters.json.naming does not fit: {error}"), error)
            })?,
            #[cfg(feature = "emf")]
            emf: match format {
                tachograph_json::Format::Emf => self.emf("json", &json.emf)?,
                _ => Default::default(),
            },
            ..Settings::default()
        };
        let described = format!("json ({format}) to {output}{}", self.details(json, &settings));
        if let Some(tell) = self.failures_of("json") {
            settings.on_failure = Box::new(move |failure| tell(failure));
        }
        let exporter = Json::new(self.service, settings).map_err(|error| misfit(error.setting())(error))?;
        self.exporter(exporter, described);
        Ok(())
    }

    /// What else decides which numbers there are, in parentheses.
    fn details(&self, json: &JsonConfig, settings: &tachograph_json::Settings) -> String {
        let mut details = Vec::new();
        if settings.format.to_string() == "emf" {
            #[cfg(feature = "emf")]
            details.push(format!("namespace {}", settings.emf.namespace.as_deref().unwrap_or(&self.service.name)));
            if json.naming != JsonConfig::default().naming {
                details.push(format!("naming {}", json.naming));
            }
            details.extend(json.emf.aggregate_ms.map(|milliseconds| format!("aggregate_ms {milliseconds}")));
        }
        if json.sample != JsonConfig::default().sample {
            details.push(format!("sample {}", json.sample));
        }
        if details.is_empty() { String::new() } else { format!(" ({})", details.join(", ")) }
    }

    #[cfg(not(feature = "emf"))]
    fn usual_output(&self, _: tachograph_json::Format) -> Result<tachograph_json::Output, Error> {
        Ok(tachograph_json::Output::Stdout)
    }
}

#[cfg(feature = "emf")]
mod emf {
    use std::time::Duration;

    use tachograph_json::{EmfSettings, Format, Output};

    use super::super::SetUp;
    use crate::config::EmfConfig;
    use crate::error::Error;

    /// Where the CloudWatch agent listens unless it is told otherwise.
    const AGENT: &str = "tcp://127.0.0.1:25888";

    /// What AWS's own libraries know as `AWS_EMF_ENVIRONMENT`.
    const PLACES: [&str; 6] = ["Local", "Lambda", "EC2", "ECS", "Agent", "Default"];

    /// CloudWatch tells no shorter times apart.
    const LEAST_MILLISECONDS: u64 = 1000;

    impl SetUp<'_> {
        /// What is configured of metrics of CloudWatch, and below it what the variables of AWS's own libraries say.
        pub(in crate::exporters) fn emf(&mut self, exporter: &str, config: &EmfConfig) -> Result<EmfSettings, Error> {
            for (key, time) in [("aggregate_ms", config.aggregate_ms), ("interval_ms", config.interval_ms)] {
                if let Some(time) = time.filter(|time| *time < LEAST_MILLISECONDS) {
                    return Err(Error::new(format!(
                        "exporters.{exporter}.emf.{key} does not fit: {time} is too short a time to count in: use \
                         {LEAST_MILLISECONDS} or more"
                    )));
                }
            }
            let usual = EmfSettings::default();
            let (config, millis) = (config.clone(), Duration::from_millis);
            Ok(EmfSettings {
                namespace: config.namespace.or_else(|| self.of_aws("AWS_EMF_NAMESPACE")),
                dimensions: config.dimensions.unwrap_or(usual.dimensions),
                aggregate: config.aggregate_ms.map(millis),
                interval: config.interval_ms.map_or(usual.interval, millis),
                high_resolution: config.high_resolution,
                log_group: config.log_group.or_else(|| self.of_aws("AWS_EMF_LOG_GROUP_NAME")),
                log_stream: config.log_stream.or_else(|| self.of_aws("AWS_EMF_LOG_STREAM_NAME")),
                metrics: Some(self.metrics()?),
            })
        }

        /// Where lines go where nobody has said it. `AWS_EMF_ENVIRONMENT` is no name of an environment, but of the place that
        /// AWS's own libraries write to.
        pub(super) fn usual_output(&self, format: Format) -> Result<Output, Error> {
            if format != Format::Emf {
                return Ok(Output::Stdout);
            }
            let endpoint = self.of_aws("AWS_EMF_AGENT_ENDPOINT");
            let place = self.of_aws("AWS_EMF_ENVIRONMENT");
            if let Some(place) = place.as_deref().filter(|place| !PLACES.contains(place)) {
                eprintln!(
                    "tachograph: the environment variable AWS_EMF_ENVIRONMENT is ignored, for `{}` is none of {}",
                    place.escape_debug(),
                    PLACES.join(", ")
                );
            }
            let output = match (place.as_deref(), endpoint) {
                (Some("Local" | "Lambda"), _) => return Ok(Output::Stdout),
                (_, Some(endpoint)) => endpoint,
                (Some("Agent" | "EC2" | "ECS"), None) => AGENT.to_owned(),
                _ => return Ok(Output::Stdout),
            };
            output.parse().map_err(|error| {
                let message = format!(
                    "the environment variable AWS_EMF_AGENT_ENDPOINT does not fit: {error}; correct it, or say \
                     exporters.json.output"
                );
                Error::with_source(message, error)
            })
        }
    }
}

#[cfg(not(feature = "json"))]
impl SetUp<'_> {
    pub(super) fn add_json(&mut self, _: &JsonConfig) -> Result<(), Error> {
        Err(super::not_compiled_in("json"))
    }
}
