//! What `[capture]` says, and what is said of what cannot be.

use std::time::Duration;

use tachograph::{Capture, Config, FindingKind, Tachograph, Thresholds};

fn capture(text: &str) -> Capture {
    let config = Config::from_toml(text).unwrap();
    Tachograph::builder().service("shop").config(config).build().unwrap().handle().capture().clone()
}

fn refused(text: &str) -> String {
    let config = Config::from_toml(text).unwrap();
    match Tachograph::builder().service("shop").config(config).build() {
        Ok(_) => panic!("it fits: {text}"),
        Err(error) => error.to_string(),
    }
}

fn of<'c>(capture: &'c Capture, route: &str) -> &'c Thresholds {
    capture.routes.iter().find(|(other, _)| *other == route).map(|(_, thresholds)| thresholds).unwrap()
}

#[test]
fn nothing_said_is_what_core_has() {
    let mut said = capture("[exporters]");
    // What the service serves of itself is ignored, too.
    said.ignore = Capture::default().ignore;
    assert_eq!(said, Capture::default());
}

#[test]
fn every_threshold_can_be_said() {
    let capture = capture(
        r#"
        [exporters]
        [capture]
        slow_request_ms = 1
        max_queries = 2
        silence = ["src/orders.rs:88"]
        [capture.findings]
        repeats = 3
        slow_query_ms = 4
        slow_external_call_ms = 5
        external_repeats = 6
        sequential_saving_ms = 7
        connection_wait_ms = 8
        cache_misses = 9
        large_response_bytes = 10
        slow_body_ms = 11
        blocking_ms = 12
        waiting_ms = 13
        warning_ms = 14
        off = ["waiting", "slow_body"]
        "#,
    );
    let ms = Duration::from_millis;
    let thresholds = capture.thresholds;
    let times = [
        (thresholds.slow_request, 1),
        (thresholds.slow_query, 4),
        (thresholds.slow_external_call, 5),
        (thresholds.sequential_saving, 7),
        (thresholds.connection_wait, 8),
        (thresholds.slow_body, 11),
        (thresholds.blocking, 12),
        (thresholds.waiting, 13),
        (thresholds.warning, 14),
    ];
    times.into_iter().for_each(|(time, said)| assert_eq!(time, ms(said)));
    assert_eq!((thresholds.max_queries, thresholds.repeats, thresholds.external_repeats), (2, 3, 6));
    assert_eq!((thresholds.cache_misses, thresholds.large_response), (9, 10));
    let off: Vec<_> = FindingKind::ALL.into_iter().filter(|kind| !thresholds.is_on(*kind)).collect();
    assert_eq!(off, [FindingKind::SlowBody, FindingKind::Waiting]);
    assert_ne!(capture.silence, Capture::default().silence);
}

#[test]
fn a_route_is_judged_as_all_are_but_for_what_is_said_of_it() {
    let capture = capture(
        r#"
        [exporters]
        [capture]
        max_queries = 7
        findings.off = ["waiting"]
        [capture.routes."GET /experiments"]
        max_queries = 13
        [capture.routes."/export"]
        slow_request_ms = 60000
        findings = { large_response_bytes = 1000000000, off = ["slow_body"] }
        [capture.routes.rollup]
        findings.off = ["all"]
        "#,
    );
    let list = of(&capture, "GET /experiments");
    assert_eq!((list.max_queries, list.slow_request), (13, Duration::from_secs(1)));
    assert!(!list.is_on(FindingKind::Waiting) && list.is_on(FindingKind::SlowBody));
    let export = of(&capture, "/export");
    assert_eq!((export.max_queries, export.slow_request), (7, Duration::from_secs(60)));
    assert_eq!(export.large_response, 1_000_000_000);
    assert!(!export.is_on(FindingKind::Waiting) && !export.is_on(FindingKind::SlowBody));
    assert!(FindingKind::ALL.into_iter().all(|kind| !of(&capture, "rollup").is_on(kind)));
}

#[test]
fn answers_tell_of_their_time_only_where_strangers_do_not_see_it() {
    let told = |text: &str| capture(&format!("[exporters]\n{text}")).server_timing;
    assert!(!told(""));
    assert!(!told("[service]\nenvironment = 'production'"));
    assert!(told("[service]\nenvironment = 'development'"));
    assert!(told("[service]\nenvironment = 'production'\n[capture]\nserver_timing = true"));
    assert!(!told("[service]\nenvironment = 'dev'\n[capture]\nserver_timing = false"));
}

#[test]
fn what_cannot_be_is_named_with_the_remedy() {
    for (text, parts) in [
        ("[capture.findings]\noff = ['n_plus_1']", ["capture.findings.off", "`n_plus_1`", "n_plus_one"]),
        ("[capture.findings]\nrepeats = 1", ["capture.findings.repeats", "is 1", "2 or more"]),
        ("[capture.routes.'/a']\nfindings.external_repeats = 0", ["capture.routes.\"/a\"", "external_repeats", "is 0"]),
        ("[capture.routes.'get /a']\nmax_queries = 1", ["\"get /a\"", "is no route", "GET /experiments"]),
        ("[capture.routes.'GET/a']\nmax_queries = 1", ["\"GET/a\"", "is no route", "GET /experiments"]),
        ("[capture.routes.'FETCH /a']\nmax_queries = 1", ["\"FETCH /a\"", "is no route", "GET /experiments"]),
        ("[capture]\nsilence = ['']", ["capture.silence", "empty", "a file"]),
        ("[capture]\nsilence = ['n_plus_one']", ["capture.silence", "`n_plus_one`", "capture.findings.off"]),
        ("[capture.routes.'/a b']\nmax_queries = 1", ["\"/a b\"", "is no route", "rollup"]),
    ] {
        let error = refused(text);
        parts.into_iter().for_each(|part| assert!(error.contains(part), "{part} in {error}"));
    }
    let unknown = Config::from_toml("[capture.routes.'GET /a']\nmax_query = 1").unwrap_err().to_string();
    assert!(unknown.contains("max_query") && unknown.contains("max_queries"), "{unknown}");
}
