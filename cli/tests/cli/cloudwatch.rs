//! `tachograph dashboards cloudwatch` and `tachograph alarms cloudwatch`.

use serde_json::Value;

use crate::program::{Ended, run};

/// Runs it with a configuration of its own.
fn write(what: &str, configuration: &str) -> Ended {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tachograph.toml");
    std::fs::write(&file, configuration).unwrap();
    run([what, "cloudwatch", "--config", file.to_str().unwrap()])
}

const CONFIGURED: &str = "[service]\nname = 'shop'\n[exporters.json]\nformat = 'emf'\n\
                          [[alarms.counters]]\nname = 'safety_rollbacks_total'\nmost = 0\nperiod_s = 604800\n";

#[test]
fn templates_are_written_for_what_is_configured() {
    for (what, resource) in [("dashboards", "ApiDashboard"), ("alarms", "SafetyRollbacksTotalAlarm")] {
        let ended = write(what, CONFIGURED);
        assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{what}");
        let template: Value = serde_json::from_str(&ended.stdout).unwrap();
        assert!(template["Resources"][resource].is_object(), "{what} has no {resource}");
    }
}

#[test]
fn where_nothing_publishes_what_they_look_at_that_is_said_beside_the_template() {
    for what in ["dashboards", "alarms"] {
        let ended = write(what, "[service]\nname = 'shop'\n[exporters.json]\n");
        assert!(ended.code == 0 && serde_json::from_str::<Value>(&ended.stdout).is_ok());
        assert!(ended.stderr.contains("format = \"emf\""), "{}", ended.stderr);
    }
}

#[test]
fn what_cannot_be_watched_is_refused() {
    let ended = write("alarms", &format!("{CONFIGURED}[exporters.json.emf]\ndimensions = [['service', 'route']]\n"));
    assert_eq!((ended.code, ended.stdout.as_str()), (2, ""));
    assert!(ended.stderr.contains("add [\"service\"] to `dimensions`"), "{}", ended.stderr);
}
