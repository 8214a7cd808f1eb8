//! What is said for dashboards and alarms: every service reads it, and says what does not fit.

use tachograph::Config;
use tachograph::config::{AlarmsConfig, DashboardsConfig};

fn refused(text: &str) -> String {
    match Config::from_toml(text) {
        Ok(config) => panic!("it fits: {config:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn without_a_word_there_is_nothing() {
    let config = Config::from_toml("").unwrap();
    assert_eq!((config.dashboards, config.alarms), (DashboardsConfig::default(), AlarmsConfig::default()));
    assert!(config.objectives.is_empty());
}

#[test]
fn everything_can_be_said() {
    let config = Config::from_toml(
        r#"
        [dashboards]
        region = "eu-west-1"
        namespace = "shop"
        log_group = "/shop/requests"
        retention_days = 90
        functions = ["resize"]
        clusters = ["shop-db"]
        tables = ["flags"]
        streams = ["events"]
        dead_letter_queues = ["events-dead"]
        [alarms]
        email = "oncall@example.com"
        p99_ms = 750
        error_rate = 0.02
        pool_utilization = 0.9
        cache_hit_rate = 0.5
        iterator_age_ms = 30000
        cold_starts = 0.1
        [[alarms.counters]]
        name = "safety_rollbacks_total"
        most = 1
        period_s = 604800
        healthy = "less than 1 a week"
        action = "flag quality, error thresholds"
        [[alarms.counters]]
        name = "orders_lost_total"
        [[objectives]]
        name = "checkout"
        target = 0.999
        method = "POST"
        route = "/orders"
        duration_ms = 500
        "#,
    )
    .unwrap();
    assert_eq!(config.dashboards.retention_days, Some(90));
    assert_eq!(config.dashboards.dead_letter_queues, ["events-dead"]);
    let alarms = config.alarms;
    assert_eq!((alarms.p99_ms, alarms.error_rate, alarms.cold_starts), (Some(750), Some(0.02), Some(0.1)));
    assert_eq!((alarms.counters[0].most, alarms.counters[0].period_s), (1.0, Some(604_800)));
    assert_eq!((alarms.counters[1].most, alarms.counters[1].period_s), (0.0, None));
    let objective = &config.objectives[0];
    assert_eq!((objective.target, objective.duration_ms), (0.999, Some(500)));
    assert_eq!((objective.method.as_deref(), objective.route.as_deref()), (Some("POST"), Some("/orders")));
}

#[test]
fn what_does_not_fit_is_named_with_its_line_and_the_remedy() {
    let cases = [
        ("[alarms]\nerror_rate = 2", ["line 2", "error_rate", "0.01 for 1 %"]),
        ("[alarms]\ncold_starts = -0.1", ["line 2", "`-0.1`", "use 0 to 1"]),
        ("[alarms]\npool_utilization = nan", ["line 2", "`NaN`", "use 0 to 1"]),
        ("[alarms]\ncache_hit_rate = 1.01", ["line 2", "`1.01`", "use 0 to 1"]),
        ("[alarms]\np99_ms = 0", ["line 2", "p99_ms", "use 1 or more"]),
        ("[alarms]\niterator_age_ms = 0", ["line 2", "iterator_age_ms", "use 1 or more"]),
        ("[alarms]\nemail = 'nobody'", ["line 2", "`nobody`", "oncall@example.com"]),
        ("[alarms]\nemail = 'a@b@c'", ["line 2", "`a@b@c`", "oncall@example.com"]),
        ("[alarms]\nemail = '@b'", ["line 2", "`@b`", "oncall@example.com"]),
        ("[[alarms.counters]]\nname = ' '", ["line 2", "name", "use a few letters"]),
        ("[[alarms.counters]]\nmost = 3", ["line 1", "missing field", "`name`"]),
        ("[[alarms.counters]]\nname = 'a'\nmost = -1", ["line 3", "`-1`", "use 0 or more"]),
        ("[[alarms.counters]]\nname = 'a'\nperiod_s = 90", ["line 3", "90 s", "multiple of 60"]),
        ("[[alarms.counters]]\nname = 'a'\nperiod_s = 604860", ["line 3", "604860 s", "604800 (a week)"]),
        ("[[alarms.counters]]\nname = 'a'\n[[alarms.counters]]\nname = 'a'", ["line", "two counters", "`a`"]),
        ("[[alarms.counters]]\nname = 'a'\n[[alarms.counters]]\nname = 'a_total'", ["line", "two counters", "`a`"]),
        ("[[objectives]]\nname = 'a'\ntarget = 1", ["line 3", "`1` is no target", "0.999"]),
        ("[[objectives]]\nname = 'a'\ntarget = 0", ["line 3", "`0` is no target", "0.999"]),
        ("[[objectives]]\nname = 'a'\ntarget = 0.9\nmethod = 'get'", ["line 4", "`get` is no method", "GET"]),
        ("[[objectives]]\nname = 'a'\ntarget = 0.9\nroute = 'x'", ["line 4", "`x` is no route", "/experiments/{id}"]),
        ("[[objectives]]\nname = 'a'\ntarget = 0.9\nduration_ms = 0", ["line 4", "duration_ms", "use 1 or more"]),
        (
            "[[objectives]]\nname = 'a'\ntarget = 0.9\n[[objectives]]\nname = 'a'\ntarget = 0.8",
            ["line", "two objectives", "call one of them otherwise"],
        ),
        ("[dashboards]\nregion = 'EU west'", ["line 2", "`EU west` is no region", "eu-west-1"]),
        ("[dashboards]\nnamespace = 'AWS/EC2'", ["line 2", "`AWS/EC2`", "neither `:` nor `AWS/`"]),
        ("[dashboards]\nlog_group = ''", ["line 2", "`` is no group", "1 to 512"]),
        ("[dashboards]\nretention_days = 91", ["line 2", "91 days", "90, 120"]),
        ("[dashboards]\nfunction = ['a']", ["line 2", "`function`", "`functions`"]),
    ];
    for (text, expected) in cases {
        let told = refused(text);
        for part in expected {
            assert!(told.contains(part), "{text}\n{part} is not in\n{told}");
        }
    }
}

#[test]
fn variables_say_it_as_well_and_are_named() {
    let load = |name: &str, value: &str| {
        let folder = tempfile::tempdir().unwrap();
        Config::load_from(folder.path(), [(name.to_owned(), value.to_owned())])
    };
    let config = load("TACHOGRAPH_ALARMS__P99_MS", "250").unwrap();
    assert_eq!(config.alarms.p99_ms, Some(250));
    let config = load("TACHOGRAPH_OBJECTIVES", "[{ name = 'all', target = 0.99 }]").unwrap();
    assert_eq!(config.objectives[0].target, 0.99);
    let told = load("TACHOGRAPH_ALARMS__ERROR_RATE", "5").unwrap_err().to_string();
    assert!(told.contains("TACHOGRAPH_ALARMS__ERROR_RATE") && told.contains("use 0 to 1"), "{told}");
}

/// What is said of a group for its dashboards is what the exporter would take, too.
#[cfg(feature = "cloudwatch-logs")]
#[test]
fn lines_are_kept_as_long_as_the_exporter_can_have_them_kept() {
    use tachograph::Tachograph;

    let builds = |days: u32| {
        let config = format!(
            "[exporters.cloudwatch_logs]\nregion = 'eu-west-1'\ngroup = 'a'\nendpoint = 'http://127.0.0.1:9'\nretention_days = {days}"
        );
        let config = Config::from_toml(&config).unwrap();
        Tachograph::builder().service("shop").config(config).build().is_ok()
    };
    for days in 0..4000 {
        let fits = Config::from_toml(&format!("[dashboards]\nretention_days = {days}")).is_ok();
        assert_eq!(fits, builds(days), "{days}");
    }
}
