//! What it costs to add to a summary what it knows already: `cargo bench -p tachograph-summary`.
//!
//! Beside it, in the same run, the texts of a call's key are hashed once and compared once: what no look-up can do without.

use std::hash::BuildHasher;
use std::hint::black_box;
use std::time::Instant;

use hashbrown::DefaultHashBuilder;
use tachograph_summary::{Call, Finding, Limits, Request, Shares, Summary};

const ROUNDS: usize = 101;
const A_ROUND: usize = 20_000;
const ENDPOINTS: usize = 50;
const CALLS: usize = 20;

fn main() {
    let routes: Vec<String> = (0..ENDPOINTS).map(|number| format!("/experiments/{{id}}/part-{number}")).collect();
    let statements: Vec<String> =
        (0..CALLS).map(|number| format!("SELECT id, name, key FROM experiments_{number} WHERE id = $1")).collect();
    let calls: Vec<Call<'_>> = statements.iter().map(|statement| call(statement)).collect();
    let random = fastrand::Rng::with_seed(7);
    let requests: Vec<Request> = std::iter::repeat_with({
        let mut random = random.clone();
        move || request(&mut random)
    })
    .take(4096)
    .collect();
    let mut summary = Summary::new(Limits::default());
    for route in &routes {
        let endpoint = summary.endpoint("1.4.2", "GET", route);
        requests.iter().for_each(|request| endpoint.add(request));
        calls.iter().for_each(|call| endpoint.add_call(call));
        endpoint.add_finding(&finding());
    }

    let hasher = DefaultHashBuilder::default();
    let copies = statements.clone();
    let mut rounds = vec![];
    for _ in 0..ROUNDS {
        let texts = time(|n| {
            let (call, copy) = (&calls[n % CALLS], &copies[n % CALLS]);
            let key = (call.kind, call.target, call.summary, call.statement, call.callsite);
            let other = black_box((call.kind, call.target, call.summary, copy.as_str(), call.callsite));
            black_box((hasher.hash_one(black_box(key)), key == other));
        });
        let request = time(|n| {
            summary.endpoint("1.4.2", "GET", black_box(&routes[n * 7 % ENDPOINTS])).add(&requests[n % requests.len()]);
        });
        let endpoint = time(|n| {
            black_box(summary.endpoint("1.4.2", "GET", black_box(&routes[n * 7 % ENDPOINTS])));
        });
        let endpoint_of_all = summary.endpoint("1.4.2", "GET", &routes[0]);
        let call = time(|n| endpoint_of_all.add_call(black_box(&calls[n * 7 % CALLS])));
        let finding = finding();
        let finding = time(|_| endpoint_of_all.add_finding(black_box(&finding)));
        rounds.push([texts, endpoint, request, call, finding]);
    }
    let of = |column: usize| {
        let mut column: Vec<f64> = rounds.iter().map(|round| round[column]).collect();
        column.sort_by(f64::total_cmp);
        column[ROUNDS / 2]
    };
    let texts = of(0);
    println!("texts of a call, hashed and compared once: {texts:.1} ns");
    for (at, name) in
        ["an endpoint, found", "a request, with its endpoint", "a call", "a finding"].into_iter().enumerate()
    {
        println!("{name}: {:.1} ns, {:.2} times that", of(at + 1), of(at + 1) / texts);
    }
}

fn time(mut work: impl FnMut(usize)) -> f64 {
    let begun = Instant::now();
    (0..A_ROUND).for_each(&mut work);
    begun.elapsed().as_nanos() as f64 / A_ROUND as f64
}

fn request(random: &mut fastrand::Rng) -> Request {
    let duration = (1000.0 * (random.f64() * 5.0).exp()) as u64;
    let mut shares = [0.0; 7];
    shares[0] = duration as f64 * 0.75;
    shares[4] = duration as f64 * 0.25;
    Request {
        weight: 1.0,
        status: Some(if random.u8(..) < 10 { 500 } else { 200 }),
        duration,
        shares: Shares::new(shares),
        response_bytes: 2000,
        queries: 3,
        ..Request::default()
    }
}

fn call(statement: &str) -> Call<'_> {
    let key = Call { kind: "database", target: "experiments", summary: "SELECT experiments", ..Call::default() };
    Call { statement, callsite: "src/orders.rs:88", weight: 1.0, count: 3, total: 900, slowest: 400, ..key }
}

fn finding() -> Finding<'static> {
    let key = Finding { kind: "n_plus_one", summary: "SELECT experiments", ..Finding::default() };
    Finding { target: "experiments", callsite: "src/orders.rs:88", weight: 1.0, count: 41, cost: 9000, ..key }
}
