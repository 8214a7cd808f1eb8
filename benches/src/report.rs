//! What a run found out about a workload.

use crate::rows::FLOOR;
use crate::statistics::Quartiles;
use std::collections::HashMap;

/// What some rows' cost is told in: the cost of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    /// The row whose added cost is one.
    pub row: &'static str,
    /// What the table calls it.
    pub name: &'static str,
}

/// What is added, in what the floor adds.
pub const FLOORS: Unit = Unit { row: FLOOR, name: "floor" };

/// What was seen of one row, a sample a turn.
#[derive(Clone, Debug, Default)]
pub struct Samples {
    /// The row's name.
    pub name: &'static str,
    /// The name of the row it is compared with, which is on as many threads.
    pub bare: &'static str,
    /// How many threads served.
    pub threads: u64,
    /// Nanoseconds a request.
    pub nanoseconds: Vec<f64>,
    /// Nanoseconds of processor time a request, of all threads; none where rows share a process.
    pub processor: Vec<f64>,
    /// Allocations a request.
    pub allocations: Vec<f64>,
    /// Bytes allocated a request.
    pub bytes: Vec<f64>,
    /// What came out of the row's work.
    pub proof: String,
}

/// A workload's rows, each compared with its bare one. It displays as a table.
#[derive(Debug)]
pub struct Report {
    /// What the handler does.
    pub title: &'static str,
    /// How many turns each row had.
    pub turns: usize,
    /// In what the rows' cost is told beside nanoseconds.
    pub unit: Unit,
    /// The rows, in the order in which they were given.
    pub rows: Vec<Cost>,
}

/// What a row costs, and what of that it adds to the bare one.
#[derive(Debug, PartialEq)]
pub struct Cost {
    /// The row's name.
    pub name: &'static str,
    /// How many threads served.
    pub threads: u64,
    /// Nanoseconds a request.
    pub nanoseconds: Quartiles,
    /// Nanoseconds more than the bare row took in the same round.
    pub added_nanoseconds: Quartiles,
    /// What is added, as a share of the bare row.
    pub to_bare: f64,
    /// What is added, in the report's unit; none where the workload has no such row.
    pub in_units: Option<f64>,
    /// What is added, in what the row of the same name adds on one thread; none there, and where nothing is added.
    pub growth: Option<f64>,
    /// Nanoseconds of processor time a request, of all threads, where that is known.
    pub processor: Option<f64>,
    /// Nanoseconds of processor time more than the bare row spent in the same round.
    pub added_processor: Option<Quartiles>,
    /// Allocations a request.
    pub allocations: f64,
    /// Allocations more than the bare row.
    pub added_allocations: f64,
    /// Bytes allocated a request.
    pub bytes: f64,
    /// Bytes more than the bare row.
    pub added_bytes: f64,
    /// What came out of the row's work.
    pub proof: String,
}

impl Report {
    /// Compares each of `samples` with those of its bare row.
    ///
    /// # Panics
    /// When a row is compared with one that is not there.
    pub fn new(title: &'static str, unit: Unit, samples: Vec<Samples>) -> Self {
        let turns = samples.first().map_or(0, |samples| samples.nanoseconds.len());
        let bare_of = |row: &Samples| {
            let bare = samples.iter().find(|other| other.name == row.bare && other.threads == row.threads);
            bare.unwrap_or_else(|| panic!("{} is compared with {}, which is not there", row.name, row.bare))
        };
        let mut rows: Vec<Cost> = samples.iter().map(|row| Cost::new(bare_of(row), row)).collect();
        let added: HashMap<(&str, u64), f64> =
            rows.iter().map(|row| ((row.name, row.threads), row.added_nanoseconds.median)).collect();
        for (row, samples) in rows.iter_mut().zip(&samples) {
            let in_what = |name, threads| added.get(&(name, threads)).map(|one| row.added_nanoseconds.median / one);
            row.in_units = in_what(unit.row, row.threads);
            row.growth = in_what(row.name, 1).filter(|_| row.threads > 1 && row.name != samples.bare);
        }
        Self { title, turns, unit, rows }
    }
}

impl Cost {
    fn new(bare: &Samples, row: &Samples) -> Self {
        // Turns of one round stand next to each other, so a difference between them is free of the machine's drift.
        let added = row.nanoseconds.iter().zip(&bare.nanoseconds).map(|(row, bare)| row - bare);
        let added_nanoseconds = Quartiles::of(added);
        let bare_nanoseconds = Quartiles::of(bare.nanoseconds.iter().copied()).median;
        let added_processor = row.processor.iter().zip(&bare.processor).map(|(row, bare)| row - bare);
        let has_processor = !row.processor.is_empty();
        let allocations = median(&row.allocations);
        let bytes = median(&row.bytes);
        Self {
            name: row.name,
            threads: row.threads,
            nanoseconds: Quartiles::of(row.nanoseconds.iter().copied()),
            added_nanoseconds,
            to_bare: added_nanoseconds.median / bare_nanoseconds,
            in_units: None,
            growth: None,
            processor: has_processor.then(|| median(&row.processor)),
            added_processor: has_processor.then(|| Quartiles::of(added_processor)),
            allocations,
            added_allocations: allocations - median(&bare.allocations),
            bytes,
            added_bytes: bytes - median(&bare.bytes),
            proof: row.proof.clone(),
        }
    }
}

