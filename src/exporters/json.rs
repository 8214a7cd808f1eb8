//! `[exporters.json]`.

use super::SetUp;
use crate::config::JsonConfig;
use crate::error::Error;

#[cfg(feature = "json")]
impl SetUp<'_> {
    pub(super) fn add_json(&mut self, json: &JsonConfig) -> Result<(), Error> {
        use tachograph_json::{Json, Sample, Settings};

        let misfit = |key: &str| {
            let key = format!("exporters.json.{key}").trim_end_matches('.').to_owned();
            move |error: tachograph_json::Error| Error::with_source(format!("{key} does not fit: {error}"), error)
        };
        let format = json.format.parse().map_err(misfit("format"))?;
        let output = match &json.output {
            Some(output) => output.parse().map_err(misfit("output"))?,
            None => self.usual_output(format)?,
        };
        let settings = Settings {
            output: output.clone(),
            format,
            calls: json.calls.parse().map_err(misfit("calls"))?,
            sample: Sample::new(json.sample).map_err(misfit("sample"))?,
            #[cfg(feature = "emf")]
            naming: json.naming.parse().map_err(|error: tachograph_json::metrics::Error| {
                Error::with_source(format!("exporters.json.naming does not fit: {error}"), error)
            })?,
            #[cfg(feature = "emf")]
            emf: match format {
                tachograph_json::Format::Emf => self.emf(&json.emf)?,
                _ => Default::default(),
            },
            ..Settings::default()
        };
        let exporter = Json::new(self.service, settings).map_err(|error| misfit(error.setting())(error))?;
        self.exporter(exporter, format!("json ({format}) to {output}"));
        Ok(())
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

    impl SetUp<'_> {
        /// What is configured of metrics of CloudWatch, and below it what the variables of AWS's own libraries say.
        pub(in crate::exporters) fn emf(&mut self, config: &EmfConfig) -> Result<EmfSettings, Error> {
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
