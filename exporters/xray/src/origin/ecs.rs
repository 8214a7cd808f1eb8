//! ECS, which tells each container of itself and of its task.

use serde_json::Value;

use super::aws::{Aws, Place};
use super::machine::{Machine, text};
use super::{Known, container};

pub(super) fn is_here(machine: &Machine) -> bool {
    endpoint(machine).is_some()
}

/// The older version says less, but in the same form.
fn endpoint(machine: &Machine) -> Option<&str> {
    let endpoint = machine
        .variable("ECS_CONTAINER_METADATA_URI_V4")
        .or_else(|| machine.variable("ECS_CONTAINER_METADATA_URI"))
        .filter(|endpoint| endpoint.starts_with("http://"));
    endpoint.map(|endpoint| endpoint.trim_end_matches('/'))
}

pub(super) fn find(machine: &Machine) -> Known {
    let ask = |path: &str| machine.get(&format!("{}{path}", endpoint(machine)?), &[]);
    let itself = ask("").unwrap_or_default();
    let task = ask("/task").unwrap_or_default();

    let container = text(&itself, "DockerName").or_else(|| text(&itself, "Name")).map(str::to_owned);
    let container = container.or_else(|| machine.hostname());
    let id = text(&itself, "DockerId").map(str::to_owned).or_else(|| container::id(machine));
    let (container_arn, task_arn) = (text(&itself, "ContainerARN"), text(&task, "TaskARN"));
    let place = container_arn.and_then(Place::of).or_else(|| task_arn.and_then(Place::of));
    let cluster = text(&task, "Cluster").map(|cluster| match (&place, cluster.starts_with("arn:")) {
        (Some(place), false) => place.arn("ecs", &format!("cluster/{cluster}")),
        _ => cluster.to_owned(),
    });
    let launched = text(&task, "LaunchType").map(str::to_ascii_lowercase);
    let is_fargate = match &launched {
        Some(launched) => launched == "fargate",
        None => machine.variable("AWS_EXECUTION_ENV") == Some("AWS_ECS_FARGATE"),
    };
    let members = [
        ("container", container.as_deref()),
        ("container_id", id.as_deref()),
        ("container_arn", container_arn),
        ("task_arn", task_arn),
        ("task_family", text(&task, "Family")),
        ("cluster_arn", cluster.as_deref()),
        ("launch_type", launched.as_deref()),
        ("availability_zone", text(&task, "AvailabilityZone")),
    ];
    let logs = itself.get("LogOptions").and_then(Value::as_object);
    let group = logs.and_then(|logs| text(logs, "awslogs-group"));
    let logs_place = place.as_ref().map(|place| {
        let region = logs.and_then(|logs| text(logs, "awslogs-region")).unwrap_or(place.region);
        Place { region, ..*place }
    });
    let aws = Aws::default()
        .account(place.as_ref().map(|place| place.account))
        .of("ecs", &members)
        .logs(group, logs_place.as_ref())
        .json();
    match is_fargate {
        // Rules were written for all of ECS before there was a name for a part of it.
        true => {
            Known { origin: "AWS::ECS::Fargate", service_types: &["AWS::ECS::Fargate", "AWS::ECS::Container"], aws }
        }
        false => Known { origin: "AWS::ECS::Container", service_types: &["AWS::ECS::Container"], aws },
    }
}
