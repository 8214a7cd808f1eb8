use std::sync::{Mutex, Weak};
use std::time::{Duration, Instant};

use tachograph_core::{Handle, OpenRequest, RequestHead, lock, trace};
use tachograph_xray_daemon::{Answer, Daemon, Rule};

use super::*;
use crate::origin::Platform;

fn settings(mode: SamplingMode) -> SamplingSettings {
    let everything = LocalRules::from_json(br#"{"version":2,"default":{"fixed_target":0,"rate":1}}"#).unwrap();
    let origin = Origin::new(Platform::None, []);
    SamplingSettings { mode, rules: everything, origin, on_failure: Box::new(|_| {}), ..SamplingSettings::default() }
}

fn at(daemon: &Daemon) -> SamplingSettings {
    let address = daemon.address().to_string().parse().unwrap();
    SamplingSettings { address, ..settings(SamplingMode::Central) }
}

/// A handle that decides so, and whether it samples a request with this header.
fn handle(sampling: &Sampling) -> Handle {
    Handle::builder().sampler(sampling.sampler()).build()
}

fn samples(handle: &Handle, header: &str) -> bool {
    let trace = trace::extract([], [], (!header.is_empty()).then_some(header.as_bytes()));
    let head = RequestHead { method: "GET", path: "/", trace, ..RequestHead::default() };
    let mut request = OpenRequest::open(handle, head).unwrap();
    let sampled = request.recording().identity().trace().sampled;
    request.complete();
    sampled.unwrap()
}

/// A guard against hanging.
#[track_caller]
fn until(mut is_so: impl FnMut() -> bool) {
    let limit = Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(Instant::now() < limit, "it should not take this long");
        std::thread::yield_now();
    }
}

fn central_of(sampling: &Sampling) -> Weak<Central> {
    match &*sampling.deciding {
        Deciding::Central { central, .. } => Arc::downgrade(central),
        _ => Weak::new(),
    }
}

const ROOT: &str = "Root=1-5759e988-bd862e3fe1be46a994272793";

#[test]
fn modes_have_the_names_of_the_configuration() {
    for (name, mode) in
        [("central", SamplingMode::Central), ("local", SamplingMode::Local), ("always", SamplingMode::Always)]
    {
        assert_eq!(name.parse::<SamplingMode>().unwrap(), mode);
    }
    assert_eq!(
        "never".parse::<SamplingMode>().unwrap_err().to_string(),
        "the sampling \"never\" is none that is known: use central, local or always"
    );
}

