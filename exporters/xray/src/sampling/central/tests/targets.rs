use tachograph_xray_daemon::Answer;

use super::*;

fn requests(service: &Service) -> usize {
    service.sampled(&get("/"), 10)
}

/// A service that has borrowed for a second.
fn borrowing(rate: f64) -> Service {
    let daemon = Daemon::start();
    daemon.serve_rules(vec![Rule { fixed_rate: rate, reservoir: 50, ..Rule::default() }]);
    let mut service = Service::start(daemon);
    service.pass(Duration::ZERO);
    assert_eq!(requests(&service), 1);
    service.second();
    service
}

fn target(service: &Service, of: Target) {
    service.daemon.serve_targets(vec![Target { rule: "Default".into(), ..of }]);
}

fn ttl(service: &Service, seconds: f64) -> Option<f64> {
    let wall = service.clock.wall().duration_since(std::time::UNIX_EPOCH).unwrap();
    Some(wall.as_secs_f64() + seconds)
}

#[test]
fn a_quota_takes_the_place_of_borrowing_until_it_ends() {
    let mut service = borrowing(0.0);
    let of = Target { reservoir_quota: Some(4), quota_ttl: ttl(&service, 29.0), ..Target::default() };
    target(&service, of);
    let sampled: Vec<_> = (1..60)
        .map(|_| {
            let sampled = requests(&service);
            // Only the first is answered with what is new.
            service.second();
            sampled
        })
        .collect();
    let (before, quota, after) = (&sampled[..10], &sampled[10..30], &sampled[30..]);
    assert_eq!(before, [1; 10]);
    assert_eq!(quota, [4; 20]);
    assert_eq!(after, [1; 29]);
    service.pass(Duration::from_secs(11));
    assert_eq!(service.told("Default"), (600, 11 + 80 + 29, 11 + 29));
    assert_eq!(service.daemon.complaints(), [""; 0]);
}

#[test]
fn the_rate_of_a_target_goes_before_the_rules_own_until_that_is_changed() {
    let mut service = borrowing(0.0);
    target(&service, Target { fixed_rate: 0.6, ..Target::default() });
    service.pass(Duration::from_secs(10));
    assert_eq!(requests(&service), 10);
    target(&service, Target { fixed_rate: 0.6, interval: Some(3600), ..Target::default() });
    service.pass(Duration::from_secs(600));
    assert_eq!(requests(&service), 10, "the rule was asked for meanwhile, but it is as it was");
    service.daemon.serve_rules(vec![Rule { fixed_rate: 0.25, reservoir: 50, ..Rule::default() }]);
    service.pass(Duration::from_secs(310));
    assert_eq!(requests(&service), 1);
}

#[test]
fn x_ray_says_how_often_it_wants_to_be_told() {
    let mut service = borrowing(0.0);
    target(&service, Target { interval: Some(30), ..Target::default() });
    let asked: Vec<_> = (0..100)
        .filter(|_| {
            let before = service.targets_requests();
            requests(&service);
            service.second();
            service.targets_requests() > before
        })
        .collect();
    // The first time after ten seconds, one of which has passed.
    assert_eq!(asked, [9, 39, 69, 99]);
}

#[test]
fn a_rule_that_was_not_used_is_not_told_of() {
    let mut service = borrowing(0.0);
    service.pass(Duration::from_secs(60));
    assert_eq!((service.told("Default"), service.targets_requests()), ((10, 1, 1), 1));
}

#[test]
fn what_could_not_be_told_is_told_when_it_can_be() {
    let mut service = borrowing(0.0);
    for answer in [Answer::Status(500), Answer::Raw(200, b"no".to_vec()), Answer::Raw(302, b"{}".to_vec())] {
        service.daemon.answer_with(answer);
        service.pass(Duration::from_secs(11));
        requests(&service);
    }
    service.daemon.clear();
    service.daemon.answer_with(Answer::Truth);
    service.pass(Duration::from_secs(11));
    assert_eq!(service.told("Default"), (40, 4, 4));
    assert_eq!(service.failures().len(), 1);
}

#[test]
fn statistics_go_in_calls_of_25_rules() {
    let daemon = Daemon::start();
    daemon.serve_rules((0..60).map(|rule_| rule(&format!("rule-{rule_:02}"), 1, &format!("/{rule_:02}"))).collect());
    let mut service = Service::start(daemon);
    serve_quota(&service, 2);
    service.pass(Duration::ZERO);
    (0..60).for_each(|rule| assert_eq!(service.sampled(&get(&format!("/{rule:02}")), 3), 0));
    service.pass(Duration::from_secs(11));
    let calls = service.daemon.look(|received| received.statistics.iter().map(Vec::len).collect::<Vec<_>>());
    assert_eq!(calls, [25, 25, 10]);
    (0..60).for_each(|rule| assert_eq!(service.sampled(&get(&format!("/{rule:02}")), 3), 2));
    assert_eq!(service.daemon.complaints(), [""; 0]);
}

#[test]
fn statistics_say_who_and_when() {
    let mut service = borrowing(0.0);
    service.pass(Duration::from_secs(10));
    let told = service.daemon.look(|received| received.statistics[0][0].clone());
    assert_eq!(told.client_id, "0123456789abcdef01234567");
    assert_eq!(told.timestamp, (ManualClock::EPOCH_SECONDS + 10) as f64);
}

#[test]
fn garbage_for_targets_changes_nothing() {
    let mut service = borrowing(0.0);
    for odd in [
        r#"{"SamplingTargetDocuments":[{"RuleName":"Default","FixedRate":9,"ReservoirQuota":-5,"ReservoirQuotaTTL":"x"}]}"#,
        r#"{"SamplingTargetDocuments":[{"RuleName":"nobody","FixedRate":1.0}],"LastRuleModification":"now"}"#,
        r#"{"SamplingTargetDocuments":[7],"UnprocessedStatistics":{"a":1}}"#,
    ] {
        service.daemon.answer_with(Answer::Raw(200, odd.as_bytes().to_vec()));
        requests(&service);
        service.pass(Duration::from_secs(11));
        assert_eq!(requests(&service), 1, "{odd}");
    }
}
