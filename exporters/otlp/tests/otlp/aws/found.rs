//! What the AWS SDK finds of credentials and the region: in another process, whose surroundings are made for it.

use std::process::Command;

use super::*;

/// Set in the process that a test starts.
const ENDPOINT: &str = "OTLP_AWS_TEST_ENDPOINT";

/// Sends a span, or says why it cannot, and exits.
fn child(endpoint: &str) {
    let service = Service::new("api");
    let mut settings = Settings::default();
    (settings.signals, settings.aws) = (vec![Signal::Traces], Some(Aws::default()));
    settings.connection.endpoint = Some(endpoint.to_owned());
    let (told, failures) = std::sync::mpsc::channel();
    let otlp = Otlp::builder(&service, settings).on_failure(move |failure| {
        eprintln!("tachograph.otlp: {failure}");
        let _ = told.send(());
    });
    let otlp = otlp.build().unwrap();
    let handle = Handle::builder().service(service).exporter(otlp).build();
    let mut open =
        OpenRequest::open(&handle, RequestHead { method: "GET", path: "/", ..RequestHead::default() }).unwrap();
    open.respond(200, Some(0), false);
    open.complete();
    while !handle.flush(Duration::from_millis(100)) && failures.try_recv().is_err() {}
    handle.shutdown(Duration::ZERO);
}

/// What such a process says, with these variables and no others of AWS.
fn sent_from(test: &str, collector: &Collector, variables: &[(&str, &str)]) -> String {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", &format!("aws::found::{test}"), "--nocapture"]).env_clear();
    command.env("HOME", home.path()).env("PATH", "/usr/bin:/bin").env("AWS_EC2_METADATA_DISABLED", "true");
    command.env(ENDPOINT, collector.endpoint_http()).envs(variables.iter().copied());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn variables_and_profiles_say_who_sends() {
    if let Ok(endpoint) = std::env::var(ENDPOINT) {
        return child(&endpoint);
    }
    let test = "variables_and_profiles_say_who_sends";
    let collector = Collector::start_blocking();
    collector.play(Played::new(REGION).key(KEY, SECRET));
    let keys = [("AWS_ACCESS_KEY_ID", KEY), ("AWS_SECRET_ACCESS_KEY", SECRET)];
    for region in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
        let said = sent_from(test, &collector, &[keys[0], keys[1], (region, REGION)]);
        assert!(!said.contains("tachograph"), "{said}");
    }

    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let given = format!(r#"{{"Version": 1, "AccessKeyId": "{KEY}", "SecretAccessKey": "{SECRET}"}}"#);
    std::fs::write(path("given.json"), given).unwrap();
    let profile = format!("[profile shop]\nregion = {REGION}\ncredential_process = cat {}\n", path("given.json"));
    std::fs::write(path("config"), profile).unwrap();
    let said = sent_from(test, &collector, &[("AWS_CONFIG_FILE", &path("config")), ("AWS_PROFILE", "shop")]);
    assert!(!said.contains("tachograph"), "{said}");
    assert_eq!((collector.complaints(), collector.spans().len()), (vec![], 3));
}

#[test]
fn where_nothing_is_found_it_is_told_once_and_the_service_starts() {
    if let Ok(endpoint) = std::env::var(ENDPOINT) {
        return child(&endpoint);
    }
    let test = "where_nothing_is_found_it_is_told_once_and_the_service_starts";
    let collector = Collector::start_blocking();
    let said = sent_from(test, &collector, &[("AWS_REGION", REGION)]);
    assert_eq!(said.matches("there are no credentials for AWS").count(), 1, "{said}");
    assert!(said.contains("will be tried again"), "{said}");
    let keys = [("AWS_ACCESS_KEY_ID", KEY), ("AWS_SECRET_ACCESS_KEY", SECRET)];
    let said = sent_from(test, &collector, &keys);
    assert_eq!(said.matches("no region of AWS was found: set `region`").count(), 1, "{said}");
    let said = sent_from(test, &collector, &[]);
    assert_eq!(said.matches("no region of AWS was found").count(), 1, "{said}");
    assert!(!said.contains("credentials"), "one thing after the other: {said}");
    assert!(collector.exports().is_empty());
}
