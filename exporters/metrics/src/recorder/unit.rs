//! Units, as UCUM has them.

use ::metrics::Unit;

pub(super) fn ucum(unit: Unit) -> &'static str {
    match unit {
        // What is counted is in the name.
        Unit::Count => "",
        Unit::Percent => "%",
        Unit::Seconds => "s",
        Unit::Milliseconds => "ms",
        Unit::Microseconds => "us",
        Unit::Nanoseconds => "ns",
        Unit::Tebibytes => "TiBy",
        Unit::Gibibytes => "GiBy",
        Unit::Mebibytes => "MiBy",
        Unit::Kibibytes => "KiBy",
        Unit::Bytes => "By",
        Unit::TerabitsPerSecond => "Tbit/s",
        Unit::GigabitsPerSecond => "Gbit/s",
        Unit::MegabitsPerSecond => "Mbit/s",
        Unit::KilobitsPerSecond => "kbit/s",
        Unit::BitsPerSecond => "bit/s",
        Unit::CountPerSecond => "{count}/s",
    }
}

/// The unit that a name says, by Prometheus' custom.
pub(super) fn of_name(name: &str) -> &'static str {
    match name.strip_suffix("_total").unwrap_or(name) {
        name if name.ends_with("_seconds") => "s",
        name if name.ends_with("_bytes") => "By",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_can_say_its_unit() {
        let names = ["lag_seconds", "busy_seconds_total", "sent_bytes_total", "seconds_left", "orders_total", ""];
        assert_eq!(names.map(of_name), ["s", "s", "By", "", "", ""]);
    }
}
