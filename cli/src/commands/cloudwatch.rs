//! What is told of dashboards and alarms of CloudWatch beside them.

use tachograph::Config;

use crate::settings::publishes_metrics;

/// An alarm on what nobody publishes never sounds, and nobody would know.
const UNHEARD: &str = "tachograph: note: no exporter of this configuration makes metrics of lines, so that graphs would be empty and \
                       alarms silent: say format = \"emf\" in [exporters.json]";

/// Says on stderr what else it takes for the metrics to be there.
pub(super) fn tell(config: &Config) {
    if !publishes_metrics(config) {
        eprintln!("{UNHEARD}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_metrics_where_a_format_says_so() {
        let makes = |config: &str| publishes_metrics(&Config::from_toml(config).unwrap());
        assert!(!makes("") && !makes("[exporters.json]") && !makes("[exporters.cloudwatch_logs]\ngroup = '/a'"));
        assert!(
            makes("[exporters.json]\nformat = 'emf'")
                && makes("[exporters.cloudwatch_logs]\ngroup = '/a'\nformat = 'emf'")
        );
        assert!(makes("[[exporters.cloudwatch_logs.groups]]\ngroup = '/a'\nformat = 'emf'"));
    }
}
