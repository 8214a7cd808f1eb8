//! Numbers for those who read.

/// Milliseconds, to three digits or the whole: `0.04`, `1.23`, `45.6`, `1,234`.
pub(super) fn millis(millis: f64) -> String {
    match millis {
        _ if millis < 9.995 => format!("{millis:.2}"),
        _ if millis < 99.95 => format!("{millis:.1}"),
        _ => count(millis),
    }
}

/// The same, or a dash where there is none.
pub(super) fn millis_if_any(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), millis)
}

/// A count, rounded where it is an estimate: `1,234,567`.
pub(super) fn count(number: f64) -> String {
    let digits = format!("{:.0}", number.abs());
    let mut shown = String::from(if number < -0.5 { "-" } else { "" });
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// How many of each, in the mean: `1`, `2.5`, `0.01`, `123`.
pub(super) fn mean(number: f64) -> String {
    match number {
        _ if number == number.round() => count(number),
        _ if number < 0.995 => format!("{number:.2}"),
        _ if number < 99.95 => format!("{number:.1}"),
        _ => count(number),
    }
}

/// How many a second, to two digits or the whole: `0.0031`, `0.42`, `4.2`, `1,234`.
pub(super) fn rate(number: f64) -> String {
    if number >= 9.95 || number <= 0.0 {
        return count(number);
    }
    if number < 0.0001 {
        return "<0.0001".to_owned();
    }
    let before_first_digit = (-number.log10().floor()).max(0.0) as usize;
    format!("{number:.0$}", before_first_digit + 1)
}

/// A share: `0.3 %`, `45 %`.
pub(super) fn percent(part: f64) -> String {
    match part * 100.0 {
        0.0 => "0 %".to_owned(),
        percent if percent < 0.1 => "<0.1 %".to_owned(),
        percent if percent < 9.95 => format!("{percent:.1} %"),
        percent => format!("{percent:.0} %"),
    }
}

/// Bytes, in thousands: `512 B`, `1.2 kB`, `34 MB`.
pub(super) fn bytes(bytes: f64) -> String {
    let mut number = bytes;
    for unit in ["B", "kB", "MB", "GB"] {
        if number < 999.5 {
            let decimals = usize::from(unit != "B" && number < 9.95);
            return format!("{number:.decimals$} {unit}");
        }
        number /= 1000.0;
    }
    format!("{number:.0} TB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_few_digits() {
        assert_eq!(
            [0.0, 0.004, 1.234, 9.999, 45.67, 99.96, 1234.5].map(millis),
            ["0.00", "0.00", "1.23", "10.0", "45.7", "100", "1,234"]
        );
        assert_eq!(
            [0.0, 999.0, 1000.0, 1_234_567.0, -12_345.0].map(count),
            ["0", "999", "1,000", "1,234,567", "-12,345"]
        );
        assert_eq!([0.0, 1.0, 2.5, 0.012, 12_345.6].map(mean), ["0", "1", "2.5", "0.01", "12,346"]);
        assert_eq!(
            [0.0, 1e-9, 0.0031, 0.42, 4.24, 12.3, 1234.0].map(rate),
            ["0", "<0.0001", "0.0031", "0.42", "4.2", "12", "1,234"]
        );
        assert_eq!([0.0, 0.0001, 0.003, 0.45, 1.0].map(percent), ["0 %", "<0.1 %", "0.3 %", "45 %", "100 %"]);
        assert_eq!(
            [0.0, 512.0, 1234.0, 34_000_000.0, 2.0e15].map(bytes),
            ["0 B", "512 B", "1.2 kB", "34 MB", "2000 TB"]
        );
    }
}
