use super::*;
use crate::{Call, Finding, Request, SHARES, Shares};

fn some(seed: u64, weight: fn(&mut fastrand::Rng) -> f64) -> Summary {
    so_many(2000, seed, weight)
}

fn so_many(requests: usize, seed: u64, weight: fn(&mut fastrand::Rng) -> f64) -> Summary {
    let random = &mut fastrand::Rng::with_seed(seed);
    let mut summary = Summary::new(Limits::default());
    for _ in 0..requests {
        let route = format!("/\"quoted\"/{}", random.u8(..5));
        let endpoint = summary.endpoint(["", "1.4.2"][random.usize(..2)], "GET", &route);
        let duration = (random.f64() * 18.0).exp() as u64;
        endpoint.add(&Request {
            weight: weight(random),
            status: [None, Some(200), Some(500), Some(7)][random.usize(..4)],
            is_error: random.bool(),
            is_streaming: random.u8(..10) == 0,
            duration,
            shares: Shares::new([(duration / SHARES as u64) as f64; SHARES]),
            response_bytes: random.u64(..1 << 40),
            queries: random.u32(..9),
            query_errors: random.u32(..9),
            rows: random.u64(..9),
            external_calls: random.u32(..9),
            cache_hits: random.u32(..9),
            cache_misses: random.u32(..9),
        });
        let target = random.u8(..9).to_string();
        let key = Call { kind: "database", target: &target, summary: "SELECT é\u{0}", ..Call::default() };
        let key = Call { statement: "SELECT '\\'", callsite: "src/a.rs:1", ..key };
        endpoint.add_call(&Call { weight: weight(random), count: 3, errors: 1, total: 900, slowest: 400, ..key });
        let key = Finding {
            kind: "n_plus_one",
            summary: &target,
            target: "main",
            callsite: "src/b.rs:1",
            ..Finding::default()
        };
        endpoint.add_finding(&Finding { weight: weight(random), count: 41, cost: duration, ..key });
    }
    summary
}

fn read(json: &str) -> Result<Summary, Error> {
    Summary::from_json(json.as_bytes(), Limits::default(), &Names::default())
}

#[test]
fn what_was_written_is_read_again() {
    for summary in [Summary::default(), some(1, |_| 1.0), some(2, |random| f64::from(random.u32(1..5)))] {
        let json = summary.to_json();
        assert!(read(&json).unwrap() == summary);
        assert!(!json.contains('\n'));
    }
    // Weights of any size do not come back to the last digit.
    let summary = some(3, |random| 1.0 + random.f64());
    let again = read(&summary.to_json()).unwrap();
    for (key, endpoint) in summary.endpoints() {
        let (sums, same) =
            (endpoint.sums(|_| true), again.get(&key.version, &key.method, &key.route).unwrap().sums(|_| true));
        assert!((sums.duration / same.duration - 1.0).abs() < 1e-12);
        assert!((sums.requests / same.requests - 1.0).abs() < 1e-12);
    }
    // Nor the largest.
    assert!(read(&some(4, |_| 1e12).to_json()).is_ok());
}

#[test]
fn it_is_compact() {
    let mut summary = some(5, |_| 1.0);
    let (json, bytes) = (summary.to_json().len(), summary.bytes());
    assert!(json < bytes, "{json} of {bytes}");
    // Each text is there once.
    let before = summary.to_json().len();
    for number in 0..50 {
        summary.endpoint("1.4.2", &format!("{number}"), &"x".repeat(400));
    }
    assert!(summary.to_json().len() < before + 50 * 40 + 400);
}

#[test]
fn limits_and_names_are_those_that_are_given() {
    let summary = some(6, |_| 1.0);
    let names = Names::default();
    let limits = Limits { endpoints: 2, calls: 3, ..Limits::default() };
    let few = Summary::from_json(summary.to_json().as_bytes(), limits, &names).unwrap();
    assert_eq!(few.endpoints().count(), 3);
    assert!(few.endpoints().all(|(_, of)| of.calls().count() <= 4));
    assert!(few.overflowed().endpoints > 0.0 && few.overflowed().calls > 0.0);
    let all = |summary: &Summary| summary.endpoints().map(|(_, of)| of.sums(|_| true).requests).sum::<f64>();
    assert_eq!(all(&few), all(&summary));
    assert!(names.bytes() > 500);
}

