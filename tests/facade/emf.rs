//! EMF by configuration, and by the variables of AWS's own libraries.

use std::fs;
use std::path::Path;
use std::time::Duration;

use tachograph::{Config, Tachograph};

/// Nobody is there to send to, so nobody is waited for.
fn build(file: &str, variables: &[(&str, &str)]) -> Result<Tachograph, String> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("tachograph.toml"), file).unwrap();
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let config = Config::load_from(folder.path(), variables).unwrap();
    let builder = Tachograph::builder().config(config).shutdown_deadline(Duration::ZERO);
    builder.build().map_err(|error| error.to_string())
}

fn output(format: &str, more: &str, variables: &[(&str, &str)]) -> String {
    let guard = build(&format!("[exporters.json]\nformat = '{format}'\n{more}"), variables).unwrap();
    let (_, output) = guard.summary().split_once(&format!("json ({format}) to ")).unwrap();
    output.split(" (").next().unwrap().split(',').next().unwrap().to_owned()
}

#[test]
fn the_agent_of_the_variables_is_the_output_where_none_is_said() {
    let agent = ("AWS_EMF_AGENT_ENDPOINT", "tcp://127.0.0.1:1");
    assert_eq!(output("emf", "", &[]), "stdout");
    assert_eq!(output("emf", "", &[agent]), "tcp://127.0.0.1:1");
    assert_eq!(output("emf", "", &[("AWS_EMF_AGENT_ENDPOINT", "")]), "stdout");
    assert_eq!(output("structured", "", &[agent]), "stdout");
    assert_eq!(output("emf", "output = 'stderr'", &[agent]), "stderr");
    assert_eq!(output("emf", "output = 'stdout'", &[agent]), "stdout");
    for place in ["Agent", "EC2", "ECS"] {
        assert_eq!(output("emf", "", &[("AWS_EMF_ENVIRONMENT", place)]), "tcp://127.0.0.1:25888");
        assert_eq!(output("emf", "", &[("AWS_EMF_ENVIRONMENT", place), agent]), "tcp://127.0.0.1:1");
    }
    for place in ["Local", "Lambda"] {
        assert_eq!(output("emf", "", &[("AWS_EMF_ENVIRONMENT", place), agent]), "stdout");
    }
    let error = build("[exporters.json]\nformat = 'emf'", &[("AWS_EMF_AGENT_ENDPOINT", "udp://127.0.0.1:1")]);
    let error = error.unwrap_err();
    assert!(error.contains("AWS_EMF_AGENT_ENDPOINT") && error.contains("tcp://HOST:PORT"), "{error}");
}

#[test]
fn what_is_configured_goes_before_the_variables() {
    let variables = [
        ("AWS_EMF_NAMESPACE", "Variables"),
        ("AWS_EMF_SERVICE_NAME", "orders"),
        ("AWS_EMF_LOG_GROUP_NAME", "/variables/metrics"),
        ("AWS_EMF_LOG_STREAM_NAME", "one"),
    ];
    let line = task(&variables, "", "");
    for part in [
        r#""service":"orders""#,
        r#""Namespace":"Variables""#,
        r#""LogGroupName":"/variables/metrics","LogStreamName":"one""#,
        r#""Dimensions":[["service"],["service","name"]]"#,
        r#"{"Name":"task_duration_ms","Unit":"Milliseconds"}"#,
    ] {
        assert!(line.contains(part), "{part} in {line}");
    }
    let emf =
        "namespace = 'File'\nlog_group = '/file'\nlog_stream = 'two'\nhigh_resolution = true\ndimensions = [['name']]";
    let line = task(&variables, "[service]\nname = 'jobs'", &format!("naming = 'plain'\n[exporters.json.emf]\n{emf}"));
    for part in [
        r#""service":"jobs""#,
        r#""Namespace":"File","Dimensions":[["name"]]"#,
        r#""LogGroupName":"/file","LogStreamName":"two""#,
        r#"{"Name":"task_duration_seconds","Unit":"Seconds","StorageResolution":1}"#,
    ] {
        assert!(line.contains(part), "{part} in {line}");
    }
}

/// The line of a task.
fn task(variables: &[(&str, &str)], service: &str, json: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lines.log");
    let file = format!("{service}\n[exporters.json]\nformat = 'emf'\noutput = 'file:{}'\n{json}", path.display());
    let guard = build(&file, variables).unwrap();
    let mut task = Box::pin(guard.handle().task("rollup", async {}));
    assert!(task.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())).is_ready());
    assert!(guard.handle().shutdown(Duration::from_secs(60)));
    first_line(&path, "rollup")
}

fn first_line(path: &Path, with: &str) -> String {
    let text = fs::read_to_string(path).unwrap();
    text.lines().find(|line| line.contains(with)).unwrap_or_else(|| panic!("{with} in {text}")).to_owned()
}

