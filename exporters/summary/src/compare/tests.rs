use super::*;
use crate::request::Request;

type Shape = (&'static str, fn(&mut fastrand::Rng) -> f64);

/// As endpoints are: with long tails, several humps, few values. In milliseconds.
const SHAPES: [Shape; 7] = [
    ("narrow", |random| 40.0 * (0.3 * normal(random)).exp()),
    ("usual", |random| 40.0 * (0.7 * normal(random)).exp()),
    ("long tail", |random| 20.0 * (0.9 * normal(random)).exp()),
    ("heavy tail", |random| 20.0 / (1.0 - random.f64()).powf(1.0 / 2.5)),
    ("cache", |random| if random.f64() < 0.8 { 8.0 + random.f64() } else { 60.0 * (0.5 * normal(random)).exp() }),
    ("time-out", |random| if random.f64() < 0.02 { 1000.0 } else { 30.0 * (0.4 * normal(random)).exp() }),
    ("few values", |random| [30.0, 30.0, 31.0, 45.0, 80.0][random.usize(..5)]),
];

fn normal(random: &mut fastrand::Rng) -> f64 {
    (-2.0 * (1.0 - random.f64()).ln()).sqrt() * (std::f64::consts::TAU * random.f64()).cos()
}

fn sample(random: &mut fastrand::Rng, shape: &Shape, count: usize, slower: f64) -> Sample {
    let mut endpoint = Endpoint::default();
    for _ in 0..count {
        let duration = (shape.1(random) * slower * 1000.0) as u64;
        endpoint.add(&Request { weight: 1.0, status: Some(200), duration, ..Request::default() });
    }
    Sample::of(&endpoint, |_| true)
}

const RUNS: usize = 200;

/// In how many of [`RUNS`] this is so, in percent.
fn percent_of_runs(mut so: impl FnMut() -> bool) -> f64 {
    (0..RUNS).filter(|_| so()).count() as f64 * 100.0 / RUNS as f64
}

#[test]
fn of_what_is_the_same_it_seldom_says_anything_else() {
    for (from, to) in [(500, 500), (150, 150), (100, 1000)] {
        for shape in &SHAPES {
            let mut random = fastrand::Rng::with_seed(7);
            let mut not_within = [0; 3];
            let alarms = percent_of_runs(|| {
                let pair = (sample(&mut random, shape, from, 1.0), sample(&mut random, shape, to, 1.0));
                let comparison = Sensitivity::default().compare([(&pair.0, &pair.1)])[0];
                for (change, count) in [comparison.mean, comparison.p50, comparison.p95].iter().zip(&mut not_within) {
                    let (low, high) = change.interval.unwrap();
                    *count += usize::from(low > 0.0 || high < 0.0);
                }
                comparison.verdict() != Verdict::Same
            });
            assert!(alarms <= 6.0, "{} of {from} and {to}: {alarms} %", shape.0);
            // Five in a hundred, and what so few runs are off by.
            let most = RUNS * 9 / 100;
            assert!(not_within.iter().all(|count| *count <= most), "{} of {from} and {to}: {not_within:?}", shape.0);
        }
    }
}

#[test]
fn a_fifth_more_is_found_among_a_thousand() {
    for shape in &SHAPES {
        let mut random = fastrand::Rng::with_seed(7);
        let mut faster = 0;
        let slower = percent_of_runs(|| {
            let (from, to) = (sample(&mut random, shape, 1000, 1.0), sample(&mut random, shape, 1000, 1.2));
            let [there, back] = [(&from, &to), (&to, &from)].map(|pair| Sensitivity::default().compare([pair])[0]);
            faster += usize::from(back.verdict() == Verdict::Faster);
            there.verdict() == Verdict::Slower
        });
        assert!(slower > 90.0, "{}: {slower} %", shape.0);
        assert!(faster > RUNS * 9 / 10, "{}: {faster}", shape.0);
    }
}

#[test]
fn fifty_that_are_the_same_raise_no_alarm_and_hide_none() {
    let mut random = fastrand::Rng::with_seed(7);
    let (mut alarms, mut found, mut wrong) = (0, 0, 0);
    for round in 0..40 {
        let changed = if round % 2 == 0 { 0 } else { 10 };
        let pairs: Vec<(Sample, Sample)> = (0..50)
            .map(|at| {
                let by = if at < changed { 1.4 } else { 1.0 };
                let shape = &SHAPES[at % 2];
                (sample(&mut random, shape, 300, 1.0), sample(&mut random, shape, 300, by))
            })
            .collect();
        let verdicts = Sensitivity::default().compare(pairs.iter().map(|(from, to)| (from, to)));
        let (slower, same) = verdicts.split_at(changed);
        let others = same.iter().filter(|one| one.verdict() != Verdict::Same).count();
        alarms += usize::from(changed == 0 && others > 0);
        wrong += if changed > 0 { others } else { 0 };
        found += slower.iter().filter(|one| one.verdict() == Verdict::Slower).count();
    }
    // One in twenty rounds by chance. Without taking into account how many there are, it would be nearly every one.
    assert!(alarms <= 2, "in {alarms} of 20 rounds");
    assert!(found >= 190, "{found} of 200");
    assert!(wrong <= 20, "{wrong} beside the 200 that were slower");
}

fn of(durations: impl IntoIterator<Item = (u64, f64)>) -> Endpoint {
    let mut endpoint = Endpoint::default();
    for (duration, weight) in durations {
        endpoint.add(&Request { weight, status: Some(200), duration, ..Request::default() });
    }
    endpoint
}

#[test]
fn of_few_it_says_nothing() {
    let many = of((0..1000).map(|number| (20_000 + number, 1.0)));
    for (count, verdicts) in [
        (0, [Verdict::TooFew; 3]),
        (29, [Verdict::TooFew; 3]),
        (30, [Verdict::Slower, Verdict::Slower, Verdict::TooFew]),
        (99, [Verdict::Slower, Verdict::Slower, Verdict::TooFew]),
        (101, [Verdict::Slower; 3]),
    ] {
        let few = of((0..count).map(|number| (60_000 + number, 1.0)));
        let there = compare(&many, &few);
        assert_eq!([there.mean, there.p50, there.p95].map(|change| change.verdict), verdicts, "{count}");
        let back = compare(&few, &many);
        let opposite = verdicts.map(|verdict| if verdict == Verdict::Slower { Verdict::Faster } else { verdict });
        assert_eq!([back.mean, back.p50, back.p95].map(|change| change.verdict), opposite, "{count}");
        assert_eq!(there.mean.interval.is_some(), count >= 30);
        assert_eq!(
            there.verdict(),
            verdicts.into_iter().find(|one| *one == Verdict::Slower).unwrap_or(Verdict::TooFew)
        );
    }
    // So sure nobody can be of the longest of a hundred: there can be any longer ones.
    let few = of((0..101).map(|number| (60_000 + number, 1.0)));
    let [from, to] = [&many, &few].map(|endpoint| Sample::of(endpoint, |_| true));
    let surer = Sensitivity { confidence: 0.99, ..Sensitivity::default() };
    let (low, high) = surer.compare([(&from, &to)])[0].p95.interval.unwrap();
    assert!(low.is_finite() && high == f64::INFINITY, "{low} to {high}");
    let (low, high) = surer.compare([(&to, &from)])[0].p95.interval.unwrap();
    assert!(low == f64::NEG_INFINITY && high.is_finite(), "{low} to {high}");
    let none = compare(&Endpoint::default(), &Endpoint::default());
    assert_eq!((none.verdict(), none.mean.baseline, none.p95.ratio()), (Verdict::TooFew, None, None));
}

#[test]
fn requests_that_stand_for_many_are_no_surer_than_they_are() {
    let mut random = fastrand::Rng::with_seed(5);
    let mut durations =
        |count| -> Vec<u64> { (0..count).map(|_| (SHAPES[2].1(&mut random) * 1000.0) as u64).collect() };
    let (from, to) = (durations(100), durations(100));
    let weighted = |durations: &[u64], weight| of(durations.iter().map(|micros| (*micros, weight)));
    let (once, tenfold) =
        (compare(&weighted(&from, 1.0), &weighted(&to, 1.0)), compare(&weighted(&from, 10.0), &weighted(&to, 10.0)));
    for (once, tenfold) in [(once.mean, tenfold.mean), (once.p50, tenfold.p50), (once.p95, tenfold.p95)] {
        assert!((once.probability - tenfold.probability).abs() < 1e-6, "{once:?} {tenfold:?}");
        let ((low, high), (same_low, same_high)) = (once.interval.unwrap(), tenfold.interval.unwrap());
        assert!((low - same_low).abs() < 1.0 && (high == same_high || (high - same_high).abs() < 1.0));
    }
    let mixed = of((0..100).map(|number| (1000, if number < 50 { 1.0 } else { 3.0 })));
    assert!((Sample::of(&mixed, |_| true).effective_count() - 80.0).abs() < 1e-9);
}

#[test]
fn differences_that_do_not_count_are_none() {
    let by = |more: u64| compare(&of((0..500).map(|_| (30_000, 1.0))), &of((0..500).map(|_| (30_000 + more, 1.0))));
    assert_eq!(by(1400).verdict(), Verdict::Same, "less than 5 %");
    assert_eq!(by(1600).mean.verdict, Verdict::Slower);
    assert_eq!(by(3000).verdict(), Verdict::Slower);
    let change = by(3000).mean;
    assert_eq!(
        (change.difference(), change.ratio(), change.interval),
        (Some(3000.0), Some(1.1), Some((3000.0, 3000.0)))
    );
    let short = compare(&of((0..500).map(|_| (1000, 1.0))), &of((0..500).map(|_| (1900, 1.0))));
    assert_eq!(short.verdict(), Verdict::Same, "less than a millisecond");
    let nearly = Sensitivity { least_micros: 0.0, least_part: 0.0, ..Sensitivity::default() };
    let pair = [1000, 1900].map(|duration| Sample::of(&of((0..500).map(|_| (duration, 1.0))), |_| true));
    assert_eq!(nearly.compare([(&pair[0], &pair[1])])[0].p95.verdict, Verdict::Slower);
}

#[test]
fn what_is_faster_for_half_and_slower_for_the_worst_is_not_faster() {
    // The worst are too few to be more than chance.
    let from = of((0..90).map(|at| (7_000 + at, 1.0)));
    let worse = of((0..90).map(|at| (if at < 87 { 3_000 + at } else { 400_000 }, 1.0)));
    let comparison = compare(&from, &worse);
    assert_eq!((comparison.p50.verdict, comparison.mean.verdict), (Verdict::Faster, Verdict::Same));
    assert_eq!(comparison.verdict(), Verdict::Same);
    let better = of((0..90).map(|at| (3_000 + at, 1.0)));
    assert_eq!(compare(&from, &better).verdict(), Verdict::Faster);
}

#[test]
fn only_the_variants_that_are_asked_for_are_compared() {
    let mut from = of((0..200).map(|_| (30_000, 1.0)));
    let mut to = from.clone();
    for (endpoint, duration) in [(&mut from, 20_000), (&mut to, 500_000)] {
        (0..200).for_each(|_| {
            let failed = Request { weight: 1.0, status: Some(500), is_error: true, duration, ..Request::default() };
            endpoint.add(&failed);
        });
    }
    let verdict = |is_error: bool| {
        let [from, to] = [&from, &to].map(|endpoint| Sample::of(endpoint, |variant| variant.is_error == is_error));
        Sensitivity::default().compare([(&from, &to)])[0].verdict()
    };
    assert_eq!((verdict(false), verdict(true)), (Verdict::Same, Verdict::Slower));
}

#[test]
fn the_surer_is_judged_by_how_many_there_are() {
    let change = |probability| Change {
        baseline: Some(10_000.0),
        candidate: Some(20_000.0),
        interval: Some((1.0, 2.0)),
        probability,
        verdict: Verdict::Same,
    };
    let mut changes = [0.001, 0.2, 0.03, 0.041, 0.5, 0.9].map(change);
    let [one, other] = [0, 3].map(|at| Comparison { mean: changes[at], p50: changes[at + 1], p95: changes[at + 2] });
    let mut comparisons = [one, other];
    Sensitivity::default().judge(&mut comparisons);
    changes = [
        comparisons[0].mean,
        comparisons[0].p50,
        comparisons[0].p95,
        comparisons[1].mean,
        comparisons[1].p50,
        comparisons[1].p95,
    ];
    // By hand: 0.001 x 6, then 0.03 x 3 and 0.041 x 2 are both the smaller of them, and so on.
    let adjusted = [0.006, 0.3, 0.082, 0.082, 0.6, 0.9];
    for (change, adjusted) in changes.iter().zip(adjusted) {
        assert!((change.probability - adjusted).abs() < 1e-12, "{} {adjusted}", change.probability);
    }
    assert_eq!(changes.map(|change| change.verdict == Verdict::Slower), [true, false, false, false, false, false]);
}
