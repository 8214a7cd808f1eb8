//! Every variable, as the specification has it.

use std::path::PathBuf;

use super::*;

fn read<const N: usize>(variables: [(&str, &str); N]) -> (Settings, Vec<String>) {
    let (settings, warnings) = Settings::from_variables(variables);
    (settings, warnings.iter().map(ToString::to_string).collect())
}

/// Where nothing is to be warned of.
fn fine<const N: usize>(variables: [(&str, &str); N]) -> Settings {
    let (settings, warnings) = read(variables);
    assert_eq!(warnings, [""; 0]);
    settings
}

fn milliseconds(count: u64) -> Duration {
    Duration::from_millis(count)
}

#[test]
fn nothing_and_emptiness_and_foreign_variables_are_the_defaults() {
    let settings =
        fine([("OTEL_BSP_SCHEDULE_DELAY", ""), ("OTEL_TRACES_SAMPLER", " "), ("PATH", "/bin"), ("otel_x", "1")]);
    assert_eq!(settings, Settings::default());
    assert!(!settings.names_an_endpoint());
    assert!(Signal::ALL.iter().all(|signal| settings.sends(*signal)));
}

#[test]
fn the_connection_for_all_and_for_each_signal() {
    for (prefix, place) in [
        ("OTEL_EXPORTER_OTLP", (|settings| settings.connection) as fn(Settings) -> Connection),
        ("OTEL_EXPORTER_OTLP_TRACES", |settings| settings.traces),
        ("OTEL_EXPORTER_OTLP_METRICS", |settings| settings.metrics),
        ("OTEL_EXPORTER_OTLP_LOGS", |settings| settings.logs),
    ] {
        let variables = [
            ("ENDPOINT", "https://collector:4317"),
            ("PROTOCOL", "GRPC"),
            ("HEADERS", "api-key=a%20b"),
            ("TIMEOUT", "2500"),
            ("COMPRESSION", "gzip"),
            ("CERTIFICATE", "/ca.pem"),
            ("CLIENT_KEY", "/key.pem"),
            ("CLIENT_CERTIFICATE", "/client.pem"),
            ("INSECURE", "True"),
        ];
        let variables = variables.map(|(name, value)| (format!("{prefix}_{name}"), value));
        let (settings, warnings) = Settings::from_variables(variables);
        assert_eq!(warnings, []);
        assert!(settings.names_an_endpoint());
        let expected = Connection {
            endpoint: Some("https://collector:4317".to_owned()),
            protocol: Some(Protocol::Grpc),
            headers: Some(vec![("api-key".to_owned(), "a b".to_owned())]),
            compression: Some(Compression::Gzip),
            timeout: Some(milliseconds(2500)),
            certificate: Some(PathBuf::from("/ca.pem")),
            client_certificate: Some(PathBuf::from("/client.pem")),
            client_key: Some(PathBuf::from("/key.pem")),
            insecure: Some(true),
        };
        assert_eq!(place(settings), expected);
    }
}

#[test]
#[cfg(all(feature = "grpc", feature = "http"))]
fn what_is_said_of_one_signal_goes_before_what_is_said_of_all() {
    let settings = fine([
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://all:4318"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "x=all,y=all"),
        ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "x=own"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "100"),
        ("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "http://own:4318/logs"),
        ("OTEL_EXPORTER_OTLP_LOGS_TIMEOUT", "200"),
    ]);
    let traces = settings.target(Signal::Traces).unwrap();
    assert_eq!((traces.endpoint.as_str(), traces.headers.len()), ("http://all:4318/v1/traces", 1));
    assert_eq!(traces.timeout, milliseconds(100));
    let logs = settings.target(Signal::Logs).unwrap();
    assert_eq!((logs.endpoint.as_str(), logs.headers.len()), ("http://own:4318/logs", 2));
    assert_eq!(logs.timeout, milliseconds(200));
}