#[test]
fn what_does_not_fit_is_named_by_its_key() {
    for (setting, key, remedy) in [
        ("sample = 2.0", "exporters.json.sample", "from 0 to 1"),
        ("sample = 0.5", "exporters.json.sample", "emf.aggregate_ms"),
        ("naming = 'otel'", "exporters.json.naming", "`plain`"),
        ("emf.namespace = 'AWS/X'", "exporters.json.emf.namespace", "letters, digits"),
        ("emf.dimensions = [['path']]", "exporters.json.emf.dimensions", "`route`"),
        ("emf.dimensions = []", "exporters.json.emf.dimensions", "`[[]]`"),
        ("emf.aggregate_ms = 0", "exporters.json.emf.aggregate_ms", "1000"),
        ("emf.aggregate_ms = 999", "exporters.json.emf.aggregate_ms", "use 1000 or more"),
        ("emf.interval_ms = 0", "exporters.json.emf.interval_ms", "1000"),
        ("emf.interval_ms = 999", "exporters.json.emf.interval_ms", "use 1000 or more"),
        ("emf.log_group = 'a b'", "exporters.json.emf.log_group", "letters, digits"),
        ("emf.log_stream = 'a:b'", "exporters.json.emf.log_stream", "other than"),
    ] {
        let file = format!("[exporters.json]\nformat = 'emf'\n{setting}");
        let error = build(&file, &[]).unwrap_err();
        assert!(error.contains(&format!("{key} does not fit")) && error.contains(remedy), "{setting}: {error}");
    }
    assert!(build("[exporters.json]\nformat = 'emf'\nemf.interval_ms = 1000", &[]).is_ok());
    assert!(build("[exporters.json]\nformat = 'emf'\nsample = 0\nemf.aggregate_ms = 1000", &[]).is_ok());
    assert!(build("[exporters.json]\nsample = 0.5", &[]).is_ok());
}

#[test]
fn what_is_said_of_metrics_is_refused_where_lines_are_none() {
    for (format, said, told) in [
        ("", "emf.namespace = 'Shop'", "exporters.json.emf is configured, but format is `structured`"),
        ("format = 'text'", "emf.aggregate_ms = 60000", "exporters.json.emf is configured, but format is `text`"),
        ("", "naming = 'plain'", "exporters.json.naming is configured, but format is `structured`"),
    ] {
        let error = build(&format!("[exporters.json]\n{format}\n{said}"), &[]).unwrap_err();
        assert!(error.contains(told) && error.contains("say format = \"emf\", or remove"), "{said}: {error}");
    }
    let variables = [("AWS_EMF_NAMESPACE", "Shop"), ("AWS_EMF_ENVIRONMENT", "Mars")];
    assert!(build("[exporters.json]", &variables).is_ok(), "variables are of everything in the environment");
}

#[test]
fn the_line_at_the_start_says_what_is_counted_and_how() {
    let told = |json: &str, variables: &[(&str, &str)]| {
        let guard = build(&format!("[service]\nname = 'shop'\n[exporters.json]\n{json}"), variables).unwrap();
        let (_, told) = guard.summary().split_once("exporters: ").unwrap();
        told.split(", admin").next().unwrap().to_owned()
    };
    assert_eq!(told("format = 'emf'", &[]), "json (emf) to stdout (namespace shop)");
    let of_environment = told("format = 'emf'", &[("AWS_EMF_NAMESPACE", "Variables")]);
    assert_eq!(of_environment, "json (emf) to stdout (namespace Variables)");
    let all = "format = 'emf'\nsample = 0.1\nnaming = 'plain'\nemf = { namespace = 'Shop', aggregate_ms = 60000 }";
    assert_eq!(told(all, &[]), "json (emf) to stdout (namespace Shop, naming plain, aggregate_ms 60000, sample 0.1)");
    assert_eq!(told("sample = 0.5", &[]), "json (structured) to stdout (sample 0.5)");
    assert_eq!(told("", &[]), "json (structured) to stdout");
}

#[test]
fn a_place_that_is_none_of_awss_is_told_and_ignored() {
    // What is told on stderr is seen from another process.
    const PLACE: &str = "TACHOGRAPH_TEST_PLACE";
    if let Ok(place) = std::env::var(PLACE) {
        let expected = if place == "Agent" { "tcp://127.0.0.1:25888" } else { "stdout" };
        return assert_eq!(output("emf", "", &[("AWS_EMF_ENVIRONMENT", &place)]), expected);
    }
    let told = |place: &str| {
        let test = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["emf::a_place_that_is_none_of_awss_is_told_and_ignored", "--exact", "--nocapture"])
            .env(PLACE, place)
            .output()
            .unwrap();
        let stderr = String::from_utf8(test.stderr).unwrap();
        assert!(test.status.success(), "{stderr}");
        stderr
    };
    let warning = "tachograph: the environment variable AWS_EMF_ENVIRONMENT is ignored, for `agent` is none of Local, \
                   Lambda, EC2, ECS, Agent, Default";
    assert!(told("agent").contains(warning));
    assert!(!told("Agent").contains("AWS_EMF_ENVIRONMENT"));
}
