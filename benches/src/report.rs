//! What a run found out about a workload.

use crate::rows::FLOOR;
use crate::statistics::Quartiles;

/// What was seen of one row, a sample a turn.
#[derive(Clone, Debug, Default)]
pub struct Samples {
    /// The row's name.
    pub name: &'static str,
    /// Nanoseconds a request.
    pub nanoseconds: Vec<f64>,
    /// Allocations a request.
    pub allocations: Vec<f64>,
    /// Bytes allocated a request.
    pub bytes: Vec<f64>,
    /// What came out of the row's work.
    pub proof: String,
}

/// A workload's rows, compared with the first of them. It displays as a table.
#[derive(Debug)]
pub struct Report {
    /// What the handler does.
    pub title: &'static str,
    /// How many turns each row had.
    pub turns: usize,
    /// The rows, the bare one first.
    pub rows: Vec<Cost>,
}

/// What a row costs, and what of that it adds to the bare one.
#[derive(Debug, PartialEq)]
pub struct Cost {
    /// The row's name.
    pub name: &'static str,
    /// Nanoseconds a request.
    pub nanoseconds: Quartiles,
    /// Nanoseconds more than the bare row took in the same round.
    pub added_nanoseconds: Quartiles,
    /// What is added, as a share of the bare row.
    pub to_bare: f64,
    /// What is added, in floors; none where the workload has no floor.
    pub to_floor: Option<f64>,
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
    /// Compares `samples` with the first of them.
    pub fn new(title: &'static str, samples: Vec<Samples>) -> Self {
        let bare = samples.first().cloned().unwrap_or_default();
        let mut rows: Vec<Cost> = samples.into_iter().map(|samples| Cost::new(&bare, samples)).collect();
        let floor = rows.iter().find(|row| row.name == FLOOR).map(|row| row.added_nanoseconds.median);
        for row in &mut rows {
            row.to_floor = floor.map(|floor| row.added_nanoseconds.median / floor);
        }
        Self { title, turns: bare.nanoseconds.len(), rows }
    }
}

impl Cost {
    fn new(bare: &Samples, row: Samples) -> Self {
        // Turns of one round stand next to each other, so a difference between them is free of the machine's drift.
        let added = row.nanoseconds.iter().zip(&bare.nanoseconds).map(|(row, bare)| row - bare);
        let added_nanoseconds = Quartiles::of(added);
        let bare_nanoseconds = Quartiles::of(bare.nanoseconds.iter().copied()).median;
        let allocations = median(&row.allocations);
        let bytes = median(&row.bytes);
        Self {
            name: row.name,
            nanoseconds: Quartiles::of(row.nanoseconds),
            added_nanoseconds,
            to_bare: added_nanoseconds.median / bare_nanoseconds,
            to_floor: None,
            allocations,
            added_allocations: allocations - median(&bare.allocations),
            bytes,
            added_bytes: bytes - median(&bare.bytes),
            proof: row.proof,
        }
    }
}

fn median(samples: &[f64]) -> f64 {
    Quartiles::of(samples.iter().copied()).median
}

#[cfg(test)]
mod tests {
    use super::{Report, Samples};
    use crate::rows::FLOOR;

    fn samples(name: &'static str, nanoseconds: [f64; 3], allocations: f64) -> Samples {
        let bytes = vec![allocations * 100.0];
        Samples { name, nanoseconds: nanoseconds.into(), allocations: vec![allocations], bytes, proof: String::new() }
    }

    #[test]
    fn rows_are_compared_with_the_bare_one_of_the_same_round() {
        // The machine slows down threefold while it runs; what a row adds stays what it was.
        let report = Report::new(
            "drifting",
            vec![
                samples("bare", [1_000.0, 2_000.0, 3_000.0], 20.0),
                samples(FLOOR, [1_500.0, 2_500.0, 3_500.0], 24.0),
                samples("ours", [1_800.0, 2_750.0, 3_700.0], 28.0),
            ],
        );
        let [bare, floor, ours] = report.rows.as_slice() else { panic!("three rows") };
        assert_eq!((report.turns, bare.added_nanoseconds.median, bare.to_floor), (3, 0.0, Some(0.0)));
        assert_eq!((floor.added_nanoseconds.median, floor.to_bare, floor.to_floor), (500.0, 0.25, Some(1.0)));
        assert_eq!((ours.nanoseconds.median, ours.added_nanoseconds.median), (2_750.0, 750.0));
        assert_eq!((ours.added_nanoseconds.p25, ours.added_nanoseconds.p75), (725.0, 775.0));
        assert_eq!((ours.to_bare, ours.to_floor), (0.375, Some(1.5)));
        assert_eq!((ours.allocations, ours.added_allocations, ours.added_bytes), (28.0, 8.0, 800.0));
    }

    #[test]
    fn without_a_floor_nothing_is_measured_in_floors() {
        let report = Report::new("no floor", vec![samples("bare", [1.0, 2.0, 3.0], 1.0)]);
        assert_eq!(report.rows[0].to_floor, None);
    }
}
