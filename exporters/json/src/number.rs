//! Numbers as text.

use std::io::Write;

/// Appends a whole number.
pub(crate) fn integer(number: impl itoa::Integer, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Appends microseconds as milliseconds with two decimals, rounded half up: `12.34`, `0.00`.
pub(crate) fn millis_with_two_decimals(micros: u64, out: &mut Vec<u8>) {
    let hundredths = micros / 10 + u64::from(micros % 10 >= 5);
    integer(hundredths / 100, out);
    let fraction = (hundredths % 100) as u32;
    out.extend_from_slice(&[b'.', digit(fraction / 10), digit(fraction % 10)]);
}

/// Appends microseconds as seconds without rounding: `0.01234`, `3`.
#[cfg(feature = "emf")]
pub(crate) fn seconds(micros: u64, out: &mut Vec<u8>) {
    decimal(micros, 6, out);
}

/// Appends a number of which the last `places` digits stand behind the point, those at its end left out that are zeros.
#[cfg(feature = "emf")]
pub(crate) fn decimal(number: u64, places: u32, out: &mut Vec<u8>) {
    let one = 10_u64.pow(places);
    integer(number / one, out);
    let (mut fraction, mut place) = (number % one, one / 10);
    if fraction > 0 {
        out.push(b'.');
    }
    while fraction > 0 {
        out.push(digit((fraction / place) as u32));
        fraction %= place;
        place /= 10;
    }
}

/// Appends a number with a fraction so that it is read back the same. What JSON has no number for is the string `"NaN"`,
/// `"inf"` or `"-inf"`.
pub(crate) fn float(number: f64, out: &mut Vec<u8>) {
    // Writing to a vector does not fail.
    let _ = if number.is_finite() { write!(out, "{number:?}") } else { write!(out, "\"{number}\"") };
}

fn digit(below_ten: u32) -> u8 {
    b'0' + below_ten as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written<N>(write: fn(N, &mut Vec<u8>), number: N) -> String {
        let mut out = Vec::new();
        write(number, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn two_decimals_are_always_there() {
        let texts = [0, 4, 5, 994, 995, 12_340, u64::MAX].map(|micros| written(millis_with_two_decimals, micros));
        assert_eq!(texts, ["0.00", "0.00", "0.01", "0.99", "1.00", "12.34", "18446744073709551.62"]);
    }

    #[cfg(feature = "emf")]
    #[test]
    fn seconds_have_no_digit_too_many() {
        let texts =
            [0, 1, 10, 500_000, 999_999, 1_000_000, 12_340_050, u64::MAX].map(|micros| written(seconds, micros));
        let expected = ["0", "0.000001", "0.00001", "0.5", "0.999999", "1", "12.34005", "18446744073709.551615"];
        assert_eq!(texts, expected);
    }

    #[test]
    fn floats_are_json() {
        let texts = [0.5, 1.0, -0.0, 1e300, f64::MIN_POSITIVE, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
        let texts = texts.map(|number| written(float, number));
        let expected = ["0.5", "1.0", "-0.0", "1e300", "2.2250738585072014e-308", "\"NaN\"", "\"inf\"", "\"-inf\""];
        assert_eq!(texts, expected);
    }

    proptest! {
        #[test]
        fn any_float_is_json(number: f64) {
            let json: serde_json::Value = serde_json::from_str(&written(float, number)).unwrap();
            prop_assert!(json.is_number() || !number.is_finite());
        }
    }
}
