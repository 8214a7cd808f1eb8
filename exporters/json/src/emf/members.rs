//! `_aws`, by which a line is metrics, too: the one place where it is written.

use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use tachograph_core::{Record, Service};
use tachograph_metrics::Naming;

use super::limits::{self, MOST_METRICS};
use super::metric::Metric;
use super::samples::{Variant, each_sample};
use super::settings::EmfSettings;
use crate::error::Error;
use crate::line::key;
use crate::{escape, number};

/// Writes `_aws`. What is the same in all lines was rendered once.
#[derive(Debug)]
pub(crate) struct Members {
    /// `{"Namespace":"experiments-api","Dimensions":[`
    directive: String,
    naming: Naming,
    high_resolution: bool,
    agent: Option<Agent>,
    /// The metrics of the lines of each [`Variant`], as they are written: `{"Name":"errors","Unit":"Count"},…`
    metrics: [OnceLock<String>; Variant::COUNT],
}

/// What the CloudWatch agent is told in each line: it takes none that names no group.
#[derive(Debug, Clone)]
pub(crate) struct Agent {
    /// `,"LogGroupName":"…","LogStreamName":"…"`
    rendered: String,
}

impl Agent {
    fn new(settings: &EmfSettings) -> Result<Option<Self>, Error> {
        let group = settings.log_group.as_deref().map(limits::log_group).transpose()?;
        let stream = settings.log_stream.as_deref().map(limits::log_stream).transpose()?;
        let Some(group) = group else { return Ok(None) };
        let stream = stream.map(|stream| quoted(key!("LogStreamName"), stream)).unwrap_or_default();
        Ok(Some(Agent { rendered: quoted(key!("LogGroupName"), group) + &stream }))
    }

    /// Appends `_aws` to a line without metrics.
    pub(crate) fn end(&self, time: SystemTime, out: &mut Vec<u8>) {
        begin(time, out);
        out.push(b']');
        out.extend_from_slice(self.rendered.as_bytes());
        out.push(b'}');
    }
}

impl Members {
    pub(crate) fn new(service: &Service, settings: &EmfSettings, naming: Naming) -> Result<Self, Error> {
        let namespace = limits::namespace(settings.namespace.as_deref().unwrap_or(&service.name))?;
        Ok(Members {
            directive: quoted("{\"Namespace\":", namespace) + ",\"Dimensions\":[",
            naming,
            high_resolution: settings.high_resolution,
            agent: Agent::new(settings)?,
            metrics: [const { OnceLock::new() }; Variant::COUNT],
        })
    }

    /// What lines without metrics end in; none where no group was said.
    pub(crate) fn agent(&self) -> Option<&Agent> {
        self.agent.as_ref()
    }

    /// Appends `,"_aws":{…}` with the metrics that `define` tells, each by all of these sets; there must be one at least.
    pub(crate) fn write<'s, S>(
        &self,
        time: SystemTime,
        sets: S,
        define: impl FnOnce(&mut Definitions<'_, S>),
        out: &mut Vec<u8>,
    ) where
        S: Iterator<Item = &'s str> + Clone,
    {
        begin(time, out);
        let mut definitions = Definitions { members: self, sets, told: 0, out };
        define(&mut definitions);
        definitions.end();
        self.end(out);
    }
}

impl Members {
    /// As [`write`](Self::write), for the metrics of a record, of which there are always less than a directive can have.
    pub(crate) fn write_record<'s>(&self, record: &Record, sets: impl Iterator<Item = &'s str>, out: &mut Vec<u8>) {
        let metrics = self.metrics[Variant::of(record).number()].get_or_init(|| {
            let mut definitions = Vec::new();
            each_sample(record, self.naming, |metric, _| definitions.push(metric.definition(self.high_resolution)));
            definitions.join(",")
        });
        begin(record.ended(), out);
        self.begin_directive(sets, out);
        out.extend_from_slice(metrics.as_bytes());
        out.extend_from_slice(b"]}]");
        self.end(out);
    }

    fn begin_directive<'s>(&self, sets: impl Iterator<Item = &'s str>, out: &mut Vec<u8>) {
        out.extend_from_slice(self.directive.as_bytes());
        for (place, set) in sets.enumerate() {
            if place > 0 {
                out.push(b',');
            }
            out.extend_from_slice(set.as_bytes());
        }
        out.extend_from_slice(b"],\"Metrics\":[");
    }

    fn end(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.agent.as_ref().map_or("", |agent| &agent.rendered).as_bytes());
        out.push(b'}');
    }
}

