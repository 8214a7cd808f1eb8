//! `[exporters.otlp]`.

use super::SetUp;
use crate::config::OtlpConfig;
use crate::error::Error;

#[cfg(not(feature = "otlp"))]
impl SetUp<'_> {
    pub(super) fn add_otlp(&mut self, _: &OtlpConfig) -> Result<(), Error> {
        Err(super::not_compiled_in("otlp"))
    }
}

#[cfg(feature = "otlp")]
mod compiled_in {
    use std::time::Duration;

    use tachograph_otlp::{Aws, Connection, Otlp, Protocol, Sampling, Settings, Signal};

    use super::*;
    use crate::config::OtlpAwsConfig;

    impl SetUp<'_> {
        pub(in crate::exporters) fn add_otlp(&mut self, otlp: &OtlpConfig) -> Result<(), Error> {
            let (mut settings, warnings) = Settings::from_variables(self.config.opentelemetry.iter().cloned());
            // As the specification has it, a variable that makes no sense is told of, and ignored.
            for warning in warnings {
                eprintln!("tachograph: {warning}");
            }
            if *otlp == OtlpConfig::default() {
                settings.keep_signals_with_an_endpoint();
            }
            overlay(&mut settings, otlp)?;
            if let Some(aws) = &otlp.aws {
                settings.aws = Some(self.aws(aws)?);
            }
            let mut targets = Vec::new();
            for signal in Signal::ALL.into_iter().filter(|signal| settings.sends(*signal)) {
                let target = settings.target(signal).map_err(misfit)?;
                targets.push(format!("{signal} ({}) to {}", target.protocol, target.shown()));
            }
            if targets.is_empty() {
                self.described.push("otlp (nothing is to be sent)".to_owned());
                return Ok(());
            }
            if let Some(sampling) = settings.sampling {
                self.core = std::mem::take(&mut self.core).sampler(sampling.sampler());
            }
            let described = format!("otlp {}", targets.join(", "));
            let sends_metrics = settings.sends(Signal::Metrics);
            let mut builder = Otlp::builder(self.service, settings);
            if let Some(tell) = self.failures_of("otlp") {
                builder = builder.on_failure(move |failure| tell(failure));
            }
            if sends_metrics {
                builder = builder.metrics(&self.metrics()?);
            }
            self.exporter(builder.build().map_err(misfit)?, described);
            Ok(())
        }
    }

    impl SetUp<'_> {
        /// The region of the variables is looked up here, so that the line at start shows it.
        fn aws(&self, aws: &OtlpAwsConfig) -> Result<Aws, Error> {
            if cfg!(not(feature = "otlp-aws")) {
                return Err(Error::new(
                    "exporters.otlp.aws is configured, but signing is not compiled in: add the feature `otlp-aws` to \
                     tachograph in Cargo.toml, or remove the table",
                ));
            }
            let variable = |name| {
                let found = self.config.aws.iter().find(|(variable, value)| variable == name && !value.is_empty());
                found.map(|(_, value)| value.clone())
            };
            let region = aws.region.clone();
            Ok(Aws {
                region: region.or_else(|| variable("AWS_REGION")).or_else(|| variable("AWS_DEFAULT_REGION")),
                log_group: aws.log_group.clone(),
                log_stream: aws.log_stream.clone(),
            })
        }
    }

    fn misfit(error: tachograph_otlp::Error) -> Error {
        Error::with_source(format!("exporters.otlp does not fit: {error}"), error)
    }

    /// What is configured goes before what the standard variables say.
    fn overlay(settings: &mut Settings, otlp: &OtlpConfig) -> Result<(), Error> {
        let wrong = |key: &str, error: &dyn std::fmt::Display| {
            Error::new(format!("exporters.otlp.{key} does not fit: {error}"))
        };
        let mut connection = Connection {
            endpoint: otlp.endpoint.clone(),
            headers: (!otlp.headers.is_empty()).then(|| otlp.headers.clone().into_iter().collect()),
            timeout: otlp.timeout_ms.map(Duration::from_millis),
            certificate: otlp.certificate.clone().map(Into::into),
            client_certificate: otlp.client_certificate.clone().map(Into::into),
            client_key: otlp.client_key.clone().map(Into::into),
            ..Connection::default()
        };
        if let Some(protocol) = &otlp.protocol {
            connection.protocol = Some(protocol.parse().map_err(|error| wrong("protocol", &error))?);
        }
        // The specification's choice holds for an endpoint of its variables.
        if otlp.endpoint.is_some() || !settings.names_an_endpoint() {
            settings.usual_protocol = Protocol::Grpc;
        }
        if let Some(compression) = &otlp.compression {
            connection.compression = Some(compression.parse().map_err(|error| wrong("compression", &error))?);
        }
        settings.set_connection(connection);
        if let Some(signals) = &otlp.signals {
            settings.signals = signals
                .iter()
                .map(|name| name.parse())
                .collect::<Result<_, _>>()
                .map_err(|error: tachograph_otlp::Error| wrong("signals", &error))?;
        }
        if let Some(ratio) = otlp.sample_ratio.filter(|ratio| !(0.0..=1.0).contains(ratio)) {
            return Err(wrong("sample_ratio", &format!("{ratio} is no part of all traces: use a number from 0 to 1")));
        }
        if let Some(name) = &otlp.sampler {
            let ratio = otlp.sample_ratio.unwrap_or(1.0);
            settings.sampling = Some(Sampling::named(name, ratio).map_err(|error| wrong("sampler", &error))?);
        } else if let Some(ratio) = otlp.sample_ratio {
            let heeds_caller = settings.sampling.is_none_or(|sampling| sampling.heeds_caller);
            settings.sampling = Some(Sampling { ratio, heeds_caller });
        }
        if let Some(milliseconds) = otlp.metric_interval_ms {
            settings.metric_interval = Duration::from_millis(milliseconds.max(1));
        }
        Ok(())
    }
}
