//! The alarms, and who is told of them.

mod alarm;
mod counters;
mod resources;
mod service;
mod topic;

use super::dashboards::called;
use super::limits;
use super::published::Published;
use super::template::Template;
use crate::{Error, Settings};

/// A template of CloudFormation with alarms for the service, and a topic of SNS (encrypted, with a subscription by mail)
/// that is told when one begins and when it is over. Each alarm's description says what is healthy and what to do.
/// What the settings do not name is a parameter of the template; the alarm of what is not there is left out.
///
/// # Errors
/// Where CloudWatch would refuse what the settings name, the metrics that an alarm needs are not published by their
/// dimensions, or a counter cannot be watched.
///
/// ```
/// let settings = tachograph_dashboards::Settings::new("experiments-api");
/// let template = tachograph_dashboards::cloudwatch_alarms(&settings).unwrap();
/// assert!(template.contains("\"ExtendedStatistic\": \"p99\""));
/// ```
pub fn cloudwatch_alarms(settings: &Settings) -> Result<String, Error> {
    limits::check(settings)?;
    let published = Published::new(settings)?;
    let mut template = Template::new(format!("Alarms of {}", called(settings)));
    let topic = topic::create(settings, &mut template);
    let mut alarms = service::alarms(settings, &published)?;
    alarms.extend(resources::alarms(settings, &mut template)?);
    alarms.extend(counters::alarms(settings, &published, &mut template)?);
    for alarm in alarms {
        alarm.create(settings, &topic, &mut template);
    }
    Ok(template.write())
}
