//! `OTEL_TRACES_SAMPLER` and its argument.

use super::super::choices::Sampling;
use super::environment::Environment;

const SAMPLER: &str = "OTEL_TRACES_SAMPLER";
const ARGUMENT: &str = "OTEL_TRACES_SAMPLER_ARG";

pub(super) fn sampling(environment: &mut Environment) -> Option<Sampling> {
    let Some(name) = environment.text(SAMPLER) else {
        if environment.text(ARGUMENT).is_some() {
            environment.warn(
                ARGUMENT,
                format!("ignored, because {SAMPLER} says nothing: set it to `parentbased_traceidratio`"),
            );
        }
        return None;
    };
    let ratio = if name.to_ascii_lowercase().ends_with("traceidratio") { ratio(environment) } else { 1.0 };
    Sampling::named(&name, ratio).map_err(|error| environment.warn(SAMPLER, format!("it is ignored: {error}"))).ok()
}

fn ratio(environment: &mut Environment) -> f64 {
    let Some(text) = environment.text(ARGUMENT) else { return 1.0 };
    let ratio = text.parse().ok().filter(|ratio| (0.0..=1.0).contains(ratio));
    if ratio.is_none() {
        environment.warn(ARGUMENT, format!("`{text}` is ignored: use a number from 0 to 1"));
    }
    ratio.unwrap_or(1.0)
}
