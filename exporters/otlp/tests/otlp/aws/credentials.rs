//! Credentials that come and go.

use super::*;

fn temporary(number: u32, expires: SystemTime) -> Credentials {
    let (id, secret, token) = (format!("ASIA{number}"), format!("secret {number}"), format!("token {number}"));
    Credentials::new(id, secret, Some(token), Some(expires), "test")
}

fn known(played: Played, of: &[(u32, SystemTime)]) -> Played {
    of.iter().fold(played, |played, (number, expires)| {
        let (id, secret, token) = (format!("ASIA{number}"), format!("secret {number}"), format!("token {number}"));
        played.temporary_key(&id, &secret, &token, *expires)
    })
}

#[test]
fn credentials_are_kept_and_renewed_before_they_expire() {
    let start = ManualClock::new().wall();
    let (first, second) = ((1, later(start, 10)), (2, later(start, 20)));
    let given = Given::new([Ok(temporary(first.0, first.1)), Ok(temporary(second.0, second.1))]);
    let bench = Bench::build(|played| known(played, &[first, second]), given.clone(), only(Signal::Traces));
    let mut asked = Vec::new();
    for minutes in [0, 8, 1, 1, 8] {
        bench.clock.advance(Duration::from_secs(minutes * 60));
        bench.request(|| ());
        assert!(bench.flush());
        asked.push(given.asked());
    }
    // At 0, 8, 9 (a minute before the end), 10 (when the first have expired) and 18 minutes.
    assert_eq!(asked, [1, 1, 2, 2, 2]);
    assert_eq!(bench.collector.complaints(), [""; 0]);
    assert_eq!((bench.collector.spans().len(), bench.told()), (5, vec![]));
    let tokens = bench.headers(Received::Traces, "x-amz-security-token");
    let tokens: Vec<_> = tokens.iter().flatten().map(String::as_str).collect();
    assert_eq!(tokens, ["token 1", "token 1", "token 2", "token 2", "token 2"]);
}

#[test]
fn credentials_without_an_end_are_looked_up_again_after_a_while() {
    let given = Given::new([Ok(Credentials::new(KEY, SECRET, None, None, "test"))]);
    let bench = Bench::build(|played| played.key(KEY, SECRET), given.clone(), only(Signal::Traces));
    let mut asked = Vec::new();
    for minutes in [0, 14, 1] {
        bench.clock.advance(Duration::from_secs(minutes * 60));
        bench.request(|| ());
        assert!(bench.flush());
        asked.push(given.asked());
    }
    assert_eq!(asked, [1, 1, 2]);
}

#[test]
fn those_in_force_are_used_while_no_others_can_be_had() {
    let start = ManualClock::new().wall();
    let (first, second) = ((1, later(start, 10)), (2, later(start, 60)));
    let answers =
        [Ok(temporary(first.0, first.1)), Err("gone"), Err("gone"), Err("gone"), Ok(temporary(second.0, second.1))];
    let given = Given::new(answers);
    let bench = Bench::build(|played| known(played, &[first, second]), given.clone(), only(Signal::Traces));
    bench.request(|| ());
    assert!(bench.flush());
    bench.clock.advance(Duration::from_secs(9 * 60 + 30));
    for _ in 0..3 {
        bench.request(|| ());
        assert!(bench.flush());
    }
    assert_eq!((given.asked(), bench.told()), (2, vec![]), "asked once in ten seconds, and nothing is amiss");
    // Now they have expired: what waits is kept until there are others.
    bench.clock.advance(Duration::from_secs(60));
    bench.request(|| ());
    assert!(bench.flush());
    assert_eq!((given.asked(), bench.collector.spans().len()), (5, 5));
    let told = bench.told();
    assert!(told.len() == 1 && told[0].contains("will be tried again: there are no credentials for AWS"), "{told:?}");
    assert!(told[0].contains("gone"), "{told:?}");
    assert_eq!((bench.collector.complaints(), bench.dropped()), (vec![], vec![]));
}

#[test]
fn who_is_refused_asks_for_other_credentials_and_loses_nothing() {
    let (wrong, right) = (
        Credentials::new(KEY, "a wrong secret", None, None, "test"),
        Credentials::new(KEY, SECRET, None, None, "test"),
    );
    let given = Given::new([Ok(wrong.clone()), Ok(wrong), Ok(right)]);
    let bench = Bench::build(|played| played.key(KEY, SECRET), given.clone(), only(Signal::Traces));
    bench.request(|| ());
    assert!(bench.flush());
    assert_eq!((bench.collector.spans().len(), given.asked(), bench.dropped()), (1, 3, vec![]));
    assert_eq!(bench.collector.complaints(), ["the signature is none of this request"; 2]);
    let told = bench.told();
    assert!(told.len() == 1 && told[0].contains("will be tried again: 403 Forbidden: the signature"), "{told:?}");
    assert!(!format!("{told:?}").contains("wrong"), "no secret is told");
}

#[test]
fn credentials_that_no_header_can_hold_are_told_and_nothing_panics() {
    let expires = later(ManualClock::new().wall(), 10);
    let broken = Credentials::new(KEY, SECRET, Some("a\nb".to_owned()), Some(expires), "test");
    let given = Given::new([Ok(broken)]);
    let bench = Bench::build(|played| played, given, only(Signal::Traces));
    bench.request(|| ());
    assert!(!bench.handle.flush(Duration::from_millis(200)), "it is kept, as others may come");
    let told = bench.told();
    assert!(told.len() == 1 && told[0].contains("will be tried again"), "{told:?}");
    assert!(bench.collector.exports().is_empty());
}