fn begin(time: SystemTime, out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"_aws\":{\"Timestamp\":");
    let millis = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    number::integer(u64::try_from(millis).unwrap_or(u64::MAX), out);
    out.extend_from_slice(b",\"CloudWatchMetrics\":[");
}

/// The metrics of one line while they are written.
#[derive(Debug)]
pub(crate) struct Definitions<'a, S> {
    members: &'a Members,
    sets: S,
    told: usize,
    out: &'a mut Vec<u8>,
}

impl<'s, S: Iterator<Item = &'s str> + Clone> Definitions<'_, S> {
    /// One more metric, of ours.
    pub(crate) fn metric(&mut self, metric: &Metric) {
        self.separate();
        self.out.extend_from_slice(metric.definition(self.members.high_resolution).as_bytes());
    }

    /// One more metric, of any name.
    pub(crate) fn named(&mut self, name: &str, unit: &'static str) {
        self.separate();
        self.out.extend_from_slice(b"{\"Name\":\"");
        escape::json_string(name, self.out);
        self.out.extend_from_slice(b"\",\"Unit\":\"");
        self.out.extend_from_slice(unit.as_bytes());
        let end: &[u8] = if self.members.high_resolution { b"\",\"StorageResolution\":1}" } else { b"\"}" };
        self.out.extend_from_slice(end);
    }

    /// A full directive is followed by another one with the same sets.
    fn separate(&mut self) {
        if !self.told.is_multiple_of(MOST_METRICS) {
            self.out.push(b',');
        } else {
            self.out.extend_from_slice(if self.told == 0 { b"" } else { b"]}," });
            self.members.begin_directive(self.sets.clone(), self.out);
        }
        self.told += 1;
    }

    fn end(self) {
        self.out.extend_from_slice(if self.told == 0 { b"]" } else { b"]}]" });
    }
}

fn quoted(key: &str, text: &str) -> String {
    let mut out = Vec::new();
    escape::json_string(text, &mut out);
    format!("{key}\"{}\"", String::from_utf8(out).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    /// The line that tells so many metrics, by two sets.
    fn told(count: usize, settings: &EmfSettings) -> Value {
        let members = Members::new(&Service::new("api"), settings, Naming::default()).unwrap();
        let mut out = b"{\"a\":0".to_vec();
        let define = |definitions: &mut Definitions<'_, _>| {
            (0..count).for_each(|number| definitions.named(&format!("\"{number}\"\n"), "Count"));
        };
        members.write(UNIX_EPOCH, ["[]", "[\"service\"]"].into_iter(), define, &mut out);
        out.push(b'}');
        serde_json::from_slice(&out).unwrap()
    }

    #[test]
    fn no_directive_has_more_metrics_than_cloudwatch_takes() {
        for (count, expected) in
            [(0, vec![]), (1, vec![1]), (100, vec![100]), (101, vec![100, 1]), (250, vec![100, 100, 50])]
        {
            let line = told(count, &EmfSettings::default());
            let directives = line["_aws"]["CloudWatchMetrics"].as_array().unwrap();
            let counts = directives.iter().map(|directive| directive["Metrics"].as_array().unwrap().len());
            assert_eq!(counts.collect::<Vec<_>>(), expected);
            for directive in directives {
                assert_eq!(directive["Namespace"], "api");
                assert_eq!(directive["Dimensions"], serde_json::json!([[], ["service"]]));
            }
            let names = directives.iter().flat_map(|directive| directive["Metrics"].as_array().unwrap());
            let names: Vec<_> = names.map(|definition| definition["Name"].as_str().unwrap().to_owned()).collect();
            assert_eq!(names, (0..count).map(|number| format!("\"{number}\"\n")).collect::<Vec<_>>());
        }
    }

    #[test]
    fn metrics_of_any_name_are_kept_by_the_second_too() {
        let settings = EmfSettings { high_resolution: true, log_group: Some("/a".into()), ..EmfSettings::default() };
        let line = told(1, &settings);
        assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["StorageResolution"], 1);
        assert_eq!((&line["_aws"]["LogGroupName"], line["_aws"].get("LogStreamName")), (&"/a".into(), None));
    }
}