fn median(samples: &[f64]) -> f64 {
    Quartiles::of(samples.iter().copied()).median
}

#[cfg(test)]
mod tests {
    use super::{FLOORS, Report, Samples, Unit};
    use crate::rows::FLOOR;

    fn samples(name: &'static str, nanoseconds: [f64; 3], allocations: f64) -> Samples {
        let bytes = vec![allocations * 100.0];
        let allocations = vec![allocations];
        Samples {
            name,
            bare: "bare",
            threads: 1,
            nanoseconds: nanoseconds.into(),
            allocations,
            bytes,
            ..Samples::default()
        }
    }

    #[test]
    fn rows_are_compared_with_the_bare_one_of_the_same_round() {
        // The machine slows down threefold while it runs; what a row adds stays what it was.
        let report = Report::new(
            "drifting",
            FLOORS,
            vec![
                samples("bare", [1_000.0, 2_000.0, 3_000.0], 20.0),
                samples(FLOOR, [1_500.0, 2_500.0, 3_500.0], 24.0),
                samples("ours", [1_800.0, 2_750.0, 3_700.0], 28.0),
            ],
        );
        let [bare, floor, ours] = report.rows.as_slice() else { panic!("three rows") };
        assert_eq!((report.turns, bare.added_nanoseconds.median, bare.in_units), (3, 0.0, Some(0.0)));
        assert_eq!((floor.added_nanoseconds.median, floor.to_bare, floor.in_units), (500.0, 0.25, Some(1.0)));
        assert_eq!((ours.nanoseconds.median, ours.added_nanoseconds.median), (2_750.0, 750.0));
        assert_eq!((ours.added_nanoseconds.p25, ours.added_nanoseconds.p75), (725.0, 775.0));
        assert_eq!((ours.to_bare, ours.in_units), (0.375, Some(1.5)));
        assert_eq!((ours.allocations, ours.added_allocations, ours.added_bytes), (28.0, 8.0, 800.0));
    }

    #[test]
    fn rows_on_two_threads_are_compared_with_the_bare_one_on_two_and_with_themselves_on_one() {
        let on_two = |samples: Samples| Samples { threads: 2, ..samples };
        let report = Report::new(
            "threads",
            FLOORS,
            vec![
                samples("bare", [1_000.0; 3], 1.0),
                samples("ours", [1_500.0; 3], 1.0),
                on_two(samples("bare", [1_100.0; 3], 1.0)),
                on_two(samples("ours", [1_650.0; 3], 1.0)),
            ],
        );
        let added = report.rows.iter().map(|row| (row.added_nanoseconds.median, row.growth));
        assert_eq!(added.collect::<Vec<_>>(), [(0.0, None), (500.0, None), (0.0, None), (550.0, Some(1.1))]);
    }

    #[test]
    fn processor_time_is_compared_where_it_is_known() {
        let spent = |processor: &[f64], samples: Samples| Samples { processor: processor.into(), ..samples };
        let bare = spent(&[1_200.0, 1_000.0], samples("bare", [1_000.0; 3], 1.0));
        let ours = spent(&[1_900.0, 1_700.0], samples("ours", [1_500.0; 3], 1.0));
        let report = Report::new("spent", FLOORS, vec![bare, ours, samples("in process", [1_500.0; 3], 1.0)]);
        assert_eq!(report.rows[1].processor, Some(1_800.0));
        assert_eq!(report.rows[1].added_processor.map(|added| added.median), Some(700.0));
        assert_eq!((report.rows[2].processor, report.rows[2].added_processor), (None, None));
    }

    #[test]
    fn without_a_floor_nothing_is_measured_in_floors() {
        let report = Report::new("no floor", FLOORS, vec![samples("bare", [1.0, 2.0, 3.0], 1.0)]);
        assert_eq!(report.rows[0].in_units, None);
    }

    #[test]
    fn frameworks_are_compared_each_with_its_own_bare_one() {
        let of = |bare, samples: Samples| Samples { bare, ..samples };
        let report = Report::new(
            "two frameworks",
            Unit { row: "one, ours", name: "one" },
            vec![
                of("one", samples("one", [1_000.0, 1_000.0, 1_000.0], 1.0)),
                of("one", samples("one, ours", [1_100.0, 1_100.0, 1_100.0], 2.0)),
                of("two", samples("two", [500.0, 500.0, 500.0], 1.0)),
                of("two", samples("two, ours", [650.0, 650.0, 650.0], 5.0)),
            ],
        );
        let added = report.rows.iter().map(|row| (row.added_nanoseconds.median, row.in_units, row.added_allocations));
        let expected = [(0.0, Some(0.0), 0.0), (100.0, Some(1.0), 1.0), (0.0, Some(0.0), 0.0), (150.0, Some(1.5), 4.0)];
        assert_eq!(added.collect::<Vec<_>>(), expected);
    }
}
