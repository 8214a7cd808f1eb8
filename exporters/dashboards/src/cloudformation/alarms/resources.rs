//! Of what else of AWS the service uses.

use super::super::lines;
use super::super::names::{Kind, Name};
use super::super::published::Metric;
use super::super::template::Template;
use super::alarm::{Alarm, Comparison, Missing, Watched, Window};
use super::service::percent;
use crate::{Error, Settings};

pub(super) fn alarms(settings: &Settings, template: &mut Template) -> Result<Vec<Alarm>, Error> {
    let resources = &settings.resources;
    let mut alarms: Vec<Alarm> =
        Kind::DeadLetterQueue.all(resources, template)?.into_iter().map(dead_letters).collect();
    let streams = Kind::Stream.all(resources, template)?;
    alarms.extend(streams.into_iter().map(|stream| iterator_age(settings, stream)));
    for function in Kind::Function.all(resources, template)? {
        let filter = lines::of_cold_starts(settings);
        // That is where Lambda writes what a function writes.
        let properties = filter.properties(format!("/aws/lambda/{}", function.text).into());
        let id = format!("ColdStartsInLines{}", function.id);
        template.resource(&id, "AWS::Logs::MetricFilter", function.condition, properties);
        alarms.push(cold_starts(settings, function, &filter.metric));
    }
    Ok(alarms)
}

fn dead_letters(queue: Name) -> Alarm {
    let Name { text, condition, id } = queue;
    Alarm {
        id: format!("DeadLetters{id}"),
        name: format!("dead letters in {text}"),
        condition,
        what: format!("There are messages in {text} that could not be processed."),
        healthy: "0 messages".into(),
        action: "process them by hand, and fix the poison pill".into(),
        watched: Watched::Metric {
            metric: Metric::of("AWS/SQS", "ApproximateNumberOfMessagesVisible", &[("QueueName", &text)]),
            stat: "Maximum",
        },
        comparison: Comparison::Above,
        threshold: 0.0,
        window: Window::all(1, 60),
        // SQS tells nothing of a queue that nobody touches for hours: what is in it is still there.
        missing: Missing::Ignore,
    }
}

fn iterator_age(settings: &Settings, stream: Name) -> Alarm {
    let Name { text, condition, id } = stream;
    let most = settings.thresholds.iterator_age_ms;
    let seconds = most as f64 / 1000.0;
    Alarm {
        id: format!("IteratorAge{id}"),
        name: format!("iterator age of {text}"),
        condition,
        what: format!("Records of {text} were read more than {seconds} s after they were written, for three minutes."),
        healthy: format!("below {seconds} s"),
        action: "look at the Lambda function's concurrency, and for errors in processing".into(),
        watched: Watched::Metric {
            metric: Metric::of("AWS/Kinesis", "GetRecords.IteratorAgeMilliseconds", &[("StreamName", &text)]),
            stat: "Maximum",
        },
        comparison: Comparison::Above,
        threshold: most as f64,
        window: Window::all(3, 60),
        // It is told when the stream is read: where it is not, somebody should know.
        missing: Missing::Unknown,
    }
}

/// Lambda counts none; each invocation's line says whether it waited for one. Those ahead of time are not counted so, which
/// those of processes would be.
fn cold_starts(settings: &Settings, function: Name, starts: &Metric) -> Alarm {
    let Name { text, condition, id } = function;
    let most = 100.0 * settings.thresholds.cold_starts;
    let by = [("FunctionName", text.as_str())];
    let sums = vec![
        ("starts", Metric::of(&starts.namespace, &starts.name, &by)),
        ("invocations", Metric::of("AWS/Lambda", "Invocations", &by)),
    ];
    Alarm {
        id: format!("ColdStarts{id}"),
        name: format!("cold starts of {text}"),
        condition,
        what: format!(
            "More than {} of the invocations of {text} waited for a start, for a quarter of an hour.",
            percent(most)
        ),
        healthy: format!("below {}", percent(most)),
        action: "keep it warm: provisioned concurrency, SnapStart, or a smaller package".into(),
        watched: Watched::Math {
            // Of a few invocations one is always cold.
            expression: "IF(invocations >= 20, 100 * FILL(starts, 0) / invocations, 0)",
            label: "% of invocations with a cold start",
            sums,
        },
        comparison: Comparison::Above,
        threshold: most,
        window: Window::all(3, 300),
        // No invocations, none of them cold.
        missing: Missing::NotBreaching,
    }
}
