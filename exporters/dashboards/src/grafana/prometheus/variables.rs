//! What can be chosen.

use serde_json::{Value, json};
use tachograph_metrics::names;

use super::{Board, KIND};
use crate::grafana::variable::{at_first, of_query, one_of, or_all, some_of, source};
use crate::prometheus::{ENVIRONMENT, Label, SERVICE, VERSION, pattern};

/// Methods that no user asks by are left out at first.
const METHODS: [&str; 8] = ["OPTIONS", "HEAD", "GET", "POST", "PUT", "PATCH", "DELETE", "_OTHER"];
const EXCLUDED: usize = 2;

/// The least duration that makes a request slow, where nobody has chosen one, in seconds: what people notice.
const SLOW: f64 = 0.25;

pub(super) fn variables(board: &Board<'_>) -> Vec<Value> {
    let of_label = |name: &str, heading: &str, series: &str, label: &str| {
        let query = format!("label_values({series}, {label})");
        of_query(name, heading, &board.source, json!({ "qryType": 1, "query": query, "refId": "variable" }), "")
    };
    let of_service = |more: &str| format!("target_info{{{SERVICE}=\"$service\"{more}}}");
    let requests = format!("{}_total", names::REQUESTS.prometheus_name(board.scope.naming));
    let service = of_label("service", "Service", "target_info", SERVICE);
    let bounds: Vec<(String, String)> = [(String::from("0 s"), String::from("0"))]
        .into_iter()
        .chain(board.settings.duration_buckets.iter().map(|bound| (format!("{bound} s"), pattern(*bound))))
        .collect();
    let slow = board.settings.duration_buckets.iter().rposition(|bound| *bound <= SLOW).map_or(0, |place| place + 1);
    vec![
        source(KIND),
        at_first(service, &board.settings.service),
        or_all(of_label("environment", "Environment", &of_service(""), ENVIRONMENT)),
        or_all(of_label("version", "Version", &of_service(&format!(",{ENVIRONMENT}=~\"$environment\"")), VERSION)),
        or_all(endpoints(board)),
        some_of("excluded_methods", "Excluded methods", &METHODS, EXCLUDED),
        or_all(of_label("status", "Status", &requests, &board.label(Label::Status))),
        one_of("minimum_duration", "Slower than", &bounds, slow),
    ]
}

/// The endpoints of this service, and not of all that are scraped.
fn endpoints(board: &Board<'_>) -> Value {
    let route = board.label(Label::Route);
    let requests = board.scope.series(&names::REQUESTS, &[]);
    let requests = requests.split('{').next().unwrap_or_default();
    let target = format!("target_info{{{SERVICE}=\"$service\"}}");
    let query = format!("query_result(count by ({route})({requests} and on (job, instance) {target}))");
    let query = json!({ "qryType": 3, "query": query, "refId": "variable" });
    // As Prometheus writes a series, in which quotes have a backslash in front.
    let regex = format!("/{route}=\"((?:[^\"\\\\]|\\\\.)*)\"/");
    of_query("endpoint", "Endpoint", &board.source, query, &regex)
}
