//! Numbers, as both formats write them.

use std::fmt::{Display, Formatter, Result};

use tachograph_metrics::Number;

/// Shown in the unit of its metric.
pub(crate) struct Shown(pub(crate) Number);

impl Display for Shown {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self.0 {
            Number::Whole(number) => number.fmt(f),
            Number::Nanos(nanos) => seconds(nanos, f),
            Number::Float(f64::INFINITY) => f.write_str("+Inf"),
            Number::Float(f64::NEG_INFINITY) => f.write_str("-Inf"),
            Number::Float(number) => number.fmt(f),
        }
    }
}

/// With all their digits.
fn seconds(nanos: u64, f: &mut Formatter<'_>) -> Result {
    let (seconds, mut nanos, mut digits) = (nanos / 1_000_000_000, nanos % 1_000_000_000, 9);
    if nanos == 0 {
        return seconds.fmt(f);
    }
    while nanos % 10 == 0 {
        nanos /= 10;
        digits -= 1;
    }
    write!(f, "{seconds}.{nanos:0digits$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nanoseconds_are_shown_as_seconds() {
        let shown =
            [0, 1, 1_500_000_000, 12_000_000_000, 10_000_100].map(|nanos| Shown(Number::Nanos(nanos)).to_string());
        assert_eq!(shown, ["0", "0.000000001", "1.5", "12", "0.0100001"]);
    }

    #[test]
    fn what_is_no_number_has_a_name() {
        let shown = [f64::INFINITY, f64::NEG_INFINITY, f64::NAN, -1.5, 3.0]
            .map(|number| Shown(Number::Float(number)).to_string());
        assert_eq!(shown, ["+Inf", "-Inf", "NaN", "-1.5", "3"]);
    }
}