#[test]
#[cfg(all(feature = "grpc", feature = "http"))]
fn a_file_goes_before_all_variables_of_what_it_says_and_no_other() {
    let mut settings = fine([
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://variable:4318"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://variable:4318/traces"),
        ("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "gzip"),
    ]);
    settings.set_connection(Connection { endpoint: Some("http://file:4318".to_owned()), ..Connection::default() });
    let traces = settings.target(Signal::Traces).unwrap();
    assert_eq!((traces.endpoint.as_str(), traces.compression), ("http://file:4318/v1/traces", Compression::Gzip));
}

#[test]
fn a_timeout_of_nothing_is_endless_and_the_shorter_of_two_holds() {
    let settings = fine([("OTEL_EXPORTER_OTLP_TIMEOUT", "0")]);
    assert_eq!(
        settings.target(Signal::Traces).unwrap().timeout,
        Duration::from_secs(30),
        "an export ends at some time"
    );
    let settings = fine([("OTEL_EXPORTER_OTLP_TIMEOUT", "0"), ("OTEL_BSP_EXPORT_TIMEOUT", "0")]);
    assert!(settings.target(Signal::Traces).unwrap().timeout > Duration::from_secs(1_000_000));
    let settings = fine([("OTEL_METRIC_EXPORT_TIMEOUT", "700"), ("OTEL_BLRP_EXPORT_TIMEOUT", "800")]);
    let timeout = |signal| settings.target(signal).unwrap().timeout;
    assert_eq!(timeout(Signal::Metrics), milliseconds(700));
    assert_eq!(timeout(Signal::Logs), milliseconds(800));
    assert_eq!(timeout(Signal::Traces), milliseconds(10_000));
}

#[test]
fn batches_of_spans_and_of_log_records() {
    let settings = fine([
        ("OTEL_BSP_SCHEDULE_DELAY", "100"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "1000"),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "10"),
        ("OTEL_BLRP_SCHEDULE_DELAY", "200"),
        ("OTEL_BLRP_MAX_QUEUE_SIZE", "2000"),
        ("OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", "20"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "300"),
    ]);
    let delivery = settings.delivery(Signal::Traces);
    assert_eq!(
        (delivery.schedule_delay, delivery.batch_items, delivery.buffer_items),
        (milliseconds(100), 10, Some(1000))
    );
    let delivery = settings.delivery(Signal::Logs);
    assert_eq!(
        (delivery.schedule_delay, delivery.batch_items, delivery.buffer_items),
        (milliseconds(200), 20, Some(2000))
    );
    assert_eq!(settings.delivery(Signal::Metrics).interval, milliseconds(300));
    let usual = Settings::default();
    assert_eq!(usual.delivery(Signal::Traces).schedule_delay, Duration::from_secs(5));
    assert_eq!(usual.delivery(Signal::Logs).schedule_delay, Duration::from_secs(1));
    assert_eq!((usual.delivery(Signal::Logs).batch_items, usual.delivery(Signal::Logs).buffer_items), (512, None));
}

#[test]
fn a_batch_is_no_larger_than_what_may_wait() {
    let (settings, warnings) = read([("OTEL_BSP_MAX_QUEUE_SIZE", "100")]);
    assert_eq!(settings.span_batches.max_items, 100);
    assert_eq!(
        warnings,
        ["OTEL_BSP_MAX_EXPORT_BATCH_SIZE: a batch of 512 cannot be had where 100 may wait: it is 100"]
    );
}

#[test]
fn choices_are_read_whatever_their_case() {
    let settings = fine([
        ("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "LowMemory"),
        ("OTEL_METRICS_EXEMPLAR_FILTER", "ALWAYS_ON"),
        ("OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION", "Explicit_Bucket_Histogram"),
        ("OTEL_SDK_DISABLED", "TRUE"),
        ("OTEL_SERVICE_NAME", "shop"),
        ("OTEL_RESOURCE_ATTRIBUTES", "team=checkout%20squad"),
        ("OTEL_PROPAGATORS", "tracecontext,xray,TraceContext"),
    ]);
    assert_eq!((settings.temporality, settings.exemplars), (Temporality::LowMemory, Exemplars::Always));
    assert!(settings.disabled && !settings.sends(Signal::Traces));
    assert_eq!(settings.service_name.as_deref(), Some("shop"));
    assert_eq!(settings.resource_attributes.as_deref(), Some("team=checkout%20squad"));
}

#[test]
fn samplers() {
    let sampling =
        |sampler, argument| fine([("OTEL_TRACES_SAMPLER", sampler), ("OTEL_TRACES_SAMPLER_ARG", argument)]).sampling;
    let expected = |ratio, heeds_caller| Some(Sampling { ratio, heeds_caller });
    assert_eq!(sampling("always_on", ""), expected(1.0, false));
    assert_eq!(sampling("always_off", ""), expected(0.0, false));
    assert_eq!(sampling("TraceIdRatio", "0.25"), expected(0.25, false));
    assert_eq!(sampling("parentbased_always_on", ""), expected(1.0, true));
    assert_eq!(sampling("parentbased_always_off", ""), expected(0.0, true));
    assert_eq!(sampling("parentbased_traceidratio", "0.25"), expected(0.25, true));
    assert_eq!(sampling("parentbased_traceidratio", ""), expected(1.0, true));
    let (settings, warnings) = read([("OTEL_TRACES_SAMPLER", "traceidratio"), ("OTEL_TRACES_SAMPLER_ARG", "25%")]);
    assert_eq!(settings.sampling, expected(1.0, false));
    assert_eq!(warnings, ["OTEL_TRACES_SAMPLER_ARG: `25%` is ignored: use a number from 0 to 1"]);
    for wrong in ["xray", "jaeger_remote", "parentbased_jaeger_remote", "sometimes"] {
        let (settings, warnings) = read([("OTEL_TRACES_SAMPLER", wrong)]);
        assert_eq!((settings.sampling, warnings.len()), (None, 1));
        assert!(warnings[0].contains(wrong) && warnings[0].contains("`traceidratio`"), "{warnings:?}");
    }
    assert_eq!(read([("OTEL_TRACES_SAMPLER_ARG", "0.1")]).1.len(), 1, "an argument without a sampler does nothing");
}

#[test]
fn which_signals_are_sent() {
    let sent = |value| {
        let (settings, warnings) = read([("OTEL_METRICS_EXPORTER", value)]);
        assert!(settings.sends(Signal::Traces) && settings.sends(Signal::Logs));
        (settings.sends(Signal::Metrics), warnings.len())
    };
    assert_eq!(sent("otlp"), (true, 0));
    assert_eq!(sent("none"), (false, 0));
    assert_eq!(sent("OTLP, prometheus"), (true, 1));
    assert_eq!(sent("prometheus"), (false, 1));
    assert_eq!(sent("console"), (false, 1));
    assert_eq!(sent("pigeon"), (true, 1), "what nobody knows is ignored");
    let (_, warnings) = read([("OTEL_TRACES_EXPORTER", "zipkin")]);
    assert_eq!(
        warnings,
        ["OTEL_TRACES_EXPORTER: `zipkin` is not switched on by this variable: send to a collector by `otlp`"]
    );
}

#[test]
fn limits_for_one_go_before_limits_for_both() {
    let settings = fine([
        ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "100"),
        ("OTEL_ATTRIBUTE_COUNT_LIMIT", "10"),
        ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "20"),
        ("OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT", "200"),
        ("OTEL_SPAN_EVENT_COUNT_LIMIT", "1"),
        ("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", "2"),
        ("OTEL_SPAN_LINK_COUNT_LIMIT", "3"),
        ("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", "0"),
    ]);
    let spans = Limits {
        bytes: 1_000_000,
        attributes: 20,
        attribute_length: Some(100),
        events: 1,
        event_attributes: 2,
        links: 3,
        link_attributes: 0,
    };
    assert_eq!(settings.span_limits, spans);
    assert_eq!(settings.log_limits, Limits { attributes: 10, attribute_length: Some(200), ..Limits::default() });
}

