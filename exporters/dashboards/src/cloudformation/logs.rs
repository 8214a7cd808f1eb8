//! The group of the service's lines, questions to it, and what is counted in it.

use serde_json::{Value, json};

use super::dashboards::cut;
use super::lines;
use super::template::Template;
use crate::Settings;

/// What holds where the template creates the group.
const CREATES: &str = "CreatesLogGroup";

/// What holds where lines are counted.
const COUNTS: &str = "CountsLines";

/// The group of the service's lines, which the exporter can have created, too.
#[derive(Debug)]
pub(super) struct Group {
    name: String,
    resource: String,
}

impl Group {
    /// Adds it, and a switch for where it is there already.
    pub(super) fn create(settings: &Settings, template: &mut Template) -> Self {
        let switch = "Whether to create the log group. Say false where the service (or the agent) has created it.";
        template.switch("CreateLogGroup", CREATES, true, switch);
        let mut properties = json!({"LogGroupName": settings.log_group});
        if let Some(days) = settings.retention_days {
            properties["RetentionInDays"] = days.into();
        }
        let resource = template.resource("LogGroup", "AWS::Logs::LogGroup", Some(CREATES), properties);
        // A stack that is deleted is no reason to lose what was written.
        template.keep(&resource, "Retain");
        Group { name: settings.log_group.clone(), resource }
    }

    /// The name, for what must not be there before the group is.
    fn reference(&self) -> Value {
        json!({"Fn::If": [CREATES, {"Ref": self.resource}, self.name]})
    }
}

/// The saved questions, in a folder that is called as the service.
pub(super) fn queries(settings: &Settings, group: &Group, template: &mut Template) {
    let folder = cut(&settings.service, 100);
    let folder = settings.environment.iter().fold(folder, |folder, name| folder + "/" + &cut(name, 50));
    for query in crate::queries(settings) {
        let properties = json!({
            "Name": format!("{folder}/{}", query.name),
            "QueryString": format!("# {}\n{}", query.description, query.text),
            "LogGroupNames": [group.reference()],
        });
        template.resource(&format!("{}Query", capitals(query.name)), "AWS::Logs::QueryDefinition", None, properties);
    }
}

/// What counts requests in lines, for those whose lines are no metrics.
pub(super) fn filters(settings: &Settings, group: &Group, template: &mut Template) {
    let switch =
        "Whether to count requests, errors and slow requests in lines: for services whose lines are no metrics.";
    template.switch("CountLines", COUNTS, false, switch);
    for (name, filter) in lines::of_requests(settings) {
        template.resource(name, "AWS::Logs::MetricFilter", Some(COUNTS), filter.properties(group.reference()));
    }
}

/// `n-plus-one` is `NPlusOne`.
fn capitals(name: &str) -> String {
    name.split('-').map(|part| part[..1].to_ascii_uppercase() + &part[1..]).collect()
}
