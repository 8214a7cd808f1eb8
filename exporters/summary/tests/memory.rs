//! What a summary takes, and when: counted by the allocator of this process. One test, as it counts all of it.

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, Stats, StatsAlloc};
use tachograph_summary::{Call, Finding, Limits, Names, Request, Shares, Summary};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

#[test]
fn it_says_what_it_takes_and_takes_nothing_for_what_it_knows() {
    // Has its room before anything is counted.
    let mut text = String::with_capacity(1000);
    for (endpoints, requests, calls) in [(1, 1, 0), (1, 5000, 30), (20, 500, 5), (50, 20, 3), (300, 2, 1)] {
        let region = Region::new(ALLOCATOR);
        let mut summary = Summary::new(Limits::default());
        fill(&mut summary, &mut text, endpoints, requests, calls);
        let said = summary.bytes() + summary.names().bytes();
        let taken = held(region.change()) + size_of::<Summary>();
        let off = said as f64 / taken as f64;
        println!("{endpoints} endpoints of {requests} requests and {calls} calls: {taken} bytes, {off:.2} times said");
        assert!((0.8..1.25).contains(&off), "{said} bytes were said, {taken} are taken");

        let region = Region::new(ALLOCATOR);
        fill(&mut summary, &mut text, endpoints, requests, calls);
        assert_eq!(region.change().allocations + region.change().reallocations, 0, "everything was known");

        let region = Region::new(ALLOCATOR);
        let mut other = Summary::with_names(Limits::default(), summary.names());
        other.merge(&summary);
        let (said, taken) = (other.bytes(), held(region.change()) + size_of::<Summary>());
        assert!((0.8..1.25).contains(&(said as f64 / taken as f64)), "{said} bytes were said of a copy, {taken} taken");
    }

    // A page: 120 of 20 endpoints each, that share their names.
    let region = Region::new(ALLOCATOR);
    let names = Names::default();
    let mut summaries: Vec<Summary> = (0..120)
        .map(|_| {
            let mut summary = Summary::with_names(Limits::default(), &names);
            fill(&mut summary, &mut text, 20, 500, 5);
            summary
        })
        .collect();
    let said = names.bytes() + summaries.iter().map(Summary::bytes).sum::<usize>();
    let taken = held(region.change());
    println!("120 of 20 endpoints: {taken} bytes, {said} said, {} of names", names.bytes());
    assert!((0.8..1.25).contains(&(said as f64 / taken as f64)), "{said} bytes were said, {taken} are taken");
    assert!(taken < 9 << 20, "{taken} bytes");

    // What only one of them had is forgotten with it.
    let before = names.bytes();
    (0..1000).for_each(|number| {
        summaries[0].endpoint("1", "GET", &format!("/other/{number}"));
    });
    assert!(names.bytes() > before + 1000 * 10);
    summaries[0].clear();
    names.forget_unused();
    assert!(names.bytes() <= before, "{} of {before}", names.bytes());

    // It happens by itself, too: new ones without end do not take room without end.
    for number in 0..50_000 {
        let mut summary = Summary::with_names(Limits::default(), &names);
        summary.endpoint("1", "GET", &format!("/passing/{number}"));
    }
    assert!(names.bytes() < before + 1_000_000, "{} of {before}", names.bytes());
}

fn held(stats: Stats) -> usize {
    // What a reallocation grew by is in both of the first, what it shrank by in neither.
    stats.bytes_allocated - stats.bytes_deallocated
}

fn fill(summary: &mut Summary, text: &mut String, endpoints: usize, requests: usize, calls: usize) {
    let mut random = fastrand::Rng::with_seed(7);
    for endpoint in 0..endpoints {
        write(text, "/experiments/{id}/part-", endpoint);
        let endpoint = summary.endpoint("1.4.2", "GET", text);
        for _ in 0..requests {
            let duration = (2000.0 * (random.f64() * 4.0).exp()) as u64;
            let status = Some(if random.u8(..) < 10 { 500 } else { 200 });
            let shares = Shares::new([duration as f64 / 7.0; 7]);
            endpoint.add(&Request { weight: 1.0, status, duration, shares, ..Request::default() });
        }
        for call in 0..calls {
            write(text, "SELECT id, name, key, created_at FROM experiments WHERE owner = $1 AND part = ", call);
            let key = Call { kind: "database", target: "experiments", statement: text, ..Call::default() };
            endpoint.add_call(&Call { weight: 1.0, count: 1, total: 900, slowest: 900, ..key });
            let key = Finding { kind: "n_plus_one", summary: "SELECT experiments", ..Finding::default() };
            endpoint.add_finding(&Finding { callsite: &text[70..], weight: 1.0, count: 41, cost: 9000, ..key });
        }
    }
}

/// Without a buffer of its own, so that what is counted is the summary's.
fn write(text: &mut String, beginning: &str, number: usize) {
    use std::fmt::Write as _;
    text.clear();
    text.reserve(100);
    text.push_str(beginning);
    write!(text, "{number}").unwrap();
}
