//! What an outage costs is bounded, counted, and as documented.

use std::time::Duration;

use tachograph_cloudwatch_logs::LogGroup;
use tachograph_core::Level;
use tachograph_log_service::{Answer, Call};

use crate::bench::{Bench, GROUP, log_as, message_of, numbers};

const BOUND: usize = 1 << 20;

#[test]
fn an_outage_loses_what_finds_no_room_and_nothing_else_and_says_how_much() {
    let bench = Bench::with(|settings| settings.buffer_bytes = BOUND);
    bench.service.block_on(bench.service.kill());
    bench.log("0");
    // It is taken from its buffer before the rest comes.
    bench.wait_until(|bench| bench.counters().failures > 0);
    let logged = 20_000;
    (1..logged).for_each(|number| bench.log(&number.to_string()));
    let dropped = bench.dropped("buffer_full") as usize;
    bench.service.block_on(bench.service.restart());
    bench.flush();
    // The line that says how many were lost comes behind them.
    bench.wait_for(GROUP, logged - dropped + 1);
    let lines = bench.service.messages(GROUP);
    let held: usize = lines.iter().map(|line| line.len() + 1).sum();
    assert!((BOUND * 3 / 4..=BOUND + 1000).contains(&held), "{held} bytes were held of {BOUND} that may be");
    let mut messages: Vec<String> = lines.iter().map(|line| message_of(line)).collect();
    let notice = messages.pop().unwrap();
    assert_eq!(messages, numbers(logged - dropped), "the oldest, each once");
    assert!(notice.starts_with(&format!("dropped {dropped} lines")), "{notice}");
    assert!(lines.last().unwrap().contains(r#""logger":"tachograph.cloudwatch_logs""#));
}

#[test]
fn a_group_that_is_refused_uses_what_is_shared_and_leaves_the_others_their_own() {
    let second = "/shop/errors";
    let bench = Bench::with(|settings| {
        settings.buffer_bytes = BOUND;
        settings.groups[0].lines.filter.loggers = Some(vec!["shop".to_owned()]);
        settings.groups.push(LogGroup::new(second));
        settings.groups[1].lines.filter.level = Some(Level::Error);
        settings.create = false;
        settings.stream = "test".to_owned();
    });
    bench.service.create(second, "test");
    // The first group is not there, and its lines wait.
    (0..20_000).for_each(|number| log_as(&bench.handle, Level::Info, "shop", &number.to_string()));
    for number in 0..1000 {
        log_as(&bench.handle, Level::Error, "other", &number.to_string());
    }
    bench.wait_for(second, 1000);
    let dropped = bench.counters().dropped_full as usize;
    bench.service.create(GROUP, "test");
    bench.flush();
    let held: usize = bench.service.messages(GROUP).iter().map(|line| line.len() + 1).sum();
    let most = BOUND * 3 / 4;
    assert!((most * 3 / 4..=most + 1000).contains(&held), "{held} bytes were held of {most} that may be");
    assert_eq!(bench.logged(GROUP)[..20_000 - dropped], numbers(20_000 - dropped));
}

#[test]
fn a_failing_group_is_told_of_once_however_long_it_fails() {
    let bench = Bench::new();
    bench.service.answer_with(Call::PutLogEvents, Answer::Error("AccessDeniedException"));
    for _ in 0..5 {
        let failures = bench.counters().failures;
        bench.log("waits");
        bench.handle.flush(Duration::ZERO);
        bench.wait_until(|bench| bench.counters().failures > failures);
    }
    assert_eq!(bench.failures().len(), 1, "{:?}", bench.failures());
    bench.service.answer_with(Call::PutLogEvents, Answer::Truth);
    bench.flush();
    assert_eq!(bench.logged(GROUP).len(), 5);
}
