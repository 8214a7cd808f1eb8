//! CloudWatch Logs by configuration.

use std::fs;
use std::time::Duration;

use tachograph::{Config, Tachograph};
use tachograph_log_service::LogService;

/// Nobody is there to send to, so nobody is waited for.
fn build(file: &str, variables: &[(&str, &str)]) -> Result<Tachograph, String> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("tachograph.toml"), file).unwrap();
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let config = Config::load_from(folder.path(), variables).unwrap();
    let builder = Tachograph::builder().service("shop").config(config).shutdown_deadline(Duration::ZERO);
    builder.build().map_err(|error| error.to_string())
}

fn summary(file: &str, variables: &[(&str, &str)]) -> String {
    build(file, variables).unwrap().summary().to_owned()
}

fn refused(more: &str) -> String {
    build(&format!("[exporters.cloudwatch_logs]\n{more}"), &[]).map(|_| ()).unwrap_err()
}

#[test]
fn the_line_at_the_start_names_groups_and_region() {
    let table = "[exporters.cloudwatch_logs]\n";
    let told = summary(table, &[]);
    assert!(
        told.contains("cloudwatch_logs to /shop/requests (structured) in the region that the AWS SDK finds"),
        "{told}"
    );
    let told = summary(table, &[("AWS_DEFAULT_REGION", "us-east-1")]);
    assert!(told.contains(" in us-east-1"), "{told}");
    let both = [("AWS_DEFAULT_REGION", "us-east-1"), ("AWS_REGION", "eu-west-1")];
    assert!(summary(table, &both).contains(" in eu-west-1"));
    let groups = r#"
        region = "eu-north-1"
        format = "text"
        [[exporters.cloudwatch_logs.groups]]
        group = "/shop/api"
        events = ["request"]
        [[exporters.cloudwatch_logs.groups]]
        group = "/shop/errors"
        level = "error"
        format = "structured"
    "#;
    let told = summary(&format!("{table}{groups}"), &both);
    assert!(told.contains("cloudwatch_logs to /shop/api (text), /shop/errors (structured) in eu-north-1"), "{told}");
}

#[test]
fn what_does_not_fit_is_told_with_its_key_and_a_remedy() {
    let group = "[[exporters.cloudwatch_logs.groups]]\ngroup = '/shop/api'\n";
    for (more, told) in [
        (
            "group = 'my group'".to_owned(),
            "exporters.cloudwatch_logs.group does not fit: `my group` is no name of a log group",
        ),
        (
            "retention_days = 8".to_owned(),
            "exporters.cloudwatch_logs.retention_days does not fit: CloudWatch Logs keeps no group for 8 days: use 14",
        ),
        (
            format!("{group}retention_days = 8"),
            "exporters.cloudwatch_logs.groups.retention_days does not fit: CloudWatch Logs keeps no group for 8 days",
        ),
        ("region = 'EU West'".to_owned(), "`EU West` is no region of AWS: write one such as `eu-central-1`"),
        ("buffer_bytes = 1048575".to_owned(), "buffer_bytes does not fit: 1048575 bytes hold less than one call takes"),
        ("stream = 'a:b'".to_owned(), "exporters.cloudwatch_logs.stream does not fit: `a:b`"),
        (
            "flush_interval_ms = 10".to_owned(),
            "exporters.cloudwatch_logs.flush_interval_ms does not fit: lines cannot be sent every 10ms: use 250ms or more",
        ),
        (
            "endpoint = 'localhost'".to_owned(),
            "exporters.cloudwatch_logs.endpoint does not fit: `localhost` is no end point: use one at `https://`",
        ),
        (
            format!("{group}[[exporters.cloudwatch_logs.groups]]\nlevel = 'error'"),
            "exporters.cloudwatch_logs.groups does not fit: entry 2 has no `group`",
        ),
        (
            format!("{group}[[exporters.cloudwatch_logs.groups]]\ngroup = 'my group'"),
            "exporters.cloudwatch_logs.groups.group does not fit: `my group`",
        ),
        ("format = 'xml'".to_owned(), "exporters.cloudwatch_logs.format does not fit: `xml` is no format"),
        ("calls = 'some'".to_owned(), "exporters.cloudwatch_logs.calls does not fit"),
        ("sample = 5.0".to_owned(), "exporters.cloudwatch_logs.sample does not fit"),
        (
            format!("{group}level = 'loud'"),
            "exporters.cloudwatch_logs.groups does not fit: `/shop/api`: `loud` is no level",
        ),
        (format!("{group}events = ['query']"), "`query` is no event"),
        (format!("group = '/shop'\n{group}"), "exporters.cloudwatch_logs.group does not fit: there are `groups`, too"),
        (format!("{group}{group}"), "exporters.cloudwatch_logs.groups does not fit: group `/shop/api` is there twice"),
        (
            "[exporters.cloudwatch_logs.emf]\nnamespace = 'Shop'".to_owned(),
            "exporters.cloudwatch_logs.emf is configured, but format is `structured`: say format = \"emf\"",
        ),
        ("naming = 'plain'".to_owned(), "exporters.cloudwatch_logs.naming is configured, but format is `structured`"),
    ] {
        let error = refused(&more);
        assert!(error.contains(told), "{more}: {error}");
    }
}

