//! The buckets of a histogram, by their bounds.

/// What the label `le` of a bucket is to match. Whole numbers are written in either of two ways, by the format in which the
/// page was asked for; a dot in brackets is a dot and nothing else.
pub(crate) fn pattern(bound: f64) -> String {
    let mut written = [bound.to_string(), format!("{bound:?}")].map(|text| text.replace('.', "[.]")).to_vec();
    written.dedup();
    written.join("|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_is_found_in_either_format() {
        assert_eq!(pattern(0.25), "0[.]25");
        assert_eq!(pattern(1.0), "1|1[.]0");
    }
}
