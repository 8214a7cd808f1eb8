use super::*;
use crate::limits::Limits;
use crate::shares::{SHARES, Share, Shares};
use crate::summary::Summary;

fn request(random: &mut fastrand::Rng) -> Request {
    let duration = match random.u8(..5) {
        0 => Variant::BANDS[random.usize(..9)] * 1000,
        1 => (Variant::BANDS[random.usize(1..9)] * 1000) - 1,
        _ => (random.f64() * 18.0).exp() as u64,
    };
    let mut shares = [0.0; SHARES];
    let mut left = duration;
    for share in &mut shares[1..] {
        let some = random.u64(..=left);
        *share = some as f64;
        left -= some;
    }
    shares[0] = left as f64;
    Request {
        weight: f64::from(random.u8(1..4)),
        status: [None, Some(200), Some(404), Some(500)][random.usize(..4)],
        is_error: random.bool(),
        is_streaming: random.u8(..10) == 0,
        duration,
        shares: Shares::new(shares),
        response_bytes: random.u64(..10_000),
        queries: random.u32(..50),
        query_errors: random.u32(..5),
        rows: random.u64(..1000),
        external_calls: random.u32(..5),
        cache_hits: random.u32(..5),
        cache_misses: random.u32(..5),
    }
}

fn requests(seed: u64) -> Vec<Request> {
    let mut random = fastrand::Rng::with_seed(seed);
    (0..2000).map(|_| request(&mut random)).collect()
}

#[test]
fn sums_are_exact_by_variant_and_streams_are_in_no_latency() {
    let requests = requests(1);
    let mut endpoint = Endpoint::default();
    requests.iter().for_each(|request| endpoint.add(request));
    let slow_and_failed = |variant: &Variant| variant.status == Some(500) && variant.band >= 4;
    let of = |wanted: &dyn Fn(&Request) -> bool, value: &dyn Fn(&Request) -> u64| -> f64 {
        requests.iter().filter(|request| wanted(request)).map(|request| value(request) as f64 * request.weight).sum()
    };
    for (sums, wanted) in [
        (endpoint.sums(|_| true), &(|_: &Request| true) as &dyn Fn(&Request) -> bool),
        (endpoint.sums(slow_and_failed), &|request| request.status == Some(500) && request.duration >= 200_000),
    ] {
        let timed = |request: &Request| wanted(request) && !request.is_streaming;
        assert!(sums.requests > 0.0 && sums.streams > 0.0);
        assert_eq!(sums.requests, of(&timed, &|_| 1));
        assert_eq!(sums.streams, of(&|request| wanted(request) && request.is_streaming, &|_| 1));
        assert_eq!(sums.errors, of(wanted, &|request| request.is_error.into()));
        assert_eq!(sums.duration, of(&timed, &|request| request.duration));
        assert_eq!(sums.shares.sum(), sums.duration);
        for share in Share::ALL {
            assert_eq!(sums.shares.of(share), of(&timed, &|request| request.shares.of(share) as u64));
        }
        assert_eq!(sums.response_bytes, of(wanted, &|request| request.response_bytes));
        assert_eq!(sums.queries, of(wanted, &|request| request.queries.into()));
        assert_eq!(sums.query_errors, of(wanted, &|request| request.query_errors.into()));
        assert_eq!(sums.rows, of(wanted, &|request| request.rows));
        assert_eq!(sums.external_calls, of(wanted, &|request| request.external_calls.into()));
        assert_eq!(sums.cache_hits, of(wanted, &|request| request.cache_hits.into()));
        assert_eq!(sums.cache_misses, of(wanted, &|request| request.cache_misses.into()));
        let timed = requests.iter().filter(|request| timed(request));
        assert_eq!(Some(sums.slowest), timed.clone().map(|request| request.duration).max());
        assert_eq!(sums.weights_squared, timed.clone().map(|request| request.weight * request.weight).sum::<f64>());
        let squared = timed.map(|request| (request.duration as f64).powi(2) * request.weight).sum::<f64>();
        assert!((sums.duration_squared / squared - 1.0).abs() < 1e-12);
    }
}