#[cfg(feature = "emf")]
#[test]
fn requests_are_counted_in_one_group_alone() {
    let groups = |api: &str, errors: &str| {
        format!(
            "{api}\n[[exporters.cloudwatch_logs.groups]]\ngroup = '/shop/api'\n[[exporters.cloudwatch_logs.groups]]\n\
             group = '/shop/errors'\nlevel = 'error'\n{errors}\n[[exporters.cloudwatch_logs.groups]]\n\
             group = '/shop/services'\nevents = ['log']"
        )
    };
    let error = refused(&groups("format = 'emf'", ""));
    assert!(
        error.contains("`emf` in each of /shop/api, /shop/errors would count some requests more than once"),
        "{error}"
    );
    let fits = groups("format = 'emf'", "format = 'structured'");
    assert!(build(&format!("[exporters.cloudwatch_logs]\n{fits}"), &[]).is_ok());
}

#[cfg(feature = "emf")]
#[test]
fn metrics_of_the_lines_of_some_levels_are_refused() {
    let group = "[[exporters.cloudwatch_logs.groups]]\ngroup = '/shop/errors'\nformat = 'emf'\nlevel = 'error'\n";
    let error = refused(group);
    assert!(error.contains("exporters.cloudwatch_logs.groups.level does not fit"), "{error}");
    assert!(error.contains("/shop/errors") && error.contains("set emf.aggregate_ms"), "{error}");
    assert!(build(&format!("[exporters.cloudwatch_logs]\nemf.aggregate_ms = 1000\n{group}"), &[]).is_ok());
    let error = refused(&format!("emf.aggregate_ms = 999\n{group}"));
    assert!(error.contains("exporters.cloudwatch_logs.emf.aggregate_ms does not fit"), "{error}");
}

