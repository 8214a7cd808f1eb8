//! The line that says that others were lost.

use std::time::SystemTime;

use crate::line::{Line, key};
use crate::service::ServiceMembers;
use crate::settings::Format;
use crate::text;

/// Says how many lines were lost.
#[derive(Debug)]
pub(crate) struct DropNotice {
    logger: String,
    format: Format,
    service: ServiceMembers,
}

impl DropNotice {
    pub(crate) fn new(exporter: &str, format: Format, service: ServiceMembers) -> Self {
        DropNotice { logger: format!("tachograph.{exporter}"), format, service }
    }

    /// Appends the line that says how many were dropped since the last one.
    pub(crate) fn write(&self, dropped: u64, time: SystemTime, out: &mut Vec<u8>) {
        let lines = if dropped == 1 { "line" } else { "lines" };
        let message =
            format!("dropped {dropped} {lines}, which the output did not take in time or which were too long");
        if self.format == Format::Text {
            return text::notice_line(&self.logger, &message, out);
        }
        let mut line = Line::object(out, time);
        line.text(key!("level"), "warning");
        line.text(key!("logger"), &self.logger);
        line.text(key!("message"), &message);
        line.raw(self.service.as_str());
        line.integer(key!("dropped"), dropped);
        self.service.end(line, time);
    }
}