#[test]
fn a_caller_that_has_decided_is_followed_in_every_mode() {
    let nothing = LocalRules::from_json(br#"{"version":2,"default":{"fixed_target":0,"rate":0}}"#).unwrap();
    for (mode, rules, here) in [
        (SamplingMode::Always, nothing.clone(), true),
        (SamplingMode::Local, nothing, false),
        (SamplingMode::Local, settings(SamplingMode::Local).rules, true),
        (SamplingMode::Central, settings(SamplingMode::Local).rules, true),
    ] {
        let daemon = Daemon::start();
        daemon.answer_with(Answer::Hang);
        let settings = SamplingSettings { mode, rules, ..at(&daemon) };
        let sampling = Sampling::start(&Service::new("api"), settings).unwrap();
        let handle = handle(&sampling);
        let parent = format!("{ROOT};Parent=53995c3f42cd8ad8");
        for (header, sampled) in [
            (format!("{parent};Sampled=1"), true),
            (format!("{parent};Sampled=0"), false),
            (format!("{parent};Sampled=?"), here),
            (parent, here),
            (ROOT.to_owned(), here),
            (String::new(), here),
        ] {
            assert_eq!(samples(&handle, &header), sampled, "{mode:?} {header}");
        }
    }
}

#[test]
fn hosts_are_asked_for_where_rules_may_name_them() {
    for (mode, asks) in [(SamplingMode::Always, false), (SamplingMode::Local, true), (SamplingMode::Central, true)] {
        let daemon = Daemon::start();
        let sampling = Sampling::start(&Service::new("api"), SamplingSettings { mode, ..at(&daemon) }).unwrap();
        assert_eq!(sampling.sampler().asks_for_host(), asks, "{mode:?}");
    }
}

#[test]
fn the_rules_are_asked_of_the_daemon_and_only_what_is_decided_here_is_counted() {
    let daemon = Daemon::start();
    daemon.serve_rules(vec![
        Rule {
            name: "ours".into(),
            priority: 1,
            service_name: "api".into(),
            fixed_rate: 0.0,
            reservoir: 0,
            ..Rule::default()
        },
        Rule { fixed_rate: 1.0, ..Rule::default() },
    ]);
    let sampling = Sampling::start(&Service::new("api"), at(&daemon)).unwrap();
    let handle = handle(&sampling);
    // Until the rules are there, the local ones sample everything.
    until(|| !samples(&handle, ""));
    let ours = || {
        let central = central_of(&sampling).upgrade().unwrap();
        central.used("ours")
    };
    let before = ours();
    samples(&handle, &format!("{ROOT};Sampled=1"));
    assert_eq!(ours(), before);
    samples(&handle, &format!("{ROOT};Sampled=?"));
    assert_eq!(ours(), before + 1);
    assert_eq!(daemon.complaints(), [""; 0]);
}

#[test]
fn the_thread_ends_when_nobody_is_left_who_asks() {
    let daemon = Daemon::start();
    let sampling = Sampling::start(&Service::new("api"), at(&daemon)).unwrap();
    let (central, handle) = (central_of(&sampling), handle(&sampling));
    daemon.until(|received| received.rules_requests == 1);
    drop((sampling.clone(), sampling));
    assert!(central.upgrade().is_some(), "the handle samples by it");
    drop(handle);
    until(|| central.upgrade().is_none());
}

#[test]
fn the_thread_can_be_ended_while_handles_go_on() {
    let daemon = Daemon::start();
    daemon.serve_rules(vec![Rule { fixed_rate: 0.0, reservoir: 0, ..Rule::default() }]);
    let sampling = Sampling::start(&Service::new("api"), at(&daemon)).unwrap();
    let handle = handle(&sampling);
    until(|| !samples(&handle, ""));
    let central = central_of(&sampling);
    sampling.end();
    // What is left of it is in the handle's sampler and here.
    until(|| central.strong_count() == 1);
    assert!(!samples(&handle, ""), "by the rules that were told last");
}

#[test]
fn a_daemon_that_does_not_answer_holds_no_request() {
    let daemon = Daemon::start();
    daemon.answer_with(Answer::Hang);
    let sampling = Sampling::start(&Service::new("api"), at(&daemon)).unwrap();
    daemon.until(|received| received.rules_requests == 1);
    assert!(samples(&handle(&sampling), ""));
}

#[test]
fn on_lambda_nobody_is_asked() {
    let daemon = Daemon::start();
    let settings = SamplingSettings { origin: Origin::new(Platform::Lambda, []), ..at(&daemon) };
    let sampling = Sampling::start(&Service::new("api"), settings).unwrap();
    assert!(matches!(&*sampling.deciding, Deciding::Local(..)));
    assert!(samples(&handle(&sampling), "") && !samples(&handle(&sampling), &format!("{ROOT};Sampled=0")));
}

#[test]
fn failures_are_told() {
    let daemon = Daemon::start();
    daemon.stop();
    let told = Arc::<Mutex<Vec<String>>>::default();
    let tell = Arc::clone(&told);
    let on_failure = Box::new(move |error: &Error| lock(&tell).push(error.to_string()));
    let _sampling = Sampling::start(&Service::new("api"), SamplingSettings { on_failure, ..at(&daemon) }).unwrap();
    until(|| !lock(&told).is_empty());
    assert!(lock(&told)[0].contains(&daemon.address().to_string()));
}