#[test]
fn values_that_make_no_sense_are_warned_of_once_and_ignored() {
    let (settings, warnings) = read([
        ("OTEL_ATTRIBUTE_COUNT_LIMIT", "many"),
        ("OTEL_BLRP_SCHEDULE_DELAY", "1s"),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "0"),
        ("OTEL_CONFIG_FILE", "/otel.yaml"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "zstd"),
        ("OTEL_EXPORTER_OTLP_INSECURE", "yes"),
        ("OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION", "base2_exponential_bucket_histogram"),
        ("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "sometimes"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "-1"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "0"),
        ("OTEL_PROPAGATORS", "b3,baggage,none"),
        ("OTEL_RESOURCE_ATTRIBUTES", "team"),
        ("OTEL_SDK_DISABLED", "1"),
    ]);
    let warned = |start: &str| {
        let count = warnings.iter().filter(|warning| warning.starts_with(start)).count();
        assert!(count > 0, "nothing is said of {start}: {warnings:?}");
        count
    };
    assert_eq!(warned("OTEL_ATTRIBUTE_COUNT_LIMIT: `many` is ignored: use a whole number from 0 on"), 1);
    warned("OTEL_BLRP_SCHEDULE_DELAY: `1s` is ignored: use a whole number of milliseconds");
    warned("OTEL_BSP_MAX_EXPORT_BATCH_SIZE: `0` is ignored: use a whole number from 1 on");
    warned("OTEL_CONFIG_FILE: this file is not read here: use `tachograph.toml`");
    warned("OTEL_EXPORTER_OTLP_COMPRESSION: ignored: `zstd` is no compression: use `none` or `gzip`");
    warned("OTEL_EXPORTER_OTLP_INSECURE: `yes` is taken for `false`");
    warned("OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: exponential histograms are not sent");
    warned(
        "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: `sometimes` is ignored: use `cumulative`, `delta`, `lowmemory`",
    );
    warned("OTEL_EXPORTER_OTLP_PROTOCOL: ignored: protocol `http/json` is not spoken here");
    warned("OTEL_EXPORTER_OTLP_TIMEOUT: `-1` is ignored");
    warned("OTEL_METRIC_EXPORT_INTERVAL: metrics cannot be sent without end");
    assert_eq!(warned("OTEL_PROPAGATORS: "), 3);
    warned("OTEL_RESOURCE_ATTRIBUTES: none of it is used: ");
    warned("OTEL_SDK_DISABLED: `1` is taken for `false`");
    assert_eq!(warnings.len(), 16);
    let mut expected = Settings::default();
    expected.connection.insecure = Some(false);
    assert_eq!(settings, expected);
}
