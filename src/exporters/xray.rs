//! `[exporters.xray]`.

use super::SetUp;
use crate::config::XRayConfig;
use crate::error::Error;

#[cfg(not(feature = "xray"))]
impl SetUp<'_> {
    pub(super) fn add_xray(&mut self, _: &XRayConfig) -> Result<(), Error> {
        Err(super::not_compiled_in("xray"))
    }
}

#[cfg(feature = "xray")]
mod compiled_in {
    use std::time::Duration;

    use tachograph_xray::{
        DaemonAddress, LocalRules, Origin, Sampling, SamplingMode, SamplingSettings, Settings, XRay,
    };

    use super::*;

    impl SetUp<'_> {
        pub(in crate::exporters) fn add_xray(&mut self, xray: &XRayConfig) -> Result<(), Error> {
            if self
                .of_aws("AWS_XRAY_SDK_ENABLED")
                .is_some_and(|value| value == "0" || value.eq_ignore_ascii_case("false"))
            {
                self.described.push("xray (switched off by AWS_XRAY_SDK_ENABLED)".to_owned());
                return Ok(());
            }
            let address = self.daemon_address(xray)?;
            let platform = said("origin", xray.origin.as_deref())?.unwrap_or_default();
            let variables = self.config.aws.iter().chain(&self.config.opentelemetry).cloned().collect::<Vec<_>>();
            let origin = Origin::new(platform, variables);
            let mode: SamplingMode = said("sampling", xray.sampling.as_deref())?.unwrap_or_default();
            let rules =
                xray.sampling_rules.as_ref().map(LocalRules::read).transpose().map_err(misfit("sampling_rules"))?;
            let mut sampling = SamplingSettings {
                mode,
                rules: rules.unwrap_or_default(),
                address: address.clone(),
                origin: origin.clone(),
                ..SamplingSettings::default()
            };
            let mut settings = Settings::default();
            if let Some(tell) = self.failures_of("xray") {
                sampling.on_failure = Box::new({
                    let tell = tell.clone();
                    move |failure| tell(failure)
                });
                settings.on_failure = Box::new(move |failure| tell(failure));
            }
            let sampling = Sampling::start(self.service, sampling).map_err(misfit("sampling"))?;
            // The URL of a segment has the host, whether or not it counts for sampling.
            self.core = std::mem::take(&mut self.core).sampler(sampling.sampler().asking_for_host());

            let described = format!("xray ({} sampling) to {address}", xray.sampling.as_deref().unwrap_or("central"));
            (settings.address, settings.origin, settings.sampling) = (address, origin, Some(sampling));
            settings.annotations = xray.annotations.clone().unwrap_or(settings.annotations);
            if let Some(milliseconds) = xray.in_progress_ms {
                settings.in_progress_after = Some(Duration::from_millis(milliseconds)).filter(|after| !after.is_zero());
            }
            let exporter = XRay::new(self.service, settings).map_err(misfit("annotations"))?;
            self.exporter(exporter, described);
            Ok(())
        }

        /// What is configured, else what the variable says, else the usual.
        fn daemon_address(&self, xray: &XRayConfig) -> Result<DaemonAddress, Error> {
            if let Some(address) = said("daemon_address", xray.daemon_address.as_deref())? {
                return Ok(address);
            }
            let Some(address) = self.of_aws("AWS_XRAY_DAEMON_ADDRESS") else { return Ok(DaemonAddress::default()) };
            address
                .parse()
                .map_err(|error| Error::with_source(format!("AWS_XRAY_DAEMON_ADDRESS does not fit: {error}"), error))
        }
    }

    fn said<T: std::str::FromStr<Err = tachograph_xray::Error>>(
        key: &str,
        value: Option<&str>,
    ) -> Result<Option<T>, Error> {
        value.filter(|value| !value.is_empty()).map(str::parse).transpose().map_err(misfit(key))
    }

    fn misfit(key: &str) -> impl Fn(tachograph_xray::Error) -> Error {
        let key = key.to_owned();
        move |error| Error::with_source(format!("exporters.xray.{key} does not fit: {error}"), error)
    }
}
