//! What has to hold, beyond what can be decoded.

use crate::check::Check;
use crate::metric::Metric;
use crate::received::Received;
use crate::span::Span;

mod database;
pub(crate) mod findings;
mod http;
mod instruments;
pub(crate) mod names;
mod points;
pub(crate) mod resource;
pub(crate) mod severity;
mod status;
mod tree;

pub(crate) use tree::whole as whole_traces;

/// Looks at a span beside those that were there before.
pub(crate) fn span(span: &Span, before: &Received, complaints: &mut Vec<String>) {
    let mut check = Check::of(span.what());
    status::check(&mut check, span);
    http::check(&mut check, span);
    database::check(&mut check, span);
    findings::check(&mut check, span);
    tree::check(&mut check, span, before);
    complaints.append(&mut check.complaints);
}

/// Looks at a metric beside what it was at the export before, and beside what is in the same export.
pub(crate) fn metric(metric: &Metric, before: &[Metric], beside: &[Metric], complaints: &mut Vec<String>) {
    let mut check = Check::of(metric.what());
    instruments::check(&mut check, metric);
    points::check(&mut check, metric, before, beside);
    complaints.append(&mut check.complaints);
}
