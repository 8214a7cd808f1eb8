use super::*;

/// The rules of the table below, as somebody wrote them in X-Ray's console.
fn rules() -> Vec<Rule> {
    vec![
        Rule { fixed_rate: 0.0, reservoir: 0, ..Rule::default() },
        Rule { fixed_rate: 1.0, ..rule("b-health-is-never-sampled", 2, "/health") },
        rule("a-health-is-never-sampled", 2, "/health"),
        Rule { fixed_rate: 1.0, method: "POST".into(), ..rule("all-that-is-created", 10, "*") },
        Rule { fixed_rate: 1.0, host: "*.internal".into(), ..rule("from-inside", 11, "/reports/*") },
        Rule { fixed_rate: 1.0, service_name: "experiments-*".into(), ..rule("ours", 20, "/experiments/?") },
        Rule { fixed_rate: 1.0, service_name: "other".into(), ..rule("not-ours", 19, "*") },
        Rule { fixed_rate: 1.0, service_type: "AWS::Lambda::*".into(), ..rule("of-functions", 30, "/function") },
        Rule { fixed_rate: 1.0, service_type: "AWS::EC2::Instance".into(), ..rule("of-machines", 29, "/function*") },
        Rule { fixed_rate: 1.0, resource_arn: "arn:aws:ecs:*".into(), ..rule("of-a-resource", 1, "*") },
        Rule { fixed_rate: 1.0, version: 2, ..rule("of-tomorrow", 1, "*") },
        Rule { fixed_rate: 1.0, attributes: vec![("a".into(), "b".into())], ..rule("with-attributes", 1, "*") },
    ]
}

/// As AWS documents it: by priority, then by name; the first that matches decides; what is not for any is `Default`'s.
#[test]
fn the_first_rule_that_matches_decides() {
    let daemon = Daemon::start();
    daemon.serve_rules(rules());
    let origin = Origin::new(Platform::Lambda, []);
    let mut service = Service::named(daemon, "experiments-api", origin);
    service.pass(Duration::ZERO);
    for (method, path, host, sampled) in [
        ("GET", "/health", None, false),
        ("POST", "/health", None, false),
        ("GET", "/HEALTH", None, false),
        ("POST", "/anything", None, true),
        ("post", "/anything", None, true),
        ("PUT", "/anything", None, false),
        ("GET", "/reports/7", Some("api.internal"), true),
        ("GET", "/reports/7", Some("API.Internal:8080"), true),
        ("GET", "/reports/7", Some("api.example.com"), false),
        ("GET", "/reports/7", None, false),
        ("GET", "/reports", Some("api.internal"), false),
        ("GET", "/experiments/7", None, true),
        ("GET", "/experiments/", None, false),
        ("GET", "/experiments/77", None, false),
        ("GET", "/function", None, true),
        ("GET", "/functions", None, false),
        ("", "rollup", None, false),
    ] {
        let head = RequestHead { method, path, host: host.map(str::as_bytes), ..RequestHead::default() };
        assert_eq!(service.sampled(&head, 1) == 1, sampled, "{method} {path} {host:?}");
    }
    service.pass(Duration::from_secs(11));
    assert_eq!(
        (service.told("a-health-is-never-sampled"), service.told("all-that-is-created")),
        ((3, 0, 0), (2, 2, 0))
    );
    assert_eq!((service.told("Default"), service.told("ours")), ((8, 0, 0), (1, 1, 0)));
    assert_eq!(service.daemon.complaints(), [""; 0]);
    assert_eq!(service.failures(), [""; 0]);
}

#[test]
fn before_there_are_rules_and_without_one_that_matches_the_local_ones_decide() {
    let daemon = Daemon::start();
    daemon.serve_rules(vec![rule("flags", 1, "/flags/*")]);
    let mut service = Service::start(daemon);
    assert_eq!(service.sampled(&get("/flags/a"), 3), 3);
    service.pass(Duration::ZERO);
    assert_eq!((service.sampled(&get("/flags/a"), 3), service.sampled(&get("/"), 3)), (0, 3));
    service.daemon.serve_rules(Vec::new());
    service.pass(Duration::from_secs(310));
    assert_eq!(service.sampled(&get("/flags/a"), 3), 3);
}

/// Six hours, a second at a time: each second has what it is to have, and X-Ray is told of each request once.
#[test]
fn it_goes_on_for_hours() {
    let daemon = Daemon::start();
    let busy = Rule { reservoir: 50, ..rule("busy", 1, "/busy") };
    daemon.serve_rules(vec![Rule { fixed_rate: 0.0, ..Rule::default() }, busy, rule("never", 2, "/never")]);
    let mut service = Service::start(daemon);
    serve_quota(&service, 3);
    service.pass(Duration::ZERO);
    let (hours, mut borrowed) = (6, 0);
    for second in 0..hours * 3600 {
        // The first targets come after ten seconds and half a tenth.
        let (a_second, lent) = if second <= 10 { (1, 1) } else { (3, 0) };
        assert_eq!(service.sampled(&get("/busy"), 20), a_second, "{second}");
        borrowed += lent;
        assert_eq!(service.sampled(&get("/never"), 2), if second <= 10 { 0 } else { 2 }, "{second}");
        if second % 1000 == 0 {
            assert_eq!(service.sampled(&get("/other"), 1), 1);
        }
        service.second();
    }
    service.pass(Duration::from_secs(11));
    let seconds = hours * 3600;
    assert_eq!(service.told("busy"), (20 * seconds, 3 * seconds - 22, borrowed));
    assert_eq!(service.told("never"), (2 * seconds, 2 * seconds - 22, 0));
    let other = service.told("Default");
    assert_eq!((other.0, other.1), (22, 22));
    assert_eq!(service.rules_requests() as u64, 1 + (seconds + 11) * 10 / 3025);
    assert_eq!(service.targets_requests() as u64, (seconds + 11) * 100 / 1005);
    assert_eq!(service.daemon.complaints(), [""; 0]);
    assert_eq!(service.failures(), [""; 0]);
}
