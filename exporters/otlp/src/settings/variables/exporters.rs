//! Which signals are sent, and in which headers traces go on.

use super::environment::Environment;
use crate::signal::Signal;

/// The signals that are sent by OTLP: all, unless somebody wants others.
pub(super) fn signals(environment: &mut Environment) -> Vec<Signal> {
    Signal::ALL.into_iter().filter(|signal| is_sent(*signal, environment)).collect()
}

fn is_sent(signal: Signal, environment: &mut Environment) -> bool {
    let name = format!("OTEL_{}_EXPORTER", signal.upper_case());
    let Some(exporters) = environment.list(&name) else { return true };
    let mut known = false;
    for exporter in &exporters {
        let remedy = match exporter.as_str() {
            "otlp" | "none" => {
                known = true;
                continue;
            }
            "prometheus" => "add `[exporters.prometheus]` to `tachograph.toml`",
            "console" | "logging" | "otlp/stdout" => "use `[exporters.json]` in `tachograph.toml`",
            "zipkin" => "send to a collector by `otlp`",
            _ => {
                environment.warn(&name, format!("`{exporter}` is ignored: use `otlp` or `none`"));
                continue;
            }
        };
        known = true;
        environment.warn(&name, format!("`{exporter}` is not switched on by this variable: {remedy}"));
    }
    // A value that nobody knows is as good as none.
    exporters.iter().any(|exporter| exporter == "otlp") || !known
}

/// There is nothing to choose here, so whoever chooses something else is told.
pub(super) fn propagators(environment: &mut Environment) {
    let name = "OTEL_PROPAGATORS";
    for propagator in environment.list(name).unwrap_or_default() {
        let what = match propagator.as_str() {
            "tracecontext" | "xray" => continue,
            "none" => "traces go on all the same, in the headers of W3C and X-Ray".to_owned(),
            other => format!("`{other}` is not passed on: traces go on in the headers of W3C and X-Ray"),
        };
        environment.warn(name, what);
    }
}
