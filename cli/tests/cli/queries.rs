//! `tachograph queries`, and the options of all commands.

use crate::shell::Shell;

#[test]
fn all_are_printed_with_what_they_answer() {
    let ended = Shell::new().run(&["queries"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    for begin in ["# slow-requests: Slow requests", "\n# errors-by-action: ", "\n# average-by-view: "] {
        assert!(ended.stdout.contains(begin), "{}", ended.stdout);
    }
}

#[test]
fn one_is_printed_by_its_name_and_what_it_is_configured_for() {
    let shell = Shell::new().file("tachograph.toml", "[alarms]\np99_ms = 250");
    let ended = shell.run(&["queries", "slow-requests"]);
    assert!(ended.stdout.starts_with("# slow-requests: "), "{ended:?}");
    assert_eq!(ended.stdout.matches("# ").count(), 1);
    assert!(ended.stdout.contains("duration_ms > 250"), "{ended:?}");

    let elsewhere = shell.file("other.toml", "[alarms]\np99_ms = 750");
    for arguments in
        [["queries", "slow-requests", "--config", "other.toml"], ["--config", "other.toml", "queries", "slow-requests"]]
    {
        assert!(elsewhere.run(&arguments).stdout.contains("duration_ms > 750"));
    }
}

#[test]
fn what_cannot_be_is_said_with_the_remedy() {
    let ended = Shell::new().run(&["queries", "slow"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
    assert!(ended.stderr.contains("there is no query `slow`: use one of errors, slow-requests, "), "{ended:?}");

    let ended = Shell::new().run(&["queries", "--config", "nowhere.toml"]);
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.stderr.contains("cannot read nowhere.toml") && ended.stderr.contains("correct the path"),
        "{ended:?}"
    );

    let ended = Shell::new().file("tachograph.toml", "[alarms]\np99_ms = 0").run(&["queries"]);
    assert!(ended.stderr.contains("tachograph.toml does not fit") && ended.stderr.contains("line 2"), "{ended:?}");
}

#[test]
fn a_service_without_a_name_is_told_of() {
    let ended = Shell::nameless().run(&["queries"]);
    assert_eq!(ended.code, Some(0));
    assert!(ended.stderr.contains("note: no name of the service is configured") && ended.stderr.contains("--service"));
    let named = Shell::nameless().file("Cargo.toml", "[package]\nname = 'shop'");
    for (shell, arguments) in [(&named, vec!["queries"]), (&Shell::nameless(), vec!["queries", "--service", "shop"])] {
        assert_eq!(shell.run(&arguments).stderr, "");
    }
}
