//! What is read, from where, and what is said of what cannot be.

use std::fs;

use tachograph::{Config, Error, Tachograph};
use tempfile::TempDir;

fn folder(file: Option<&str>) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    if let Some(text) = file {
        fs::write(folder.path().join("tachograph.toml"), text).unwrap();
    }
    folder
}

fn load(file: Option<&str>, variables: &[(&str, &str)]) -> Result<Config, Error> {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::load_from(folder(file).path(), variables)
}

fn error(file: Option<&str>, variables: &[(&str, &str)]) -> String {
    match load(file, variables) {
        Ok(config) => panic!("it fits: {config:?}"),
        Err(error) => error.to_string(),
    }
}

#[cfg(feature = "json")]
#[test]
fn nothing_at_all_is_json_lines_on_stdout_and_pages_to_be_mounted() {
    let config = load(None, &[]).unwrap();
    assert_eq!(config.exporters, None);
    let guard = Tachograph::builder().service("shop").version("1.2.3").config(config).build().unwrap();
    let version = env!("CARGO_PKG_VERSION");
    let prometheus = if cfg!(feature = "prometheus") { ", prometheus (opentelemetry) at /metrics" } else { "" };
    let page = if cfg!(feature = "page") { ", page at /tachograph" } else { "" };
    let expected = format!(
        "tachograph {version} measures shop 1.2.3; configuration: defaults; exporters: json (structured) to stdout{prometheus}{page}"
    );
    assert_eq!(guard.summary(), expected);
}

