//! Units, as CloudWatch has them.

/// CloudWatch's name of a unit that UCUM writes so. Nanoseconds it has none for.
pub(super) fn of(ucum: &str) -> &'static str {
    match ucum {
        "s" => "Seconds",
        "ms" => "Milliseconds",
        "us" => "Microseconds",
        "%" => "Percent",
        "By" => "Bytes",
        "kBy" | "KiBy" => "Kilobytes",
        "MBy" | "MiBy" => "Megabytes",
        "GBy" | "GiBy" => "Gigabytes",
        "TBy" | "TiBy" => "Terabytes",
        "bit" => "Bits",
        "kbit" => "Kilobits",
        "Mbit" => "Megabits",
        "Gbit" => "Gigabits",
        "Tbit" => "Terabits",
        "By/s" => "Bytes/Second",
        "kBy/s" | "KiBy/s" => "Kilobytes/Second",
        "MBy/s" | "MiBy/s" => "Megabytes/Second",
        "GBy/s" | "GiBy/s" => "Gigabytes/Second",
        "TBy/s" | "TiBy/s" => "Terabytes/Second",
        "bit/s" => "Bits/Second",
        "kbit/s" => "Kilobits/Second",
        "Mbit/s" => "Megabits/Second",
        "Gbit/s" => "Gigabits/Second",
        "Tbit/s" => "Terabits/Second",
        "1/s" => "Count/Second",
        of_things if of_things.starts_with('{') && of_things.ends_with("}/s") => "Count/Second",
        of_things if of_things.starts_with('{') && of_things.ends_with('}') => "Count",
        _ => "None",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_those_that_the_format_knows() {
        let units = ["s", "ns", "MiBy", "Mbit/s", "{request}", "{count}/s", "%", "", "1", "{", "furlong"].map(of);
        let expected = [
            "Seconds",
            "None",
            "Megabytes",
            "Megabits/Second",
            "Count",
            "Count/Second",
            "Percent",
            "None",
            "None",
            "None",
            "None",
        ];
        assert_eq!(units, expected);
    }
}
