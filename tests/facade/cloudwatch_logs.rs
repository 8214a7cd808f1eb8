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
            "exporters.cloudwatch_logs does not fit: `my group` is no name of a log group",
        ),
        ("retention_days = 8".to_owned(), "keeps no group for 8 days: use 14"),
        ("stream = 'a:b'".to_owned(), "without `:` and `*`"),
        ("flush_interval_ms = 10".to_owned(), "use 250ms or more"),
        ("endpoint = 'localhost'".to_owned(), "use one at `https://`"),
        ("format = 'xml'".to_owned(), "exporters.cloudwatch_logs.format does not fit: `xml` is no format"),
        ("calls = 'some'".to_owned(), "exporters.cloudwatch_logs.calls does not fit"),
        ("sample = 5.0".to_owned(), "exporters.cloudwatch_logs.sample does not fit"),
        (
            format!("{group}level = 'loud'"),
            "exporters.cloudwatch_logs.groups does not fit: `/shop/api`: `loud` is no level",
        ),
        (format!("{group}events = ['query']"), "`query` is no event"),
        (format!("group = '/shop'\n{group}"), "exporters.cloudwatch_logs.group does not fit: there are `groups`, too"),
        (format!("{group}{group}"), "`/shop/api` is there twice"),
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

#[test]
fn lines_go_to_their_groups() {
    let service = LogService::start_blocking();
    let file = format!(
        "[exporters.cloudwatch_logs]\nendpoint = '{}'\nregion = 'eu-west-1'\nstream = 'test'\nretention_days = 30\n\
         [[exporters.cloudwatch_logs.groups]]\ngroup = '/shop/tasks'\nevents = ['task']\nretention_days = 7\n\
         [[exporters.cloudwatch_logs.groups]]\ngroup = '/shop/all'\n",
        service.endpoint()
    );
    // Its credentials are the environment's, which tests share and must not change: so it is seen from another process.
    if std::env::var_os("AWS_ACCESS_KEY_ID").is_none() {
        let test = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["cloudwatch_logs::lines_go_to_their_groups", "--exact"])
            .envs([("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "secret")])
            .output()
            .unwrap();
        return assert!(test.status.success(), "{}", String::from_utf8_lossy(&test.stdout));
    }
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
