//! What does not pass: counted, and in the way of nothing else.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tachograph_cloudwatch_logs::{CloudWatchLogs, LogGroup, Settings, SharedCredentialsProvider};
use tachograph_core::Service;
use tachograph_log_service::{Answer, Call};

use crate::bench::{Bench, CredentialsBy, GROUP, credentials};

#[test]
fn a_call_that_is_wrong_is_dropped_and_told_and_the_next_one_goes() {
    for answer in
        [Answer::Error("InvalidParameterException"), Answer::Error("SerializationException"), Answer::Status(413)]
    {
        let bench = Bench::new();
        bench.service.answer_next(Call::PutLogEvents, [answer]);
        bench.log("0");
        bench.log("1");
        bench.flush();
        bench.log("2");
        // And the line that says how many were lost.
        bench.wait_for(GROUP, 2);
        assert_eq!(bench.dropped("output_failed"), 2);
        let lines = bench.logged(GROUP);
        assert!(
            lines.contains(&"2".to_owned()) && lines.iter().any(|line| line.starts_with("dropped 2 lines")),
            "{lines:?}"
        );
        assert!(bench.failures()[0].contains("items were dropped"), "{:?}", bench.failures());
    }
}

#[test]
fn events_that_the_service_rejects_are_counted_each() {
    for (too_old, expired, too_new, rejected, why) in [
        (3, 0, 0, 3, "14 days"),
        (1, 2, 0, 2, "keeps its events"),
        (0, 0, 4, 4, "in the future"),
        (2, 0, 5, 7, "14 days"),
    ] {
        let bench = Bench::new();
        bench.log("before");
        bench.flush();
        bench.service.answer_next(Call::PutLogEvents, [Answer::Rejecting { too_old, expired, too_new }]);
        (0..10).for_each(|number| bench.log(&number.to_string()));
        // And the line that says how many were lost.
        bench.wait_for(GROUP, 12 - rejected);
        assert_eq!(bench.dropped("rejected"), rejected as u64);
        let told = bench.failures();
        assert!(told[0].contains(&format!("rejected {rejected} of the items")) && told[0].contains(why), "{told:?}");
        let kept: Vec<String> = (too_old.max(expired)..10 - too_new).map(|number: usize| number.to_string()).collect();
        let logged = bench.logged(GROUP);
        assert_eq!(logged[1..=kept.len()], kept);
    }
}

#[test]
fn credentials_that_are_not_there_yet_are_waited_for() {
    static THERE: AtomicBool = AtomicBool::new(false);

    let late = || if THERE.load(Ordering::Relaxed) { Ok(credentials()) } else { Err("nobody has signed in") };
    let late = SharedCredentialsProvider::new(CredentialsBy(Arc::new(late)));
    let bench = Bench::with(|settings| settings.credentials = Some(late));
    bench.log("placed");
    bench.wait_until(|bench| !bench.failures().is_empty());
    let told = bench.failures();
    assert!(told[0].contains("there are no credentials for AWS: "), "{told:?}");
    assert!(told[0].contains("nobody has signed in") && !told[0].contains("dispatch"), "{told:?}");
    assert_eq!(bench.service.calls(), []);
    THERE.store(true, Ordering::Relaxed);
    bench.flush();
    assert_eq!((bench.logged(GROUP), bench.counters().dropped()), (vec!["placed".to_owned()], 0));
}

#[test]
fn what_cannot_be_right_is_an_error_at_the_start() {
    let error = |group: &str| {
        let settings = Settings::new(vec![LogGroup::new(group)]);
        CloudWatchLogs::new(&Service::new("shop"), settings).map(drop).map_err(|error| error.to_string())
    };
    assert_eq!(error("/shop/requests"), Ok(()), "whoever that region and those credentials are");
    assert!(error("my group").unwrap_err().contains("`my group` is no name of a log group"));
}