#[cfg(feature = "json")]
#[test]
fn the_file_wins_over_the_standard_variables_and_ours_over_the_file() {
    let file = "[service]\nname = 'file'\n[capture]\nslow_request_ms = 5\nignore = ['/x']\n[exporters.json]\noutput = 'stderr'";
    let variables = [
        ("OTEL_SERVICE_NAME", "standard"),
        ("OTEL_RESOURCE_ATTRIBUTES", "service.version=7,deployment.environment.name=staging"),
        ("TACHOGRAPH_SERVICE__VERSION", "8"),
        ("TACHOGRAPH_CAPTURE__SLOW_REQUEST_MS", "250"),
        ("TACHOGRAPH_CAPTURE__IGNORE", r#"["/y", "OPTIONS *"]"#),
        ("TACHOGRAPH_EXPORTERS__JSON__FORMAT", "text"),
        ("UNRELATED", "1"),
    ];
    let config = load(Some(file), &variables).unwrap();
    assert_eq!(config.service.name.as_deref(), Some("file"));
    assert_eq!(config.service.version.as_deref(), Some("8"), "a number where text is wanted is text");
    assert_eq!(config.service.environment.as_deref(), Some("staging"));
    assert_eq!(config.capture.slow_request_ms, Some(250));
    assert_eq!(config.capture.ignore.as_ref().unwrap(), &["/y", "OPTIONS *"]);
    let json = config.exporters.as_ref().unwrap().json.as_ref().unwrap();
    assert_eq!((json.output.as_deref(), json.format.as_str()), (Some("stderr"), "text"));
    let guard = Tachograph::builder().config(config).build().unwrap();
    assert!(
        guard.summary().contains("configuration: tachograph.toml + TACHOGRAPH_CAPTURE__IGNORE + "),
        "{}",
        guard.summary()
    );
}

#[cfg(feature = "json")]
#[test]
fn lines_of_findings_can_be_switched_off() {
    let folder = tempfile::tempdir().unwrap();
    let lines = |file: &str, variables: &[(&str, &str)]| {
        let path = folder.path().join("lines.log");
        let file = format!("[exporters.json]\noutput = 'file:{}'\ncalls = 'none'\n{file}", path.display());
        let config = load(Some(&file), variables).unwrap();
        let guard = Tachograph::builder().config(config).build().unwrap();
        let task = guard.handle().task("rollup", async {
            for id in 0..5 {
                let sql = format!("SELECT * FROM orders WHERE id = {id}");
                tachograph::database_call("sqlite", "shop", &sql).start().completed();
            }
        });
        assert!(std::pin::pin!(task).poll(&mut std::task::Context::from_waker(std::task::Waker::noop())).is_ready());
        drop(guard);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::remove_file(path).unwrap();
        assert!(text.contains(r#""event":"task""#) && text.contains(r#""findings":"#), "{text}");
        text.contains(r#""event":"finding""#)
    };
    let off = [("TACHOGRAPH_EXPORTERS__JSON__FINDINGS", "false")];
    assert_eq!([lines("", &[]), lines("findings = false", &[]), lines("", &off)], [true, false, false]);
}

#[test]
fn an_unknown_key_is_named_with_file_line_and_the_keys_there_are() {
    let error = error(Some("[service]\nname = 'x'\n[capture]\nslow_requests_ms = 5"), &[]);
    for part in ["tachograph.toml", "line 4", "slow_requests_ms", "slow_request_ms", "ignore"] {
        assert!(error.contains(part), "{part} in {error}");
    }
}

#[test]
fn a_wrong_type_and_an_unknown_exporter_are_named() {
    let wrong = error(Some("[capture]\nslow_request_ms = 'soon'"), &[]);
    assert!(wrong.contains("line 2") && wrong.contains("soon") && wrong.contains("u64"), "{wrong}");
    let unknown = error(Some("[exporters.jason]"), &[]);
    assert!(unknown.contains("jason") && unknown.contains("`json`"), "{unknown}");
    let broken = error(Some("[service"), &[]);
    assert!(broken.contains("tachograph.toml") && broken.contains("line 1"), "{broken}");
}

#[test]
fn a_variable_that_does_not_fit_is_named_with_the_remedy() {
    for (name, value) in [
        ("TACHOGRAPH_CAPTURE__SLOW_REQUEST_MS", "soon"),
        ("TACHOGRAPH_SERVICE__NAMES", "x"),
        ("TACHOGRAPH_SERVICE_NAME", "x"),
        ("TACHOGRAPH_", "x"),
        ("TACHOGRAPH_SERVICE__NAME__FIRST", "x"),
    ] {
        let error = error(None, &[(name, value)]);
        assert!(error.contains(&format!("{name}=\"{value}\"")), "{error}");
        assert!(error.contains("TACHOGRAPH_<SECTION>__<KEY>"), "{error}");
    }
}

#[test]
fn what_kubernetes_says_of_a_service_called_tachograph_is_none_of_ours() {
    let variables = [
        ("TACHOGRAPH_SERVICE_HOST", "10.0.0.1"),
        ("TACHOGRAPH_SERVICE_PORT", "80"),
        ("TACHOGRAPH_SERVICE_PORT_HTTP", "80"),
        ("TACHOGRAPH_PORT", "tcp://10.0.0.1:80"),
        ("TACHOGRAPH_PORT_80_TCP_ADDR", "10.0.0.1"),
    ];
    load(None, &variables).unwrap();
    for ours in ["TACHOGRAPH_PORTS", "TACHOGRAPH_SERVICE_HOSTNAME", "TACHOGRAPH_PORT__80"] {
        assert!(error(None, &[(ours, "80")]).contains(ours));
    }
}

#[test]
fn the_file_can_be_elsewhere_but_must_then_be_there() {
    let elsewhere = tempfile::tempdir().unwrap();
    let path = elsewhere.path().join("other.toml");
    fs::write(&path, "[service]\nname = 'elsewhere'").unwrap();
    let path = path.to_str().unwrap();
    let config = load(Some("[service]\nname = 'here'"), &[("TACHOGRAPH_CONFIG", path)]).unwrap();
    assert_eq!(config.service.name.as_deref(), Some("elsewhere"));

    let error = error(None, &[("TACHOGRAPH_CONFIG", "nowhere.toml")]);
    assert!(error.contains("nowhere.toml") && error.contains("TACHOGRAPH_CONFIG"), "{error}");

    let config = Config::load_file(path.as_ref()).unwrap();
    assert_eq!(config.service.name.as_deref(), Some("elsewhere"));
    let error = Config::load_file("nowhere.toml".as_ref()).unwrap_err().to_string();
    assert!(error.contains("nowhere.toml") && error.contains("correct the path"), "{error}");
    assert!(!error.contains("TACHOGRAPH_CONFIG"), "nobody said the variable: {error}");
}

#[cfg(feature = "json")]
#[test]
fn a_value_that_no_exporter_takes_is_named_with_where_it_was_said() {
    let config = load(Some("[exporters.json]\nformat = 'xml'"), &[("TACHOGRAPH_SERVICE__NAME", "")]).unwrap();
    let error = Tachograph::builder().config(config).build().unwrap_err().to_string();
    assert!(error.starts_with("tachograph.toml + TACHOGRAPH_SERVICE__NAME: exporters.json.format"), "{error}");
}

#[test]
fn what_is_empty_is_as_if_it_were_not_said() {
    let config = load(None, &[("TACHOGRAPH_CONFIG", ""), ("TACHOGRAPH_SERVICE__NAME", "")]).unwrap();
    let guard = Tachograph::builder().service("shop").config(config);
    assert_eq!(guard.build().unwrap().handle().service().name, "shop");
}

#[cfg(feature = "json")]
#[test]
fn values_that_no_exporter_takes_are_named_by_their_key() {
    let build =
        |file: &str| Tachograph::builder().config(Config::from_toml(file).unwrap()).build().unwrap_err().to_string();
    let output = build("[exporters.json]\noutput = 'printer'");
    assert!(output.contains("exporters.json.output") && output.contains("file:PATH"), "{output}");
    let format = build("[exporters.json]\nformat = 'xml'");
    assert!(format.contains("exporters.json.format") && format.contains("structured"), "{format}");
    let unwritable = build("[exporters.json]\noutput = 'file:/nowhere/at/all.log'");
    assert!(unwritable.contains("exporters.json.output") && unwritable.contains("/nowhere/at/all.log"), "{unwritable}");
    let ignore = build("[capture]\nignore = ['health']");
    assert!(ignore.contains("capture.ignore") && ignore.contains("`health`"), "{ignore}");
}

#[cfg(not(feature = "json"))]
#[test]
fn an_exporter_that_is_not_compiled_in_is_named_with_the_remedy() {
    let config = Config::from_toml("[exporters.json]").unwrap();
    let error = Tachograph::builder().config(config).build().unwrap_err().to_string();
    assert!(error.contains("exporters.json") && error.contains("feature `json`"), "{error}");

    #[cfg(not(any(feature = "page", feature = "prometheus")))]
    {
        let guard = Tachograph::builder().config(load(None, &[]).unwrap()).build().unwrap();
        assert!(guard.summary().ends_with("exporters: none"), "{}", guard.summary());
    }
}

#[cfg(feature = "prometheus")]
#[test]
fn what_prometheus_cannot_do_is_named_by_its_key() {
    let build =
        |file: &str| Tachograph::builder().config(Config::from_toml(file).unwrap()).build().unwrap_err().to_string();
    let naming = build("[exporters.prometheus]\nnaming = 'otel'");
    assert!(naming.contains("exporters.prometheus.naming") && naming.contains("`plain`"), "{naming}");
    let path = build("[exporters.prometheus]\npath = 'metrics'");
    assert!(path.contains("exporters.prometheus.path") && path.contains("`metrics`"), "{path}");
    let buckets = build("[metrics]\nduration_buckets = [0.5, 0.1]\n[exporters.prometheus]");
    assert!(buckets.contains("duration_buckets has 0.1 behind 0.5"), "{buckets}");
}

#[cfg(all(feature = "prometheus", feature = "health"))]
#[test]
fn two_pages_cannot_be_at_one_path() {
    let config = Config::from_toml("[exporters.prometheus]\npath = '/health'").unwrap();
    let error = Tachograph::builder().config(config).build().unwrap_err().to_string();
    assert!(error.contains("exporters.prometheus.path") && error.contains("`/health`"), "{error}");
}

#[cfg(feature = "prometheus")]
#[test]
fn the_page_is_where_it_is_configured_and_asking_for_it_is_not_measured() {
    let config = Config::from_toml("[capture]\nignore = []\n[exporters.prometheus]\npath = '/numbers'").unwrap();
    let guard = Tachograph::builder().config(config).build().unwrap();
    assert!(guard.handle().endpoints().paths().any(|path| path == "/numbers"));
    let ignore = &guard.handle().capture().ignore;
    assert!(ignore.matches("GET", "/numbers") && !ignore.matches("GET", "/metrics"));
    assert!(guard.summary().ends_with("exporters: prometheus (opentelemetry) at /numbers"), "{}", guard.summary());
}

#[cfg(feature = "prometheus")]
#[test]
fn what_is_on_whatever_is_configured_is_said_in_code() {
    let mut config = Config::from_toml("[exporters]").unwrap();
    config.exporters().prometheus.get_or_insert_default();
    let guard = Tachograph::builder().config(config).build().unwrap();
    assert!(guard.summary().ends_with("exporters: prometheus (opentelemetry) at /metrics"), "{}", guard.summary());
}

#[cfg(feature = "otlp")]
mod otlp {
    use std::time::Duration;

    use super::*;

    /// Nobody is there to send to, so nobody is waited for.
    fn build(config: Config) -> Result<Tachograph, Error> {
        Tachograph::builder().config(config).shutdown_deadline(Duration::ZERO).build()
    }

    fn summary(file: Option<&str>, variables: &[(&str, &str)]) -> String {
        let guard = build(load(file, variables).unwrap()).unwrap();
        guard.summary().split_once("otlp").map(|(_, otlp)| otlp.to_owned()).unwrap_or_default()
    }

    #[test]
    fn an_endpoint_in_the_standard_variables_switches_it_on_beside_the_others() {
        let config = load(None, &[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4317")]).unwrap();
        let exporters = config.exporters.as_ref().unwrap();
        assert!(exporters.otlp.is_some());
        assert_eq!(exporters.json.is_some(), cfg!(feature = "json"));
        let only_traces = summary(None, &[("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://127.0.0.1:4318/v1/traces")]);
        assert!(only_traces.contains("traces (http/protobuf) to http://127.0.0.1:4318/v1/traces"), "{only_traces}");
        assert!(!only_traces.contains("metrics (") && !only_traces.contains("logs ("), "{only_traces}");
        assert!(load(None, &[("OTEL_EXPORTER_OTLP_ENDPOINT", "")]).unwrap().exporters.is_none());
    }

    #[test]
    fn what_is_configured_goes_before_the_standard_variables() {
        let file = "[exporters.otlp]\nendpoint = 'http://127.0.0.1:1'\nsignals = ['traces', 'logs']";
        let variables = [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:2"),
            ("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "http://127.0.0.1:3/v1/logs"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
        ];
        let sent = summary(Some(file), &variables);
        assert!(sent.contains("traces (http/protobuf) to http://127.0.0.1:1/v1/traces"), "{sent}");
        assert!(sent.contains("logs (http/protobuf) to http://127.0.0.1:1/v1/logs"), "{sent}");
        assert!(!sent.contains("metrics"), "{sent}");
        let ours = summary(Some(file), &[("TACHOGRAPH_EXPORTERS__OTLP__PROTOCOL", "grpc")]);
        assert!(ours.contains("traces (grpc) to http://127.0.0.1:1,"), "{ours}");
    }

    #[test]
    fn a_table_alone_is_grpc_on_this_machine_but_for_the_port_of_http() {
        let sent = summary(Some("[exporters.otlp]"), &[]);
        assert!(sent.contains("traces (grpc) to http://localhost:4317"), "{sent}");
        let sent = summary(Some("[exporters.otlp]\nendpoint = 'http://127.0.0.1:5000'"), &[]);
        assert!(sent.contains("traces (grpc) to http://127.0.0.1:5000"), "{sent}");
        let sent = summary(Some("[exporters.otlp]\nendpoint = 'http://127.0.0.1:4318'"), &[]);
        assert!(sent.contains("traces (http/protobuf) to http://127.0.0.1:4318/v1/traces"), "{sent}");
        let file = Some("[exporters.otlp]\nendpoint = 'http://127.0.0.1:5000'");
        let sent = summary(file, &[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")]);
        assert!(sent.contains("traces (grpc) to http://127.0.0.1:5000"), "whose endpoint it is decides: {sent}");
        let sent = summary(file, &[("OTEL_EXPORTER_OTLP_LOGS_PROTOCOL", "http/protobuf")]);
        assert!(sent.contains("traces (grpc) to http://127.0.0.1:5000"), "{sent}");
        assert!(sent.contains("logs (http/protobuf) to http://127.0.0.1:5000/v1/logs"), "what was said stays: {sent}");
    }

    #[test]
    fn the_sampler_is_the_instances() {
        let sampler = |file: &str, variables: &[(&str, &str)]| {
            let guard = build(load(Some(file), variables).unwrap()).unwrap();
            format!("{:?}", guard.handle().sampler())
        };
        assert_eq!(sampler("[exporters.otlp]", &[]), "parentbased_always_on");
        let variables = [("OTEL_TRACES_SAMPLER", "traceidratio"), ("OTEL_TRACES_SAMPLER_ARG", "0.5")];
        assert_eq!(sampler("[exporters.otlp]", &variables), "traceidratio(0.5)");
        assert_eq!(sampler("[exporters.otlp]\nsampler = 'always_off'", &variables), "always_off");
        assert_eq!(sampler("[exporters.otlp]\nsample_ratio = 0.25", &[]), "parentbased_traceidratio(0.25)");
    }

    #[test]
    fn what_it_does_not_take_is_named_by_its_key() {
        for (key, value, remedy) in [
            ("protocol", "'http/json'", "`grpc`"),
            ("compression", "'zstd'", "`gzip`"),
            ("signals", "['spans']", "`traces`"),
            ("sampler", "'sometimes'", "`traceidratio`"),
            ("sample_ratio", "1.5", "0 to 1"),
            ("endpoint", "'ftp://collector'", "http://collector:4318"),
        ] {
            let config = Config::from_toml(&format!("[exporters.otlp]\n{key} = {value}")).unwrap();
            let error = build(config).unwrap_err().to_string();
            assert!(error.contains("exporters.otlp") && error.contains(remedy), "{key}: {error}");
        }
    }

    #[cfg(not(feature = "otlp-tls"))]
    #[test]
    fn an_endpoint_with_tls_needs_its_feature() {
        let config = Config::from_toml("[exporters.otlp]\nendpoint = 'https://collector.example:4317'").unwrap();
        let error = build(config).unwrap_err().to_string();
        assert!(error.contains("`otlp-tls`"), "{error}");
    }
}

#[cfg(feature = "admin")]
#[test]
fn what_is_served_can_have_a_listener_of_its_own() {
    let config = Config::from_toml("[admin]\nlisten = '127.0.0.1:0'").unwrap();
    let guard = Tachograph::builder().config(config).build().unwrap();
    let address = guard.admin_addr().unwrap();
    assert!(guard.summary().contains(&format!("admin at http://{address}")), "{}", guard.summary());
    let taken = Config::from_toml(&format!("[admin]\nlisten = '{address}'")).unwrap();
    let error = Tachograph::builder().config(taken).build().unwrap_err().to_string();
    assert!(error.contains("admin.listen") && error.contains(&address.to_string()), "{error}");
}

#[cfg(not(feature = "admin"))]
#[test]
fn a_listener_that_is_not_compiled_in_is_named_with_the_remedy() {
    let config = Config::from_toml("[admin]").unwrap();
    let error = Tachograph::builder().config(config).build().unwrap_err().to_string();
    assert!(error.contains("feature `admin`"), "{error}");
}
