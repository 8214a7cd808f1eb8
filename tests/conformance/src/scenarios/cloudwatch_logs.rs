//! Lines in CloudWatch Logs, as a strict service gets them: each group has what its filter takes, and nothing is missing.

use serde_json::Value;
use tachograph_log_service::LogService;

use super::everything::ask_for_everything;
use crate::case::Case;
use crate::service::Setup;

/// As the AWS SDK wants it.
const KEYS: [(&str, &str); 3] =
    [("AWS_REGION", "eu-central-1"), ("AWS_ACCESS_KEY_ID", "AKIADEMO"), ("AWS_SECRET_ACCESS_KEY", "a secret")];

/// With what the AWS SDK has to find.
pub(super) fn known_to_aws(setup: Setup) -> Setup {
    KEYS.into_iter().fold(setup, |setup, (name, value)| setup.env(name, value))
}

pub(super) fn each_group_has_the_lines_that_its_filter_takes(case: &Case) {
    let service = LogService::start_blocking();
    let file = format!(
        "[exporters.json]\n[exporters.cloudwatch_logs]\nendpoint = '{}'\nstream = 'one'\n\
         [[exporters.cloudwatch_logs.groups]]\ngroup = '/demo/requests'\nevents = ['request']\n\
         [[exporters.cloudwatch_logs.groups]]\ngroup = '/demo/errors'\nlevel = 'error'\n\
         [[exporters.cloudwatch_logs.groups]]\ngroup = '/demo/application'\nloggers = ['tachograph_experiments']\n\
         retention_days = 30\n",
        service.endpoint()
    );
    let demo = known_to_aws(case.setup()).file("tachograph.toml", &file).start();
    ask_for_everything(&demo);
    // Told to stop, it sends all it has.
    let text = demo.stop_with_text();
    assert_eq!(service.complaints(), [""; 0]);
    let same = |group: &str, is_it: fn(&Value) -> bool| {
        let lines = text.lines().map(|line| (line, serde_json::from_str(line).expect("a line is JSON")));
        let mut written: Vec<_> = lines.filter(|(_, line)| is_it(line)).map(|(line, _)| line.to_owned()).collect();
        let mut kept = service.messages(group);
        kept.iter_mut().for_each(|message| message.truncate(message.trim_end().len()));
        written.sort_unstable();
        kept.sort_unstable();
        assert_eq!(kept, written, "{group}");
        assert!(!kept.is_empty(), "{group}");
    };
    same("/demo/requests", |line| line["event"] == "request");
    same("/demo/errors", |line| line["level"] == "error" || line["level"] == "critical");
    same("/demo/application", |line| {
        line["logger"].as_str().is_some_and(|it| it.starts_with("tachograph_experiments"))
    });
    service.look(|kept| {
        assert_eq!(kept.groups["/demo/application"].retention_days, Some(30));
        assert_eq!(kept.groups["/demo/requests"].retention_days, None);
        assert!(kept.groups.values().all(|group| group.streams.keys().eq(["one"])), "{:?}", kept.groups.keys());
    });
}
