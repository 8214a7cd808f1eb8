//! Several groups, each with its lines.

use tachograph_cloudwatch_logs::LogGroup;
use tachograph_cloudwatch_logs::json::{Calls, Filter};
use tachograph_core::Level;

use crate::bench::{Bench, log_as, run_task};

fn group(name: &str, level: Option<&str>, events: Option<&[&str]>, loggers: Option<&[&str]>) -> LogGroup {
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let (events, loggers) = (events.map(owned), loggers.map(owned));
    let mut group = LogGroup::new(name);
    group.lines.filter = Filter::read(level, events.as_deref(), loggers.as_deref()).unwrap();
    group.lines.calls = Calls::All;
    group
}

#[test]
fn each_group_has_the_lines_that_it_asks_for() {
    let bench = Bench::with(|settings| {
        settings.groups = vec![
            group("/shop/api", None, Some(&["request", "task"]), None),
            group("/shop/services", None, Some(&["log"]), Some(&["shop::services"])),
            group("/shop/errors", Some("error"), None, None),
            group("/shop/all", None, None, None),
        ];
    });
    log_as(&bench.handle, Level::Info, "shop::services::mail", "sent");
    log_as(&bench.handle, Level::Error, "shop::services::mail", "bounced");
    log_as(&bench.handle, Level::Critical, "shop::orders", "lost");
    run_task(&bench.handle, "rollup");
    bench.flush();
    let logged = |group: &str| bench.logged(group);
    assert!(logged("/shop/api")[0].contains("rollup"));
    assert_eq!(logged("/shop/api").len(), 1);
    assert_eq!(logged("/shop/services"), ["sent", "bounced"]);
    assert_eq!(logged("/shop/errors"), ["bounced", "lost"]);
    assert_eq!(logged("/shop/all").len(), 4);
    assert_eq!(bench.service.complaints(), [""; 0]);
}

#[test]
fn each_group_has_its_retention() {
    let bench = Bench::with(|settings| {
        settings.groups = vec![LogGroup::new("/shop/short"), LogGroup::new("/shop/long")];
        settings.groups[0].retention_days = Some(1);
        settings.groups[1].retention_days = Some(3653);
    });
    bench.log("placed");
    bench.flush();
    let retention = |group: &str| bench.service.look(|kept| kept.groups[group].retention_days);
    assert_eq!(["/shop/short", "/shop/long"].map(retention), [Some(1), Some(3653)]);
}
