//! What is told of dashboards and alarms of CloudWatch beside them.

use tachograph::Config;

/// An alarm on what nobody publishes never sounds, and nobody would know.
const UNHEARD: &str = "tachograph: note: no exporter of this configuration makes metrics of lines, so that graphs would be empty and \
                       alarms silent: say format = \"emf\" in [exporters.json]";

/// Says on stderr what else it takes for the metrics to be there.
pub(super) fn tell(config: &Config) {
    if !makes_metrics(config) {
        eprintln!("{UNHEARD}");
    }
}

fn makes_metrics(config: &Config) -> bool {
    let Some(exporters) = &config.exporters else { return false };
    let json = exporters.json.iter().map(|json| Some(json.format.as_str()));
    let logs = exporters.cloudwatch_logs.iter().flat_map(|logs| {
        [logs.format.as_deref()].into_iter().chain(logs.groups.iter().map(|group| group.format.as_deref()))
    });
    json.chain(logs).any(|format| format == Some("emf"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_metrics_where_a_format_says_so() {
        let makes = |config: &str| makes_metrics(&Config::from_toml(config).unwrap());
        assert!(!makes("") && !makes("[exporters.json]") && !makes("[exporters.cloudwatch_logs]\ngroup = '/a'"));
        assert!(
            makes("[exporters.json]\nformat = 'emf'")
                && makes("[exporters.cloudwatch_logs]\ngroup = '/a'\nformat = 'emf'")
        );
        assert!(makes("[[exporters.cloudwatch_logs.groups]]\ngroup = '/a'\nformat = 'emf'"));
    }
}