/// The messages of the lines that are metrics, in the group `/shop/api`, after one task.
#[cfg(feature = "emf")]
fn metrics(settings: &str) -> Vec<String> {
    let service = LogService::start_blocking();
    let file = format!(
        "[exporters.cloudwatch_logs]\nendpoint = '{}'\nregion = 'eu-west-1'\n{settings}\n\
         [[exporters.cloudwatch_logs.groups]]\ngroup = '/shop/log'\nevents = ['log']",
        service.endpoint()
    );
    let guard = build(&file, &[]).unwrap();
    let task = std::pin::pin!(guard.handle().task("rollup", async {}));
    assert!(task.poll(&mut std::task::Context::from_waker(std::task::Waker::noop())).is_ready());
    assert!(guard.flush(Duration::from_secs(60)));
    assert_eq!(service.messages("/shop/log"), [""; 0], "nothing is counted there");
    let lines = service.messages("/shop/api");
    let counted = lines.iter().filter(|line| line.contains(r#""_aws""#));
    let message = |line: &String| line.split(r#""message":""#).nth(1).unwrap().split('"').next().unwrap().to_owned();
    let mut messages: Vec<String> = counted.map(message).collect();
    messages.sort_unstable();
    messages.dedup();
    messages
}

#[cfg(feature = "emf")]
#[test]
fn metrics_go_with_the_requests_and_tasks_that_they_count() {
    if !has_credentials("cloudwatch_logs::metrics_go_with_the_requests_and_tasks_that_they_count") {
        return;
    }
    let group = |filter: &str| format!("[[exporters.cloudwatch_logs.groups]]\ngroup = '/shop/api'\n{filter}");
    let of_tasks = metrics(&format!("format = 'emf'\n{}", group("events = ['request', 'task']")));
    assert!(of_tasks.iter().any(|message| message == "metrics"), "what no request carries: {of_tasks:?}");
    assert!(of_tasks.iter().any(|message| message.starts_with("rollup ")), "{of_tasks:?}");
    let aggregated = "format = 'emf'\nemf.aggregate_ms = 60000\n";
    for filter in ["events = ['request', 'task']", "level = 'error'", "loggers = ['tachograph.task']"] {
        assert_eq!(metrics(&format!("{aggregated}{}", group(filter))), ["1 task", "metrics"], "{filter}");
    }
}

#[cfg(feature = "emf")]
#[test]
fn metrics_are_those_of_the_group_that_asks_for_them() {
    let groups = |first: &str, second: &str| {
        let group = "[[exporters.cloudwatch_logs.groups]]\ngroup = '/shop";
        format!("format = 'emf'\nemf.aggregate_ms = 60000\n{group}/api'\n{first}\n{group}/metrics'\n{second}")
    };
    let apart = groups("events = ['request', 'task']", "events = ['metrics']");
    assert!(build(&format!("[exporters.cloudwatch_logs]\n{apart}"), &[]).is_ok());
    let error = refused(&groups("", "events = ['metrics']"));
    assert!(
        error.contains("`emf` in each of /shop/api, /shop/metrics would count some numbers more than once"),
        "{error}"
    );
}

/// Its credentials are the environment's, which tests share and must not change: so the test is run in another process.
fn has_credentials(test: &str) -> bool {
    if std::env::var_os("AWS_ACCESS_KEY_ID").is_some() {
        return true;
    }
    let test = std::process::Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact"])
        .envs([("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "secret")])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&test.stdout);
    assert!(test.status.success() && told.contains("1 passed"), "{told}");
    false
}

#[test]
fn findings_have_a_group_that_asks_for_them_unless_they_are_off() {
    if !has_credentials("cloudwatch_logs::findings_have_a_group_that_asks_for_them_unless_they_are_off") {
        return;
    }
    let kinds = |settings: &str| {
        let service = LogService::start_blocking();
        let group = "[[exporters.cloudwatch_logs.groups]]\ngroup = '/shop/findings'\nevents = ['finding']\n";
        let end_point = format!("endpoint = '{}'\nregion = 'eu-west-1'\n", service.endpoint());
        let guard = build(&format!("[exporters.cloudwatch_logs]\n{end_point}{settings}\n{group}"), &[]).unwrap();
        let task = guard.handle().task("rollup", async {
            for id in 0..5 {
                let sql = format!("SELECT * FROM orders WHERE id = {id}");
                tachograph::database_call("sqlite", "shop", &sql).start().completed();
            }
        });
        assert!(std::pin::pin!(task).poll(&mut std::task::Context::from_waker(std::task::Waker::noop())).is_ready());
        assert!(guard.flush(Duration::from_secs(60)));
        let lines = service.messages("/shop/findings");
        assert_eq!(service.complaints(), [""; 0]);
        assert!(lines.iter().all(|line| line.contains(r#""event":"finding""#)), "{lines:?}");
        lines.iter().filter(|line| line.contains(r#""finding":"n_plus_one""#)).count()
    };
    assert_eq!([kinds(""), kinds("findings = true"), kinds("findings = false")], [1, 1, 0]);
}

#[test]
fn lines_go_to_their_groups() {
    if !has_credentials("cloudwatch_logs::lines_go_to_their_groups") {
        return;
    }
    let service = LogService::start_blocking();
    let file = format!(
        "[exporters.cloudwatch_logs]\nendpoint = '{}'\nregion = 'eu-west-1'\nstream = 'test'\nretention_days = 30\n\
         [[exporters.cloudwatch_logs.groups]]\ngroup = '/shop/tasks'\nevents = ['task']\nretention_days = 7\n\
         [[exporters.cloudwatch_logs.groups]]\ngroup = '/shop/all'\n",
        service.endpoint()
    );
    let guard = build(&file, &[]).unwrap();
    let task = std::pin::pin!(guard.handle().task("rollup", async {}));
    assert!(task.poll(&mut std::task::Context::from_waker(std::task::Waker::noop())).is_ready());
    assert!(guard.flush(Duration::from_secs(60)));
    service.look(|kept| {
        assert_eq!(["/shop/tasks", "/shop/all"].map(|group| kept.count(group)), [1, 1]);
        let retention = |group: &str| kept.groups[group].retention_days;
        assert_eq!(["/shop/tasks", "/shop/all"].map(retention), [Some(7), Some(30)]);
        assert!(kept.calls.iter().all(|made| made.region == "eu-west-1"));
    });
    assert_eq!(service.complaints(), [""; 0]);
}