#[test]
fn durations_are_those_of_the_same_requests_as_the_sums() {
    let mut endpoint = Endpoint::default();
    requests(2).iter().for_each(|request| endpoint.add(request));
    for status in [None, Some(200), Some(500)] {
        for (band, millis) in Variant::BANDS.into_iter().enumerate() {
            let sums = endpoint.sums(|variant| variant.status == status && usize::from(variant.band) >= band);
            let durations = endpoint.durations(|known| known == status).at_least(millis * 1000);
            assert_eq!(durations.count(), sums.requests, "{status:?} from {millis} ms");
            let of = endpoint.durations_of(|variant| variant.status == status && usize::from(variant.band) >= band);
            assert_eq!(of, durations);
            let only = endpoint.sums(|variant| usize::from(variant.band) == band);
            assert_eq!(endpoint.durations_of(|variant| usize::from(variant.band) == band).count(), only.requests);
        }
    }
}

#[test]
fn what_stands_for_nothing_is_not_there() {
    let mut endpoint = Endpoint::default();
    for weight in [0.0, -2.0, 1.1e12, f64::NAN, f64::INFINITY] {
        endpoint.add_call(&Call { weight, ..call("", "") });
        endpoint.add_finding(&Finding { weight, ..Finding::default() });
        endpoint.add(&Request { weight, status: Some(200), duration: 7, ..Request::default() });
    }
    assert_eq!(endpoint, Endpoint::default());
}

fn call<'a>(target: &'a str, statement: &'a str) -> Call<'a> {
    let key = Call { kind: "database", target, statement, ..Call::default() };
    Call { weight: 2.0, count: 3, errors: 1, total: 30, slowest: 20, ..key }
}

#[test]
fn calls_are_told_apart_by_each_of_their_texts_and_a_request_counts_once() {
    let texts = ["kind", "target", "summary", "statement", "callsite"];
    let keyed = |other: usize| {
        let text = |at: usize| if at == other { "other" } else { texts[at] };
        Call { kind: text(0), target: text(1), summary: text(2), statement: text(3), callsite: text(4), ..call("", "") }
    };
    let mut endpoint = Endpoint::default();
    for _ in 0..2 {
        (0..6).for_each(|other| endpoint.add_call(&keyed(other)));
    }
    endpoint.add_call(&Call { again: true, slowest: 25, ..keyed(5) });
    assert_eq!(endpoint.calls().count(), 6);
    let (_, calls) = endpoint
        .calls()
        .find(|(key, _)| {
            *key.callsite == *"callsite"
                && key.kind.len() == 4
                && [&key.target, &key.summary, &key.statement].iter().all(|text| ***text != *"other")
        })
        .unwrap();
    assert_eq!(*calls, Calls { requests: 4.0, count: 18.0, errors: 6.0, total: 180.0, slowest: 25 });

    let finding =
        Finding { kind: "n_plus_one", summary: "SELECT", target: "main", callsite: "a.rs:1", ..Finding::default() };
    let finding = Finding { weight: 2.0, count: 40, cost: 900, ..finding };
    for kind in ["n_plus_one", "slow_query"] {
        for callsite in ["a.rs:1", "a.rs:2"] {
            endpoint.add_finding(&Finding { kind, callsite, ..finding });
        }
    }
    endpoint.add_finding(&Finding { cost: 1000, ..finding });
    assert_eq!(endpoint.findings().count(), 4);
    let dearest = endpoint.findings().map(|(_, findings)| *findings).max_by_key(|findings| findings.dearest).unwrap();
    assert_eq!(dearest, Findings { requests: 4.0, count: 160.0, cost: 3800.0, dearest: 1000 });
}

/// Limits of three of everything.
fn few() -> Limits {
    Limits { endpoints: 3, statuses: 3, calls: 3, findings: 3, ..Limits::default() }
}