#[test]
fn what_is_broken_is_an_error() {
    let mut summary = Summary::default();
    let endpoint = summary.endpoint("1", "GET", "/");
    endpoint.add(&Request { weight: 1.0, status: Some(200), duration: 12, ..Request::default() });
    endpoint.add_call(&Call { kind: "cache", weight: 1.0, ..Call::default() });
    endpoint.add_finding(&Finding { kind: "waiting", weight: 1.0, ..Finding::default() });
    let json = summary.to_json();
    let sums = "[0,1,0,0,1,12,144,0,0,0,0,0,0,0,12,0,0,0,0,0,0,0]";
    let expected = format!(
        "{{\"format\":1,\"texts\":[\"1\",\"GET\",\"/\",\"cache\",\"\",\"waiting\"],\"endpoints\":[[[0,1,2,0],\
         [[200,0,[12,1],{sums}]],[[3,4,4,4,4,1,0,0,0,0]],[[5,4,4,4,1,0,0,0]]]]}}"
    );
    assert_eq!(json, expected);
    assert!(read(&json).is_ok());
    for (there, instead) in [
        ("\"format\":1", "\"format\":2"),
        ("\"format\":1", "\"form\":1"),
        ("\"GET\"", "7"),
        ("\"endpoints\":[[", "\"endpoints\":[7,["),
        ("[0,1,2,0]", "[0,1,6,0]"),
        ("[0,1,2,0]", "[0,1,-1,0]"),
        ("[0,1,2,0]", "[0,1,0.5,0]"),
        ("[0,1,2,0]", "[0,1,2]"),
        ("[0,1,2,0]", "[0,1]"),
        ("[0,1,2,0]", "[0,1,2,null]"),
        ("[200,0,", "[99,0,"),
        ("[200,0,", "[1000,0,"),
        ("[200,0,", "[200,2,"),
        ("[12,1]", "[12,2]"),
        ("[12,1]", "[12,0]"),
        ("[12,1]", "[12,-1]"),
        ("[12,1]", "[2632,1]"),
        ("[12,1]", "[12,1,13]"),
        ("[12,1]", "[12,1,2000,1]"),
        ("[12,1]", "[]"),
        ("[0,1,0,0,1,12,", "[9,1,0,0,1,12,"),
        ("[0,1,0,0,1,12,", "[0,1,0,0,1,-12,"),
        ("[0,1,0,0,1,12,", "[0,1,0,0,1,12,0,"),
        (sums, "[]"),
        ("[3,4,4,4,4,1,0,0,0,0]", "[3,4,4,4,4,1,0,0,0]"),
        ("[5,4,4,4,1,0,0,0]", "[5,4,4,4,1,0,0,\"0\"]"),
        (",[[5,4,4,4,1,0,0,0]]", ""),
    ] {
        assert!(json.contains(there), "{there}");
        assert!(read(&json.replacen(there, instead, 1)).is_err(), "{instead} for {there}");
    }
}

#[test]
fn foreign_bytes_are_no_panic() {
    let json = so_many(100, 7, |_| 1.0).to_json();
    let mut random = fastrand::Rng::with_seed(7);
    for end in 0..200 {
        assert!(read(&json[..json.floor_char_boundary(json.len() * end / 200)]).is_err());
    }
    for _ in 0..300 {
        let mut bytes = json.clone().into_bytes();
        for _ in 0..random.usize(1..4) {
            let at = random.usize(..bytes.len());
            bytes[at] = *random.choice(b"0123456789[],.-e\"{}:\xff").unwrap();
        }
        // Either it is refused or it counts something: it can be written again and looked at.
        if let Ok(summary) = Summary::from_json(&bytes, Limits::default(), &Names::default()) {
            assert!(read(&summary.to_json()).is_ok());
            assert!(summary.endpoints().all(|(_, of)| of.durations(|_| true).percentile(2.0) <= Some(1 << 46)));
        }
    }
    for foreign in ["", "null", "[]", "{}", "{\"format\":1}", &"[".repeat(100_000)] {
        assert!(read(foreign).is_err());
    }
    let error = read("{}").unwrap_err().to_string();
    assert_eq!(error, "no summary that can be read: its format is not known");
}
