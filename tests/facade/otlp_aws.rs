//! `[exporters.otlp.aws]`: what is taken of it, and what is said of what is not.

use std::time::Duration;

use tachograph::{Config, Error, Tachograph};

/// Nobody is there to send to, so nobody is waited for.
fn build(file: &str, variables: &[(&str, &str)]) -> Result<Tachograph, Error> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("tachograph.toml"), file).unwrap();
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let config = Config::load_from(folder.path(), variables)?;
    Tachograph::builder().config(config).shutdown_deadline(Duration::ZERO).build()
}

fn error(file: &str, variables: &[(&str, &str)]) -> String {
    build(file, variables).unwrap_err().to_string()
}

const TRACES: &str = "[exporters.otlp]\nsignals = ['traces']\n";

#[cfg(feature = "otlp-aws")]
#[test]
fn the_table_asks_for_http_and_an_endpoint_stays() {
    let file = format!("{TRACES}endpoint = 'http://127.0.0.1:4317'\n[exporters.otlp.aws]\nregion = 'eu-central-1'");
    let shown = |file: &str, variables: &[(&str, &str)]| build(file, variables).unwrap().summary().to_owned();
    let summary = shown(&file, &[]);
    assert!(summary.contains("traces (http/protobuf) to http://127.0.0.1:4317/v1/traces"), "{summary}");
    let own = [("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://127.0.0.1:1/x")];
    let summary = shown(&format!("{TRACES}[exporters.otlp.aws]"), &own);
    assert!(summary.contains("traces (http/protobuf) to http://127.0.0.1:1/x"), "{summary}");
    let summary = shown(&format!("{TRACES}[exporters.otlp.aws]"), &[]);
    assert!(summary.contains("to https://xray.REGION.amazonaws.com/v1/traces"), "to be found later: {summary}");
    let summary = shown(TRACES, &[("TACHOGRAPH_EXPORTERS__OTLP__AWS__LOG_GROUP", "/shop/api")]);
    assert!(summary.contains("to https://xray.REGION.amazonaws.com/v1/traces"), "by variables alone: {summary}");
}

#[cfg(feature = "otlp-aws")]
#[test]
fn the_region_is_what_is_configured_or_what_the_variables_say() {
    let none = format!("{TRACES}[exporters.otlp.aws]");
    let variable = error(&none, &[("AWS_REGION", "no region"), ("AWS_DEFAULT_REGION", "other")]);
    assert!(variable.contains("`no region` is no region of AWS"), "{variable}");
    let variable = error(&none, &[("AWS_REGION", ""), ("AWS_DEFAULT_REGION", "no region")]);
    assert!(variable.contains("`no region`"), "{variable}");
    let configured = error(&format!("{none}\nregion = 'NO'"), &[("AWS_REGION", "eu-central-1")]);
    assert!(configured.contains("`NO`") && configured.contains("eu-central-1"), "{configured}");
}

#[cfg(feature = "otlp-aws")]
#[test]
fn what_aws_would_not_take_is_an_error_at_start() {
    let endpoint = "endpoint = 'http://127.0.0.1:1'";
    let group = error(&format!("[exporters.otlp]\n{endpoint}\n[exporters.otlp.aws]"), &[]);
    assert!(
        group.contains("exporters.otlp") && group.contains("`log_group`") && group.contains("`signals`"),
        "{group}"
    );
    let stream = error(&format!("[exporters.otlp]\n{endpoint}\n[exporters.otlp.aws]\nlog_group = '/shop'"), &[]);
    assert!(stream.contains("`log_stream`"), "{stream}");
    let file = format!("{TRACES}protocol = 'grpc'\n[exporters.otlp.aws]");
    let grpc = error(&file, &[]);
    assert!(grpc.contains("`grpc`") && grpc.contains("`http/protobuf`"), "{grpc}");
    let grpc = error(&format!("{TRACES}[exporters.otlp.aws]"), &[("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")]);
    assert!(grpc.contains("`http/protobuf`"), "{grpc}");
    let unknown = error(&format!("{TRACES}[exporters.otlp.aws]\ngroup = '/shop'"), &[]);
    assert!(unknown.contains("group"), "{unknown}");
}

#[cfg(not(feature = "otlp-aws"))]
#[test]
fn signing_needs_its_feature() {
    let error = error(&format!("{TRACES}[exporters.otlp.aws]"), &[]);
    assert!(error.contains("exporters.otlp.aws") && error.contains("feature `otlp-aws`"), "{error}");
}