#[test]
fn beyond_its_limits_it_counts_together_and_loses_nothing() {
    let mut one = Summary::new(few());
    let mut free = Endpoint::default();
    for number in 0..10_u16 {
        let text = number.to_string();
        let request = Request {
            weight: 1.0,
            status: Some(440 + number),
            duration: u64::from(number) * 100,
            ..Request::default()
        };
        let finding = Finding { kind: "slow_query", callsite: &text, weight: 1.0, cost: 5, ..Finding::default() };
        for endpoint in [one.endpoint("1", "GET", "/"), &mut free] {
            endpoint.add(&request);
            endpoint.add_call(&call(&text, ""));
            endpoint.add_call(&Call { kind: &text, ..call("", "") });
            endpoint.add_finding(&finding);
            endpoint.add_finding(&Finding { kind: &text, ..finding });
        }
    }
    let kept = one.endpoint("1", "GET", "/").clone();
    assert_eq!(free.calls().count(), 20);
    assert!(free.overflowed().is_empty());
    let total = |endpoint: &Endpoint| {
        let mut calls = Calls::default();
        endpoint.calls().for_each(|(_, more)| calls.merge(more));
        let mut findings = Findings::default();
        endpoint.findings().for_each(|(_, more)| findings.merge(more));
        (endpoint.sums(|_| true), endpoint.durations(|_| true), calls, findings)
    };
    assert_eq!(total(&kept), total(&free));

    // Three, and those of their class, their kind, and no kind.
    let statuses: Vec<_> = kept.statuses.iter().map(|of| of.status.unwrap()).collect();
    assert_eq!(statuses, [400, 440, 441, 442]);
    assert_eq!(kept.calls().count(), 5);
    assert_eq!(kept.findings().count(), 5);
    let database = kept.calls().find(|(key, _)| &*key.target == crate::OVERFLOW && &*key.kind == "database").unwrap();
    assert_eq!(database.1.count, 8.0 * 3.0 * 2.0);
    let overflowed = kept.overflowed();
    assert_eq!((overflowed.statuses, overflowed.calls, overflowed.findings), (7.0, 102.0, 17.0));

    // The same by merging.
    let mut merged = Summary::new(few());
    merged.endpoint("1", "GET", "/").merge(&free);
    assert_eq!(total(merged.endpoint("1", "GET", "/")), total(&free));
    assert_eq!(merged.endpoint("1", "GET", "/").calls().count(), 5);
    assert_eq!(merged.overflowed().statuses, 7.0);
    merged.endpoint("1", "GET", "/").merge(&kept);
    assert_eq!(merged.overflowed().statuses, 14.0);
}

#[test]
fn errors_are_told_apart_within_their_status() {
    let requests = requests(3);
    let mut endpoint = Endpoint::default();
    requests.iter().for_each(|request| endpoint.add(request));
    for is_error in [false, true] {
        let wanted = |variant: &Variant| variant.status == Some(200) && variant.is_error == is_error;
        let exact =
            requests.iter().filter(|one| one.status == Some(200) && one.is_error == is_error && !one.is_streaming);
        let exact = exact.map(|request| request.weight).sum::<f64>();
        assert_eq!((endpoint.sums(wanted).requests, endpoint.durations_of(wanted).count()), (exact, exact));
    }
}

#[test]
fn a_status_that_is_none_is_counted_without() {
    let mut summary = Summary::new(Limits::default());
    let endpoint = summary.endpoint("", "GET", "/");
    for status in [Some(0), Some(99), Some(1000), Some(u16::MAX), None] {
        endpoint.add(&Request { weight: 1.0, status, ..Request::default() });
    }
    assert_eq!(endpoint.sums(|variant| variant.status.is_none()).requests, 5.0);
    assert_eq!(endpoint.overflowed().statuses, 4.0);
}

#[test]
fn long_texts_are_cut_between_characters() {
    let mut summary = Summary::new(Limits::default());
    let long = "ß".repeat(4000);
    let endpoint = summary.endpoint(&long, "GET", &format!("/{long}"));
    endpoint.add_call(&call(&long, &format!("x{long}")));
    endpoint.add_call(&call(&long, &format!("x{long}, and another end")));
    endpoint.add_finding(&Finding { callsite: &long, weight: 1.0, ..Finding::default() });
    let (key, endpoint) = summary.endpoints().next().unwrap();
    assert_eq!((key.version.len(), key.route.len()), (500, 499));
    let calls: Vec<_> = endpoint.calls().collect();
    assert_eq!((calls.len(), calls[0].0.target.len(), calls[0].0.statement.len()), (1, 500, 1999));
    assert_eq!(endpoint.findings().next().unwrap().0.callsite.len(), 500);
}
