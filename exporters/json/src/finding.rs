//! The lines of what was found of a request: one for each reason why it was slow, or will be.

use tachograph_core::{Finding, Level, Record};

use crate::beside::Weight;
use crate::line::Line;
use crate::request::{Wide, origin};
use crate::service::ServiceMembers;

/// Who says it.
pub(crate) const LOGGER: &str = "tachograph.finding";

/// Appends the line of this finding; true where something was left out for want of room.
pub(crate) fn finding_line(
    record: &Record,
    finding: &Finding,
    service: &ServiceMembers,
    weight: Weight,
    out: &mut Vec<u8>,
) -> bool {
    let mut line = Line::object(out, record.ended());
    line.raw(match record.level_of(finding) {
        Level::Info => ",\"level\":\"info\",\"logger\":\"tachograph.finding\",\"message\":\"",
        _ => ",\"level\":\"warning\",\"logger\":\"tachograph.finding\",\"message\":\"",
    });
    finding.each_phrase(|phrase| line.phrase(phrase));
    line.raw("\",\"event\":\"finding\"");
    line.raw(service.as_str());
    let mut wide = Wide { line: origin(record, line), beside: Weight(None) };
    finding.each_member(&mut wide);
    let mut line = wide.line;
    line.weight(weight);
    service.end(line, record.ended())
}

#[cfg(test)]
mod tests {
    use tachograph_core::testing::Instance;
    use tachograph_core::{Callsite, ManualClock, OpenRequest, Operation, RequestHead, Service, start_call};

    use super::*;
    use crate::call::call_line;

    #[test]
    fn a_place_is_told_in_full_and_in_short_to_those_who_read() {
        let instance = Instance::with_clock(ManualClock::new());
        let mut open = OpenRequest::open(instance.handle(), RequestHead::default()).unwrap();
        let here = Callsite::caller();
        open.poll(|| {
            (0..5).for_each(|_| start_call(Operation::database("sqlite", "main", "SELECT 1"), Some(here)).completed());
        });
        open.complete();
        let record = &instance.take()[0];
        let (service, mut lines) = (ServiceMembers::new(&Service::new("api")), Vec::new());
        call_line(record, &record.call_groups()[0], &service, Weight(None), &mut lines);
        finding_line(record, &record.findings()[0], &service, Weight(None), &mut lines);
        let lines: Vec<serde_json::Value> =
            lines.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect();
        assert!(here.file().len() > "finding.rs".len());
        for line in &lines {
            assert_eq!(line["callsite"], here.to_string());
        }
        let message = lines[1]["message"].as_str().unwrap();
        assert!(message.contains(&format!(" at finding.rs:{}, ", here.line())), "{message}");
    }
}
