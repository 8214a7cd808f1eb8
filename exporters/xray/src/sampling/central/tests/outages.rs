use tachograph_xray_daemon::Answer;

use super::*;

/// One whose rules sample nothing, while the local ones sample everything.
fn service() -> Service {
    let daemon = Daemon::start();
    daemon.serve_rules(vec![Rule { fixed_rate: 0.0, reservoir: 0, ..Rule::default() }]);
    Service::start(daemon)
}

fn is_central(service: &Service) -> bool {
    service.sampled(&get("/"), 1) == 0
}

#[test]
fn a_daemon_that_is_not_there_is_told_of_once_and_asked_again() {
    let mut service = service();
    service.daemon.stop();
    service.pass(Duration::from_secs(3600));
    let failures = service.failures();
    assert_eq!(failures.len(), 1, "{failures:?}");
    let address = service.daemon.address();
    let start = format!("asking the X-Ray daemon at {address} for sampling rules failed, will be tried again");
    assert!(failures[0].starts_with(&start) && failures[0].contains("refused"), "{failures:?}");
    assert!(!is_central(&service));
    service.daemon.restart();
    service.pass(Duration::from_secs(60));
    assert!(is_central(&service));
    assert_eq!(service.failures(), [""; 0]);
}

#[test]
fn rules_hold_for_an_hour_and_then_the_local_ones_decide() {
    let mut service = service();
    service.pass(Duration::ZERO);
    service.daemon.stop();
    service.pass(Duration::from_secs(3600));
    assert!(is_central(&service));
    service.pass(Duration::from_nanos(1));
    assert!(!is_central(&service));
    service.daemon.restart();
    service.pass(Duration::from_secs(60));
    assert!(is_central(&service));
}

#[test]
fn what_an_outage_kept_back_is_told_after_it() {
    let mut service = service();
    service.pass(Duration::ZERO);
    for second in 0..1800 {
        match second {
            100 => service.daemon.stop(),
            1700 => service.daemon.restart(),
            _ => {}
        }
        assert!(is_central(&service));
        service.second();
    }
    service.pass(Duration::from_secs(11));
    assert_eq!(service.told("Default"), (1800, 0, 0));
    assert_eq!(service.daemon.complaints(), [""; 0]);
}

#[test]
fn garbage_changes_no_rules() {
    let mut service = service();
    service.pass(Duration::ZERO);
    for answer in [
        Answer::Status(500),
        Answer::Status(403),
        Answer::Raw(200, Vec::new()),
        Answer::Raw(200, b"<html>".to_vec()),
        Answer::Raw(200, b"{}".to_vec()),
        Answer::Raw(200, br#"{"SamplingRuleRecords":null}"#.to_vec()),
        Answer::Raw(200, vec![b'['; 2 << 20]),
    ] {
        service.daemon.answer_with(answer.clone());
        service.pass(Duration::from_secs(400));
        assert!(is_central(&service), "{:.60}", format!("{answer:?}"));
    }
    assert_eq!(service.failures().len(), 2, "of rules and of targets");
}

#[test]
fn one_whose_role_may_not_is_told_what_it_needs() {
    let mut service = service();
    service.daemon.answer_with(Answer::Status(403));
    service.pass(Duration::ZERO);
    let failures = service.failures();
    assert!(failures[0].ends_with("status 403; its role needs xray:GetSamplingRules and xray:GetSamplingTargets"));
}

#[test]
fn a_daemon_that_comes_and_goes_is_told_of_every_ten_minutes_at_most() {
    let mut service = service();
    let mut told = 0;
    for _ in 0..12 {
        service.daemon.stop();
        service.pass(Duration::from_secs(310));
        service.daemon.restart();
        service.pass(Duration::from_secs(61));
        told += service.failures().len();
    }
    // 74 minutes.
    assert!((2..=7).contains(&told), "{told}");
}

#[test]
fn each_of_the_addresses_of_a_name_is_tried() {
    let Ok(daemon) = Daemon::start_at("[::1]:0".parse().unwrap()) else {
        // A machine without IPv6 has no name with two addresses.
        return;
    };
    daemon.serve_rules(vec![Rule { fixed_rate: 0.0, reservoir: 0, ..Rule::default() }]);
    let port = daemon.address().port();
    let mut service = Service::start(daemon);
    let address: crate::DaemonAddress = format!("localhost:{port}").parse().unwrap();
    service.poller = Poller::new(Arc::clone(&service.central), address.tcp().clone(), String::new(), Box::new(|_| {}));
    service.pass(Duration::ZERO);
    assert!(is_central(&service));
}
