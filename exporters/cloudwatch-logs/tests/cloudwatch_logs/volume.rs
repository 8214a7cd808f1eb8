//! A million lines.

use std::fmt::Write;

use crate::bench::{Bench, GROUP};

#[test]
fn a_million_lines_arrive_each_once_and_in_order() {
    const LINES: usize = 1_000_000;
    let bench = Bench::new();
    let mut message = String::new();
    for number in 0..LINES {
        message.clear();
        write!(message, "{number}").unwrap();
        bench.log(&message);
        // What is waited for here, a service would have to hold: not more at once than memory can.
        if number % 100_000 == 99_999 {
            bench.flush();
        }
    }
    bench.flush();
    bench.service.look(|kept| {
        let events = kept.events(GROUP);
        assert_eq!(events.len(), LINES);
        for (number, event) in events.iter().enumerate() {
            assert!(event.message.contains(&format!(r#""message":"{number}""#)), "{} at {number}", event.message);
        }
    });
    assert_eq!((bench.counters().dropped(), bench.service.complaints()), (0, vec![]));
}
