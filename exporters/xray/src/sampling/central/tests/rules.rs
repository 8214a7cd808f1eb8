use tachograph_xray_daemon::{Answer, Unprocessed};

use super::*;

fn sampling(service: &Service) -> Vec<bool> {
    ["/a", "/b", "/c"].map(|path| service.central.samples(&get(path))).to_vec()
}

fn always(name: &str, url_path: &str) -> Rule {
    Rule { fixed_rate: 1.0, ..rule(name, 1, url_path) }
}

fn never() -> Rule {
    Rule { fixed_rate: 0.0, reservoir: 0, ..Rule::default() }
}

#[test]
fn rules_come_in_pages() {
    let daemon = Daemon::start();
    daemon.serve_rules_in_pages(vec![vec![always("a", "/a")], vec![], vec![always("b", "/b"), never()]]);
    let mut service = Service::start(daemon);
    service.pass(Duration::ZERO);
    assert_eq!(sampling(&service), [true, true, false]);
    assert_eq!(service.rules_requests(), 3);
    assert_eq!((service.daemon.complaints(), service.failures()), (vec![], vec![]));
}

#[test]
fn pages_without_an_end_are_none() {
    let daemon = Daemon::start();
    daemon.answer_with(Answer::Raw(200, br#"{"SamplingRuleRecords":[],"NextToken":"page-1"}"#.to_vec()));
    daemon.serve_rules_in_pages(vec![vec![], vec![]]);
    let mut service = Service::start(daemon);
    service.pass(Duration::ZERO);
    assert_eq!(service.rules_requests(), 64);
    assert!(service.failures()[0].ends_with("it has more than 64 pages of them"));
    assert_eq!(sampling(&service), [true; 3], "the local ones decide");
}

#[test]
fn a_page_that_fails_is_no_half_of_the_rules() {
    let daemon = Daemon::start();
    // The daemon knows no page of this token, and says so.
    daemon.answer_with(Answer::Raw(200, br#"{"SamplingRuleRecords":[],"NextToken":"page-7"}"#.to_vec()));
    let mut service = Service::start(daemon);
    service.pass(Duration::ZERO);
    assert!(service.failures()[0].ends_with("it answered with status 400"));
    assert_eq!(sampling(&service), [true; 3]);
}

#[test]
fn rules_are_renewed_every_five_minutes() {
    let daemon = Daemon::start();
    daemon.serve_rules(vec![always("a", "/a"), never()]);
    let mut service = Service::start(daemon);
    service.pass(Duration::ZERO);
    assert_eq!(sampling(&service), [true, false, false]);
    service.daemon.serve_rules(vec![always("a", "/b"), always("c", "/c"), never()]);
    service.pass(Duration::from_secs(302));
    assert_eq!(sampling(&service), [true, false, false]);
    service.second();
    assert_eq!(sampling(&service), [false, true, true]);
    service.daemon.serve_rules(vec![never()]);
    service.pass(Duration::from_secs(303));
    assert_eq!(sampling(&service), [false; 3]);
}

/// Targets that say nothing but when a rule was changed.
fn modified(service: &Service, seconds: f64) {
    let last_rule_modification = ManualClock::EPOCH_SECONDS as f64 + seconds;
    service.daemon.answer_targets(move |_| Targets { last_rule_modification, ..Targets::default() });
}

#[test]
fn changed_rules_are_asked_for_at_once() {
    let daemon = Daemon::start();
    daemon.serve_rules(vec![always("a", "/a"), never()]);
    let mut service = Service::start(daemon);
    modified(&service, -1.0);
    let ten_seconds = |service: &mut Service| {
        sampling(service);
        service.pass(Duration::from_secs(11));
        service.rules_requests()
    };
    assert_eq!(ten_seconds(&mut service), 1, "before they were asked for");
    modified(&service, 11.5);
    service.daemon.serve_rules(vec![always("b", "/b"), never()]);
    assert_eq!(ten_seconds(&mut service), 2);
    assert_eq!(sampling(&service), [false, true, false]);
    // The machine's clock is a minute ahead of X-Ray's: what counts is that X-Ray says something later than before.
    modified(&service, 12.0 - 60.0);
    assert_eq!(ten_seconds(&mut service), 2);
    modified(&service, 13.0 - 60.0);
    assert_eq!((ten_seconds(&mut service), ten_seconds(&mut service)), (3, 3));
}

#[test]
fn the_first_modification_is_compared_with_the_clock() {
    for (seconds, requests) in [(-0.5, 1), (0.0, 2), (30.0, 2)] {
        let mut service = Service::start(Daemon::start());
        modified(&service, seconds);
        service.pass(Duration::ZERO);
        sampling(&service);
        service.pass(Duration::from_secs(11));
        assert_eq!(service.rules_requests(), requests, "{seconds}");
    }
}

#[test]
fn statistics_that_were_refused_mean_that_the_rules_changed() {
    for (code, requests, told_again) in [("400", 2, 0), ("500", 1, 3), ("ThrottledException", 1, 3)] {
        let daemon = Daemon::start();
        let mut service = Service::start(daemon);
        service.daemon.answer_targets(move |told| {
            let unprocessed = Unprocessed { rule: told[0].rule.clone(), code: code.into(), message: "no".into() };
            Targets { unprocessed: vec![unprocessed], ..Targets::default() }
        });
        service.pass(Duration::ZERO);
        sampling(&service);
        service.pass(Duration::from_secs(11));
        assert_eq!(service.rules_requests(), requests, "{code}");
        service.daemon.clear();
        service.pass(Duration::from_secs(11));
        assert_eq!(service.told("Default").0, told_again, "{code}");
    }
}

#[test]
fn a_rule_that_is_there_twice_counts_once() {
    let daemon = Daemon::start();
    daemon.serve_rules(vec![always("a", "/a"), always("a", "/b"), never()]);
    let mut service = Service::start(daemon);
    service.pass(Duration::ZERO);
    assert_eq!(sampling(&service), [true, false, false]);
    service.pass(Duration::from_secs(11));
    assert_eq!((service.told("a"), service.daemon.complaints()), ((1, 1, 0), vec![]));
}
