//! Which format a client wants, by its `Accept` header.

/// A way to write the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Prometheus' text format, 0.0.4.
    Text,
    /// OpenMetrics 1.0.
    OpenMetrics,
}

impl Format {
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Format::Text => "text/plain; version=0.0.4; charset=utf-8",
            Format::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }

    /// OpenMetrics for those who name it and want nothing more than it; the text format for all others. Somebody who
    /// accepts neither is better served with text than with an error, as RFC 9110 allows.
    pub(crate) fn wanted(accept: &str) -> Format {
        let (mut text, mut open_metrics) = (Wish::default(), Wish::default());
        for range in accept.split(',') {
            let range = Range::read(range);
            match (range.kind.as_str(), range.version) {
                ("text/plain", None | Some("0.0.4")) => text.hear(3, range.quality),
                ("application/openmetrics-text", None | Some("1.0.0")) => open_metrics.hear(3, range.quality),
                ("text/*", _) => text.hear(2, range.quality),
                ("application/*", _) => open_metrics.hear(2, range.quality),
                ("*/*", _) => {
                    text.hear(1, range.quality);
                    open_metrics.hear(1, range.quality);
                }
                _ => {}
            }
        }
        let is_wanted = open_metrics.quality > text.quality
            || (open_metrics.quality == text.quality && open_metrics.quality > 0 && open_metrics.exactness == 3);
        if is_wanted { Format::OpenMetrics } else { Format::Text }
    }
}

/// How much a format is wanted, by the most exact range that takes it in.
#[derive(Debug, Default)]
struct Wish {
    exactness: u8,
    quality: u16,
}

impl Wish {
    fn hear(&mut self, exactness: u8, quality: u16) {
        if (exactness, quality) > (self.exactness, self.quality) {
            *self = Wish { exactness, quality };
        }
    }
}

struct Range<'a> {
    kind: String,
    version: Option<&'a str>,
    /// In thousandths.
    quality: u16,
}

impl<'a> Range<'a> {
    fn read(range: &'a str) -> Self {
        let (kind, parameters) = range.split_once(';').unwrap_or((range, ""));
        let version =
            parameters.split(';').filter_map(parameter).rfind(|(name, _)| name.eq_ignore_ascii_case("version"));
        Range {
            kind: kind.trim().to_ascii_lowercase(),
            version: version.map(|(_, value)| value),
            quality: quality(parameters.split(';')),
        }
    }
}

/// How much something is wanted, in thousandths; what cannot be read is 1000, as if it were not there.
pub(crate) fn quality<'a>(parameters: impl DoubleEndedIterator<Item = &'a str>) -> u16 {
    let quality = parameters.filter_map(parameter).rfind(|(name, _)| name.eq_ignore_ascii_case("q"));
    let quality = quality.and_then(|(_, value)| value.parse().ok()).filter(|quality| (0.0..=1.0).contains(quality));
    quality.map_or(1000, |quality: f64| (quality * 1000.0).round() as u16)
}

fn parameter(parameter: &str) -> Option<(&str, &str)> {
    let (name, value) = parameter.split_once('=')?;
    Some((name.trim(), value.trim().trim_matches('"')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_clients_send() {
        let open_metrics = [
            // Prometheus 2.26, 2.42 and 3.
            "application/openmetrics-text; version=0.0.1,application/openmetrics-text;version=1.0.0;q=0.75,*/*;q=0.1",
            "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
            "application/openmetrics-text",
            "Application/OpenMetrics-Text ; Version=\"1.0.0\" ; Q=0.5 , text/plain;q=0.4",
            "application/openmetrics-text, text/plain",
            "application/openmetrics-text, */*",
            "application/*",
            "*/*;q=0.9, text/plain;q=0.1, application/openmetrics-text;q=0.2",
        ];
        for accept in open_metrics {
            assert_eq!(Format::wanted(accept), Format::OpenMetrics, "{accept}");
        }
    }

    #[test]
    fn everybody_else_gets_text() {
        let text = [
            "",
            "*/*",
            "text/plain",
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            // Prometheus before 2.26 knew a draft only.
            "application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
            "application/openmetrics-text;q=0",
            "application/openmetrics-text;q=0, application/*",
            "application/openmetrics-text;q=0.3,text/plain;q=0.5",
            "application/openmetrics-text;q=0.3,text/*;q=0.5",
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited",
            "application/json",
            ",;=,;;q",
        ];
        for accept in text {
            assert_eq!(Format::wanted(accept), Format::Text, "{accept}");
        }
    }
}
