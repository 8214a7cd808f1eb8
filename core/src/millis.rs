//! Times as text.

/// Appends microseconds as milliseconds without rounding: `12.34`, `0.001`, `0`.
pub fn write_millis(micros: u64, out: &mut Vec<u8>) {
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

fn digit(below_ten: u32) -> u8 {
    b'0' + below_ten as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(micros: u64) -> String {
        let mut out = Vec::new();
        write_millis(micros, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn milliseconds_have_no_digit_too_many() {
        let texts = [0, 1, 10, 100, 999, 1000, 12_340, 12_345, 60_000_000].map(written);
        assert_eq!(texts, ["0", "0.001", "0.01", "0.1", "0.999", "1", "12.34", "12.345", "60000"]);
        assert_eq!(written(u64::MAX), "18446744073709551.615");
    }

    proptest! {
        #[test]
        fn milliseconds_are_read_back_exactly(micros in 0..1u64 << 40) {
            let text = written(micros);
            let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
            let read = whole.parse::<u64>().unwrap() * 1000 + format!("{fraction:0<3}").parse::<u64>().unwrap();
            prop_assert_eq!(read, micros);
        }
    }
}
