//! Where a value is on an axis.

use crate::report::show::number::millis;

/// Round values from 0 to at least `most`, at most six: 0, 20, 40, 60.
pub(super) fn round_steps(most: f64) -> Vec<f64> {
    if !(most > 0.0 && most.is_finite()) {
        return vec![0.0, 1.0];
    }
    let rough = most / 4.0;
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|factor| factor * power).find(|step| *step >= rough);
    let step = step.unwrap_or(rough);
    let steps = (most / step).ceil() as usize;
    (0..=steps).map(|number| number as f64 * step).collect()
}

/// A time with its unit: `12.3 ms`, `4.5 s`.
pub(super) fn time(ms: f64) -> String {
    match ms {
        _ if ms >= 10_000.0 => format!("{:.0} s", ms / 1000.0),
        _ if ms >= 1000.0 => format!("{:.1} s", ms / 1000.0),
        _ => format!("{} ms", millis(ms)),
    }
}

/// A whole width of a slot: `15 s`, `5 min`, `4 h`, `1 d`.
pub(super) fn width(seconds: f64) -> String {
    let units = [(86_400.0, "d"), (3600.0, "h"), (60.0, "min")];
    let (unit, name) = units.into_iter().find(|(unit, _)| seconds >= *unit).unwrap_or((1.0, "s"));
    format!("{} {name}", seconds / unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_and_reach_the_most() {
        assert_eq!(round_steps(0.0), [0.0, 1.0]);
        assert_eq!(round_steps(7.0), [0.0, 2.0, 4.0, 6.0, 8.0]);
        assert_eq!(round_steps(100.0), [0.0, 50.0, 100.0]);
        for most in [0.003, 1.0, 19.0, 1234.0, 9.9e9] {
            let steps = round_steps(most);
            assert!(steps.len() <= 6 && steps.last().is_some_and(|last| *last >= most), "{most}: {steps:?}");
        }
        assert_eq!([0.5, 12.34, 1500.0, 65_000.0].map(time), ["0.50 ms", "12.3 ms", "1.5 s", "65 s"]);
        assert_eq!([1.0, 15.0, 300.0, 14_400.0, 86_400.0].map(width), ["1 s", "15 s", "5 min", "4 h", "1 d"]);
    }
}
