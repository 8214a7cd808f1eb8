//! The standard variables of the field, below the file.

use tachograph_core::text::percent_decoded;

use super::ServiceConfig;

/// Attributes of the resource that say what a [`ServiceConfig`] does.
pub(super) const OF_SERVICE: [&str; 4] =
    ["service.name", "service.version", "deployment.environment.name", "deployment.environment"];

/// What OpenTelemetry's and AWS's variables say of the service.
pub(super) fn service(variable: impl Fn(&str) -> Option<String>) -> ServiceConfig {
    let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
    let attributes = resource(variable);
    let attribute = |key: &str| attributes.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value.clone());
    ServiceConfig {
        name: variable("OTEL_SERVICE_NAME")
            .or_else(|| attribute("service.name"))
            .or_else(|| variable("AWS_XRAY_TRACING_NAME"))
            .or_else(|| variable("AWS_EMF_SERVICE_NAME")),
        version: attribute("service.version"),
        // The second is the name that the first had until 1.27.
        environment: attribute("deployment.environment.name").or_else(|| attribute("deployment.environment")),
    }
}

/// The attributes in `OTEL_RESOURCE_ATTRIBUTES`.
pub(super) fn resource(variable: impl Fn(&str) -> Option<String>) -> Vec<(String, String)> {
    let attributes = variable("OTEL_RESOURCE_ATTRIBUTES").unwrap_or_default();
    let pairs = attributes.split(',').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.trim().to_owned(), decoded(value.trim()))).collect()
}

/// Whether OpenTelemetry's variables say where OTLP goes, which switches it on.
pub(super) fn has_otlp_endpoint(variable: impl Fn(&str) -> Option<String>) -> bool {
    ["", "TRACES_", "METRICS_", "LOGS_"]
        .iter()
        .any(|signal| variable(&format!("OTEL_EXPORTER_OTLP_{signal}ENDPOINT")).is_some_and(|url| !url.is_empty()))
}

/// Whether AWS's variables say where the daemon of X-Ray is, which switches it on.
pub(super) fn has_xray_daemon(variable: impl Fn(&str) -> Option<String>) -> bool {
    variable("AWS_XRAY_DAEMON_ADDRESS").is_some_and(|address| !address.is_empty())
}

/// What cannot be decoded stays as it is.
fn decoded(value: &str) -> String {
    percent_decoded(value).unwrap_or_else(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_that_of_opentelemetry_before_that_of_xray() {
        let of = |pairs: &'static [(&str, &str)]| {
            service(|name| pairs.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned()))
        };
        let attributes =
            ("OTEL_RESOURCE_ATTRIBUTES", "service.name=a%20b, service.version=1%2E2,deployment.environment=prod");
        let both = of(&[("AWS_XRAY_TRACING_NAME", "x"), ("AWS_EMF_SERVICE_NAME", "y")]);
        assert_eq!(both.name.as_deref(), Some("x"));
        assert_eq!(of(&[("AWS_EMF_SERVICE_NAME", "y")]).name.as_deref(), Some("y"));
        let service = super::service(|name| (name == attributes.0).then(|| attributes.1.to_owned()));
        assert_eq!(service.name.as_deref(), Some("a b"));
        assert_eq!(service.version.as_deref(), Some("1.2"));
        assert_eq!(service.environment.as_deref(), Some("prod"));
        let empty = of(&[("OTEL_SERVICE_NAME", "")]);
        assert_eq!(empty, ServiceConfig::default());
    }
}
