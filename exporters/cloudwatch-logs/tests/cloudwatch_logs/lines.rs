//! What arrives, and when it is of.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tachograph_cloudwatch_logs::json::Format;
use tachograph_core::{Level, LogEvent};
use tachograph_log_service::Call;

use crate::bench::{Bench, GROUP, numbers, run_task};

#[test]
fn lines_of_the_application_and_of_records_arrive_as_they_are() {
    let bench = Bench::new();
    bench.log("placed");
    run_task(&bench.handle, "rollup");
    bench.flush();
    let lines = bench.service.messages(GROUP);
    let parts =
        [r#","logger":"shop::orders","message":"placed","service":"shop"}"#, r#""event":"task","service":"shop""#];
    assert_eq!(lines.len(), 2, "{lines:?}");
    for (line, part) in lines.iter().zip(parts) {
        assert!(line.contains(part) && !line.ends_with('\n'), "{line}");
    }
    assert_eq!(bench.service.complaints(), [""; 0]);
    assert_eq!((bench.counters().written_items, bench.failures()), (2, vec![]));
}

#[test]
fn events_are_of_the_time_of_their_lines_in_every_format_and_in_its_order() {
    for format in [Format::Structured, Format::Text] {
        let bench = Bench::with(|settings| settings.groups[0].lines.format = format);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let now = Duration::from_millis(now.as_millis() as u64);
        for minutes in [3, 1, 2] {
            let (time, message) = (UNIX_EPOCH + now - Duration::from_secs(minutes * 60), minutes.to_string());
            let event =
                LogEvent { time, level: Level::Info, target: "t", message: &message, fields: &[], recording: None };
            bench.handle.log(&event);
        }
        bench.flush();
        let times: Vec<i64> =
            bench.service.look(|kept| kept.events(GROUP).iter().map(|event| event.timestamp).collect());
        let expected = [3, 2, 1].map(|minutes| now.as_millis() as i64 - minutes * 60_000);
        assert_eq!(times, expected, "{format}");
        if format == Format::Text {
            assert_eq!(bench.service.messages(GROUP), ["[t] info 3", "[t] info 2", "[t] info 1"]);
        }
        assert_eq!(bench.service.complaints(), [""; 0]);
    }
}

#[test]
fn lines_more_than_a_day_apart_are_sent_apart_and_what_is_too_old_is_counted() {
    let bench = Bench::new();
    let now = SystemTime::now();
    let day = Duration::from_secs(24 * 3600);
    let times = [now, now - day * 2, now - day * 15, now + Duration::from_secs(3 * 3600), now - day * 2, now];
    for (number, time) in times.into_iter().enumerate() {
        let message = number.to_string();
        let event = LogEvent { time, level: Level::Info, target: "t", message: &message, fields: &[], recording: None };
        bench.handle.log(&event);
    }
    bench.flush();
    assert_eq!(bench.logged(GROUP), ["1", "4", "0", "5"]);
    assert_eq!((bench.dropped("rejected"), bench.counters().written_items), (2, 4));
    let told = bench.failures();
    assert!(told[0].contains("rejected 2 of the items") && told[0].contains("future"), "{told:?}");
    assert_eq!(bench.service.complaints(), [""; 0]);
}

#[test]
fn many_threads_are_each_in_order() {
    let bench = Bench::new();
    std::thread::scope(|threads| {
        for thread in 0..8 {
            let bench = &bench;
            threads.spawn(move || (0..1000).for_each(|number| bench.log(&format!("{thread} {number}"))));
        }
    });
    bench.flush();
    let logged = bench.logged(GROUP);
    for thread in 0..8 {
        let begin = format!("{thread} ");
        let of_it: Vec<&str> = logged.iter().filter_map(|message| message.strip_prefix(&begin)).collect();
        assert_eq!(of_it, numbers(1000));
    }
    assert_eq!(bench.service.complaints(), [""; 0]);
}

#[test]
fn the_largest_lines_fit() {
    let bench = Bench::new();
    let huge = "ä".repeat(600_000);
    (0..3).for_each(|_| bench.log(&huge));
    bench.log("and a small one");
    bench.flush();
    assert_eq!(bench.service.complaints(), [""; 0]);
    let lines = bench.service.messages(GROUP);
    assert_eq!(lines.len(), 4);
    assert!(lines[..3].iter().all(|line| line.len() > 150_000 && line.len() <= 1_000_000), "{}", lines[0].len());
}

#[test]
fn what_was_set_up_in_code_is_where_it_goes() {
    let bench = Bench::with(|settings| settings.stream = "a stream/of ours".to_owned());
    bench.log("placed");
    bench.flush();
    bench.service.look(|kept| {
        assert!(kept.groups[GROUP].streams.contains_key("a stream/of ours"));
        assert!(kept.calls.iter().all(|made| made.region == "eu-west-1" && made.format.is_none()));
    });
}

#[test]
fn lines_with_metrics_are_sent_as_such() {
    let bench = Bench::with(|settings| settings.groups[0].lines.format = Format::Emf);
    run_task(&bench.handle, "rollup");
    bench.flush();
    assert!(bench.service.messages(GROUP).iter().any(|line| line.contains("CloudWatchMetrics")));
    let puts: Vec<_> = bench.service.calls().into_iter().filter(|made| made.call == Call::PutLogEvents).collect();
    assert!(puts.iter().all(|made| made.format.as_deref() == Some("json/emf")));
}

#[test]
fn nothing_is_asked_of_anybody_before_there_is_a_line() {
    let bench = Bench::new();
    bench.flush();
    assert_eq!(bench.service.calls(), []);
    bench.log("placed");
    bench.flush();
    assert_eq!(bench.service.look(|kept| kept.answers(Call::PutLogEvents).len()), 2, "one before the stream was there");
}
