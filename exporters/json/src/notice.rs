//! The line that says that others were lost.

use std::time::SystemTime;

use crate::line::{Line, key};
use crate::service::ServiceMembers;
use crate::settings::Format;
use crate::text;

const LOGGER: &str = "tachograph.json";

/// Appends the line that says how many were dropped since the last one.
pub(crate) fn drop_notice(dropped: u64, time: SystemTime, format: Format, service: &ServiceMembers, out: &mut Vec<u8>) {
    let lines = if dropped == 1 { "line" } else { "lines" };
    let message = format!("dropped {dropped} {lines}, which the output did not take in time or which were too long");
    match format {
        Format::Text => text::notice_line(LOGGER, &message, out),
        Format::Structured => {
            let mut line = Line::object(out, time);
            line.text(key!("level"), "warning");
            line.text(key!("logger"), LOGGER);
            line.text(key!("message"), &message);
            line.raw(service.as_str());
            line.integer(key!("dropped"), dropped);
            line.end_object();
        }
    }
}
