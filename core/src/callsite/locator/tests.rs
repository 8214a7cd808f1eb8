use std::future::{poll_fn, ready};
use std::panic::resume_unwind;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use super::library::ByAndBy;
use super::*;
use crate::call::{CallOutcome, Yield};
use crate::capture::Capture;
use crate::counters::LiveCounters;
use crate::open_request::{OpenRequest, RequestHead};
use crate::operation::Operation;
use crate::testing::{self, Instance};

fn place(line: u32) -> Option<Callsite> {
    Some(Callsite::found(file!(), line))
}

fn run<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits for nothing"),
    }
}

fn list(locator: &Locator) -> (Option<Callsite>, u32) {
    (library::at_once_by(locator), line!())
}

async fn list_later(locator: &Locator) -> (Option<Callsite>, u32) {
    ready(()).await;
    (library::at_once_by(locator), line!())
}

#[test]
fn the_innermost_place_of_the_services_own_is_found() {
    let locator = Locator::default();
    let (found, line) = list(&locator);
    assert_eq!(found, place(line));
    let (found, line) = run(async { list_later(&locator).await });
    assert_eq!(found, place(line));
    let found: Vec<_> = [1, 2].iter().map(|_| library::at_once_by(&locator)).collect();
    assert_eq!(found, [place(line!() - 1), place(line!() - 1)]);
    let (found, line) = (Some(&locator).and_then(library::at_once_by), line!());
    assert_eq!(found, place(line), "where a library was asked to call another");
}

/// Both are at one address then.
#[inline(always)]
fn list_inside(locator: &Locator) -> (Option<Callsite>, u32) {
    (library::at_once_by(locator), line!())
}

#[test]
fn a_function_that_is_compiled_into_another_is_the_innermost() {
    let (found, line) = list_inside(&Locator::default());
    assert_eq!(found, place(line));
}

/// As what waits for several at once polls them.
#[test]
fn futures_that_are_polled_together_are_told_apart() {
    let locator = Locator::default();
    let (one, other) = (list_later(&locator), async { (library::at_once_by(&locator), line!()) });
    let (mut one, mut other) = (pin!(one), pin!(other));
    let both = poll_fn(|cx| Poll::Ready((one.as_mut().poll(cx), other.as_mut().poll(cx))));
    let (Poll::Ready(one), Poll::Ready(other)) = run(both) else { panic!("both are ready") };
    assert_ne!(one.1, other.1);
    for (found, line) in [one, other] {
        assert_eq!(found, place(line));
    }
}

#[test]
fn what_polls_the_request_is_not_its_place() {
    let instance = testing::instance();
    let mut request = OpenRequest::open(instance.handle(), RequestHead::default()).unwrap();
    assert_eq!(request.call(library::at_once), None);
    let (found, line) = request.call(|| (library::at_once(), line!()));
    assert_eq!(found, place(line));
    assert_eq!(library::at_once(), place(line!()));
}

#[test]
fn a_place_that_is_known_is_found_without_looking_anything_up() {
    let mut by_and_by = ByAndBy::default();
    let mut found = Vec::new();
    for round in 0..3 {
        found.push((by_and_by.here(), line!()));
        assert_eq!(by_and_by.waiting.len(), usize::from(round == 0));
        let before = if round == 0 { None } else { place(found[0].1) };
        assert_eq!(by_and_by.callsite(found[round].0), before);
        by_and_by.finish();
        assert_eq!(by_and_by.callsite(found[round].0), place(found[0].1));
    }
    assert_eq!(found[1], found[2]);
    assert_eq!(by_and_by.missed(), 0);
}

#[test]
fn what_is_being_looked_up_is_one_place_before_it_has_a_name() {
    let mut by_and_by = ByAndBy::default();
    let found = [1, 2, 3].map(|_| by_and_by.here());
    let line = line!() - 1;
    assert_eq!((by_and_by.waiting.len(), found[1], found[2]), (1, found[0], found[0]));
    by_and_by.finish();
    assert_eq!(by_and_by.callsite(found[2]), place(line));
}

#[test]
fn only_what_is_before_a_known_place_is_looked_up() {
    let mut by_and_by = ByAndBy::default();
    let mut lengths = Vec::new();
    for ask in [ByAndBy::here, ByAndBy::here_by_another_way, ByAndBy::here] {
        let found = ask(&mut by_and_by);
        let line = line!() - 1;
        lengths.push(by_and_by.waiting.iter().map(|search| search.unknown.len()).sum::<usize>());
        by_and_by.finish();
        assert_eq!(by_and_by.callsite(found), place(line));
    }
    assert!((1..=2).contains(&lengths[1]), "{lengths:?}");
    assert_eq!(lengths[2], 0);
}

#[test]
fn nobody_waits_while_something_is_looked_up() {
    let locator = Locator::default();
    let counters = LiveCounters::default();
    let asked = || locator.here(|_| true, &counters.callsites_missed).is_some();
    assert!(asked());
    let looks_up = locator.addresses.write().unwrap();
    assert!(!asked());
    drop(looks_up);
    assert!(asked());
    assert_eq!(counters.read().callsites_missed, 0);
}

