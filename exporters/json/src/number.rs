//! Numbers as text.

use std::io::Write;

/// Appends a whole number.
pub(crate) fn integer(number: impl itoa::Integer, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Appends microseconds as milliseconds without rounding: `12.34`, `0.001`, `0`.
pub(crate) fn millis(micros: u64, out: &mut Vec<u8>) {
    // Most shares of most requests are nothing.
    if micros == 0 {
        return out.push(b'0');
    }
    const POINT: usize = 20;
    let mut text = [b'.'; POINT + 4];
    let mut start = POINT;
    let mut whole = micros / 1000;
    while whole > 0 || start == POINT {
        start -= 1;
        text[start] = b'0' + (whole % 10) as u8;
        whole /= 10;
    }
    let fraction = (micros % 1000) as u32;
    text[POINT + 1..].copy_from_slice(&[digit(fraction / 100), digit(fraction / 10 % 10), digit(fraction % 10)]);
    let end = match (fraction, fraction % 100, fraction % 10) {
        (0, ..) => POINT,
        (_, 0, _) => POINT + 2,
        (_, _, 0) => POINT + 3,
        _ => POINT + 4,
    };
    out.extend_from_slice(&text[start..end]);
}

/// Appends microseconds as milliseconds with two decimals, rounded half up: `12.34`, `0.00`.
pub(crate) fn millis_with_two_decimals(micros: u64, out: &mut Vec<u8>) {
    let hundredths = micros / 10 + u64::from(micros % 10 >= 5);
    integer(hundredths / 100, out);
    let fraction = (hundredths % 100) as u32;
    out.extend_from_slice(&[b'.', digit(fraction / 10), digit(fraction % 10)]);
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
    fn milliseconds_have_no_digit_too_many() {
        let texts = [0, 1, 10, 100, 999, 1000, 12_340, 12_345, 60_000_000].map(|micros| written(millis, micros));
        assert_eq!(texts, ["0", "0.001", "0.01", "0.1", "0.999", "1", "12.34", "12.345", "60000"]);
        assert_eq!(written(millis, u64::MAX), "18446744073709551.615");
    }

    #[test]
    fn two_decimals_are_always_there() {
        let texts = [0, 4, 5, 994, 995, 12_340, u64::MAX].map(|micros| written(millis_with_two_decimals, micros));
        assert_eq!(texts, ["0.00", "0.00", "0.01", "0.99", "1.00", "12.34", "18446744073709551.62"]);
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

        #[test]
        fn milliseconds_are_read_back_exactly(micros in 0..1u64 << 40) {
            let text = written(millis, micros);
            let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
            let read = whole.parse::<u64>().unwrap() * 1000 + format!("{fraction:0<3}").parse::<u64>().unwrap();
            prop_assert_eq!(read, micros);
        }
    }
}
