//! X-Ray by configuration, and by the variables of its own libraries.

use std::fs;
use std::time::Duration;

use tachograph::{Config, Tachograph};
use tachograph_xray_daemon::{Daemon, Rule};

/// An instance with this file and these variables, which have a folder of their own.
fn build(file: &str, variables: &[(&str, &str)]) -> Result<Tachograph, String> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("tachograph.toml"), file).unwrap();
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let config = Config::load_from(folder.path(), variables).unwrap();
    let builder = Tachograph::builder().config(config).shutdown_deadline(Duration::from_secs(20));
    builder.build().map_err(|error| error.to_string())
}

fn task(guard: &Tachograph, name: &str) {
    let task = guard.handle().task(name, async {});
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(std::pin::pin!(task).as_mut().poll(&mut cx).is_ready());
}

#[test]
fn the_address_of_the_daemon_is_all_it_takes() {
    let daemon = Daemon::start();
    let address = daemon.address().to_string();
    let file = "[exporters.json]\noutput = 'stderr'\n[exporters.xray]\nsampling = 'always'\norigin = 'none'";
    let variables = [("AWS_XRAY_DAEMON_ADDRESS", address.as_str()), ("AWS_XRAY_TRACING_NAME", "experiments")];
    let guard = build(file, &variables).unwrap();
    assert!(guard.summary().contains(&format!("xray (always sampling) to {address}")), "{}", guard.summary());
    task(&guard, "rollup");
    assert!(guard.handle().flush(Duration::from_secs(20)));
    daemon.wait_for(1);
    let document = &daemon.documents()[0];
    assert_eq!((document.name(), document.text("annotations.name")), ("experiments", "rollup"));
    assert_eq!(daemon.complaints(), [""; 0]);

    let alone = build("", &[("AWS_XRAY_DAEMON_ADDRESS", &address)]).unwrap();
    assert!(alone.summary().contains(&format!("xray (central sampling) to {address}")), "{}", alone.summary());
}

#[test]
fn what_is_configured_goes_before_the_variable() {
    let summary = |file: &str, variables: &[(&str, &str)]| build(file, variables).unwrap().summary().to_owned();
    let quiet = "sampling = 'always'\norigin = 'none'";
    let variable = ("AWS_XRAY_DAEMON_ADDRESS", "tcp:127.0.0.1:2 udp:127.0.0.1:1");
    assert!(summary(&format!("[exporters.xray]\n{quiet}"), &[]).contains("to 127.0.0.1:2000"));
    assert!(summary(&format!("[exporters.xray]\n{quiet}"), &[variable]).contains("to udp:127.0.0.1:1 tcp:127.0.0.1:2"));
    let file = format!("[exporters.xray]\ndaemon_address = '127.0.0.1:3'\n{quiet}");
    assert!(summary(&file, &[variable]).contains("to 127.0.0.1:3"));
}

#[test]
fn it_can_be_switched_off() {
    for value in ["false", "FALSE", "0"] {
        let guard = build("[exporters.xray]", &[("AWS_XRAY_SDK_ENABLED", value)]).unwrap();
        assert!(guard.summary().contains("xray (switched off by AWS_XRAY_SDK_ENABLED)"), "{}", guard.summary());
        assert!(guard.handle().exporters().all(|exporter| exporter.name() != "xray"));
    }
    let on =
        build("[exporters.xray]\nsampling = 'always'\norigin = 'none'", &[("AWS_XRAY_SDK_ENABLED", "true")]).unwrap();
    assert!(on.handle().exporters().any(|exporter| exporter.name() == "xray"));
}

#[test]
fn rules_of_a_file_decide() {
    let daemon = Daemon::start();
    daemon.serve_rules(vec![Rule::default()]);
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("rules.json");
    fs::write(&rules, r#"{"version":2,"default":{"fixed_target":0,"rate":0},"rules":[]}"#).unwrap();
    let file = format!(
        "[exporters.xray]\ndaemon_address = '{}'\nsampling = 'local'\norigin = 'none'\nsampling_rules = '{}'",
        daemon.address(),
        rules.display()
    );
    let guard = build(&file, &[]).unwrap();
    (0..10).for_each(|_| task(&guard, "rollup"));
    assert!(guard.handle().flush(Duration::from_secs(20)));
    assert_eq!(daemon.look(|received| received.documents.len()), 0);
}

#[test]
fn what_does_not_fit_is_named_by_its_key() {
    let error = |file: &str, variables: &[(&str, &str)]| build(file, variables).unwrap_err();
    let quiet = "daemon_address = '127.0.0.1:1'\nsampling = 'always'\norigin = 'none'\n";
    for (key, value) in [
        ("daemon_address", "'nowhere'"),
        ("sampling", "'often'"),
        ("sampling_rules", "'/no/such/file'"),
        ("origin", "'mars'"),
        ("annotations", "['']"),
    ] {
        let others = quiet.split_inclusive('\n').filter(|line| !line.starts_with(&format!("{key} ")));
        let file = format!("[exporters.xray]\n{}{key} = {value}", others.collect::<String>());
        let error = error(&file, &[]);
        assert!(error.contains(&format!("exporters.xray.{key} does not fit")), "{error}");
    }
    let error = error("", &[("AWS_XRAY_DAEMON_ADDRESS", "nowhere")]);
    assert!(error.contains("AWS_XRAY_DAEMON_ADDRESS does not fit"), "{error}");
}