#[test]
fn what_there_is_no_room_for_is_missed_and_counted() {
    let mut by_and_by = ByAndBy { is_full: true, ..ByAndBy::default() };
    for missed in 1..=2 * MOST_SEARCHES as u64 {
        assert_eq!((by_and_by.here(), by_and_by.missed()), (None, missed));
    }
    by_and_by.is_full = false;
    assert!(by_and_by.here().is_some(), "none of those waits");
}

#[test]
fn of_addresses_no_more_are_kept_than_there_is_room_for() {
    let mut by_and_by = ByAndBy { locator: Locator::new(3, MOST_PLACES, MOST_SEARCHES), ..ByAndBy::default() };
    let rounds: Vec<_> = (0..3)
        .map(|_| {
            let found = by_and_by.here();
            let searches = by_and_by.waiting.len();
            by_and_by.finish();
            (by_and_by.callsite(found).is_some(), searches, by_and_by.missed())
        })
        .collect();
    assert_eq!(rounds, [(true, 1, 0), (false, 0, 1), (false, 0, 2)]);
}

#[test]
fn of_places_no_more_are_kept_than_there_is_room_for() {
    let mut by_and_by = ByAndBy { locator: Locator::new(MOST_ADDRESSES, 1, MOST_SEARCHES), ..ByAndBy::default() };
    let first = library::at_once_by(&by_and_by.locator);
    assert_eq!(first, place(line!() - 1));
    let mut rounds = Vec::new();
    for _ in 0..2 {
        let found = by_and_by.here();
        by_and_by.finish();
        rounds.push((by_and_by.callsite(found), by_and_by.missed()));
    }
    assert_eq!(rounds, [(None, 0), (None, 1)]);
}

#[test]
fn there_is_an_end_to_walking() {
    let locator = Locator::default();
    assert_eq!(library::deep(100, &locator), place(line!()));
    assert_eq!(library::deep(MOST_FRAMES, &locator), None);
}

#[test]
fn a_service_without_line_numbers_is_not_searched_for_ever() {
    let instance = testing::instance();
    let mut request = OpenRequest::open(instance.handle(), RequestHead::default()).unwrap();
    let mut by_and_by = ByAndBy::default();
    for _ in 0..MOST_IN_VAIN {
        assert!(!by_and_by.locator.is_in_vain());
        let found = request.call(library::asked_by(&mut by_and_by));
        by_and_by.finish();
        assert_eq!(by_and_by.callsite(found), None);
    }
    assert!(by_and_by.locator.is_in_vain());
    assert_eq!((by_and_by.here(), by_and_by.waiting.len()), (None, 0));
    assert_eq!(library::at_once_by(&by_and_by.locator), place(line!()), "who asks at once wants to know");
    assert!(by_and_by.here().is_some(), "there are places after all");
}

#[test]
fn after_a_panic_in_what_reads_stacks_nothing_is_asked() {
    let locator = Locator::default();
    let panicked: Option<()> = locator.unless_it_panics(|| resume_unwind(Box::new("somebody else's")));
    assert_eq!(panicked, None);
    assert_eq!(library::at_once_by(&locator), None);
}

#[test]
fn a_thread_looks_up_what_is_not_known() {
    let missed = &LiveCounters::default().callsites_missed;
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let found = library::in_background(missed);
        let line = line!() - 1;
        // It was not asked where somebody else looks something up just now.
        if let Some(found) = found.and_then(callsite) {
            assert_eq!(Some(found), place(line));
            break;
        }
        assert!(Instant::now() < deadline);
        std::thread::yield_now();
    }
    // What was read is given back, and read again when it is needed.
    LOCATOR.forget_debug_information();
    assert_eq!(library::at_once(), place(line!()));
}

/// As one does that tells from a thread of its own of what another has asked.
#[test]
fn what_is_told_of_elsewhere_has_no_place() {
    let capture = Capture { every_call: true, ..Capture::default() };
    let instance = Instance::build(|builder| builder.capture(capture));
    let mut request = OpenRequest::open(instance.handle(), RequestHead::default()).unwrap();
    let recording = Arc::clone(request.recording());
    let tell = || {
        let query = Operation::database("sqlite", "main", "SELECT 1");
        recording.report_call(query, Duration::ZERO, CallOutcome::Unknown, Yield::Unknown);
        line!() - 1
    };
    tell();
    let line = request.call(tell);
    drop(request);
    let record = instance.take().remove(0);
    let places: Vec<_> = record.calls().iter().map(|call| call.callsite()).collect();
    assert_eq!(places, [None, place(line)]);
}

#[test]
fn what_is_found_is_small_and_tells_both_kinds_apart() {
    assert_eq!(size_of::<Option<Found>>(), 4);
    for number in [0, 1, 1023] {
        let Kind::Place(place) = Found::place(PlaceId(number)).unwrap().kind() else { panic!("a place") };
        assert_eq!(place, PlaceId(number));
    }
    for number in [1, u32::MAX >> 2] {
        let Kind::Search(search) = Found::search(SearchId(number)).unwrap().at_end().kind() else { panic!("a search") };
        assert_eq!(search, SearchId(number));
    }
}
