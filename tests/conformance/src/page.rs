//! The page of Prometheus, read without Prometheus.

use std::collections::BTreeMap;

/// Label values by name.
pub(crate) type Labels = BTreeMap<String, String>;

/// Every series of the page, with its value as it is written.
#[derive(Debug, Default)]
pub(crate) struct Page {
    series: BTreeMap<(String, Labels), String>,
}

impl Page {
    /// The page in the text format. Prometheus itself takes a series that is there twice without a word.
    pub(crate) fn read(text: &str) -> Self {
        let mut page = Page::default();
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let (series, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("a series has a value: {line}"));
            let is_new = page.series.insert(read_series(series), value.to_owned()).is_none();
            assert!(is_new, "the series is there twice: {line}");
        }
        page
    }

    /// How many series there are of names that begin so.
    pub(crate) fn count(&self, beginning: &str) -> usize {
        self.series.keys().filter(|(name, _)| name.starts_with(beginning)).count()
    }

    /// The values of the series of this name, by their labels.
    pub(crate) fn named(&self, name: &str) -> BTreeMap<Labels, String> {
        let of_name = self.series.iter().filter(|((other, _), _)| other == name);
        of_name.map(|((_, labels), value)| (labels.clone(), value.clone())).collect()
    }

    /// Of all series of this name that have these labels, and perhaps others, the sum.
    pub(crate) fn sum(&self, name: &str, having: &[(&str, &str)]) -> u64 {
        let has =
            |labels: &Labels| having.iter().all(|(label, value)| labels.get(*label).is_some_and(|is| is == value));
        let values = self.named(name).into_iter().filter(|(labels, _)| has(labels));
        values.map(|(_, value)| value.parse::<u64>().unwrap_or_else(|_| panic!("{name} is no number: {value}"))).sum()
    }
}

/// Seconds as they are written, in nanoseconds. Decimal digits are counted, so nothing is rounded here.
pub(crate) fn nanos(written: &str) -> u64 {
    let (whole, decimals) = written.split_once('.').unwrap_or((written, ""));
    assert!(decimals.len() <= 9, "seconds have nanoseconds at the most: {written}");
    format!("{whole}{decimals:0<9}").parse().unwrap_or_else(|_| panic!("these are no seconds: {written}"))
}

/// `name{label="value",…}`.
fn read_series(series: &str) -> (String, Labels) {
    let Some((name, labels)) = series.split_once('{') else { return (series.to_owned(), Labels::new()) };
    let mut rest = labels.strip_suffix('}').expect("labels have an end");
    let mut read = Labels::new();
    while let Some((label, behind)) = rest.split_once("=\"") {
        let (value, behind) = read_value(behind);
        let is_new = read.insert(label.trim_start_matches(',').to_owned(), value).is_none();
        assert!(is_new, "the label is there twice: {series}");
        rest = behind;
    }
    (name.to_owned(), read)
}

/// A value up to its quotation mark, and what is behind that.
fn read_value(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, &text[at + 1..]),
            '\\' => match characters.next() {
                Some((_, 'n')) => value.push('\n'),
                Some((_, escaped)) => value.push(escaped),
                None => break,
            },
            other => value.push(other),
        }
    }
    panic!("a value has an end: {text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read() {
        let page = Page::read("# HELP a b\na{x=\"1,\",y=\"\\\"}\\n\"} 2\na{x=\"2\"} 3\n\nb 0.0000015\n");
        assert_eq!((page.sum("a", &[]), page.sum("a", &[("x", "2")]), page.count("a"), page.count("")), (5, 3, 2, 3));
        assert_eq!(page.named("a").keys().next().unwrap()["y"], "\"}\n");
        assert_eq!(page.named("b").values().map(|value| nanos(value)).collect::<Vec<_>>(), [1500]);
    }

    #[test]
    #[should_panic(expected = "the series is there twice")]
    fn a_series_that_is_there_twice_is_found() {
        Page::read("a{x=\"1\",y=\"2\"} 1\na{y=\"2\",x=\"1\"} 1\n");
    }
}
