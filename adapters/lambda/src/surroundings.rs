//! What is known of an invocation.

use std::time::Duration;

use lambda_runtime::Context;
use tachograph_core::{FieldValue, FindingKind, Surroundings, trace};

use crate::start::First;
use crate::time_limit::Deadline;

/// What is known of whatever is recorded in this invocation, which may run beside others.
pub(crate) fn of(context: &Context, deadline: &Deadline, first: First, among_others: bool) -> Surroundings {
    // The invocation's own. The variable of the process is that of whichever came last, where there are several at once.
    let header = context.xray_trace_id.as_deref().map(str::as_bytes);
    let config = &context.env_config;
    let surroundings = Surroundings::new()
        .trace(trace::extract([], [], header).context)
        .field("function_name", config.function_name.as_str())
        .field("function_version", config.version.as_str())
        .field("memory_mb", config.memory)
        .field("aws_request_id", context.request_id.as_str())
        .field("cold_start", first.is_cold())
        .field("remaining_ms", millis(deadline.remaining));
    let surroundings = match first.init_duration() {
        Some(duration) => surroundings.field("init_duration_ms", millis(duration)),
        None => surroundings,
    };
    // Who is alone keeps nobody from working.
    let surroundings = if among_others { surroundings } else { surroundings.allow(FindingKind::Blocking) };
    // Where the header is missing, the runtime says so in its place.
    match context.invoked_function_arn.starts_with("arn:") {
        true => surroundings.field("function_arn", context.invoked_function_arn.as_str()),
        false => surroundings,
    }
}

fn millis(duration: Duration) -> FieldValue {
    FieldValue::from(duration.as_millis())
}
