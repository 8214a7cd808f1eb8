//! Templates of CloudFormation: dashboards, logs and alarms of CloudWatch.

mod alarms;
mod dashboards;
mod limits;
mod lines;
mod logs;
mod names;
mod published;
mod template;
mod widget;

pub use alarms::cloudwatch_alarms;
pub use dashboards::cloudwatch_dashboards;
