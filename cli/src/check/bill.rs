//! How many metrics CloudWatch would bill.

use std::fmt::Write;

use tachograph::{Config, Service};
use tachograph_json::emf::{Catalogue, Of, Traffic};

use crate::commands::Error;
use crate::settings;

/// The estimate, set by set, or that there are none.
pub(super) fn told(config: &Config, traffic: &Traffic) -> Result<String, Error> {
    if !settings::publishes_metrics(config) {
        return Ok("CloudWatch metrics: none, as no exporter has format = \"emf\"\n".to_owned());
    }
    let settings = settings::of(config)?;
    let mut service = Service::new(&settings.service);
    service.environment.clone_from(&settings.environment);
    service.version.clone_from(&config.service.version);
    let bill = Catalogue::new(&service, &settings.dimensions, settings.emf_naming)?.bill(traffic);
    let all: u64 = bill.iter().map(|billed| billed.total()).sum();

    let mut told = format!("CloudWatch metrics in {}: at most {all}, for {}\n", settings.namespace, assumed(traffic));
    for billed in &bill {
        let what = match billed.of {
            Of::Request => "requests",
            Of::Task => "tasks",
            Of::Pool => "pools",
            _ => "the service",
        };
        let set = if billed.set.is_empty() { "no dimension".to_owned() } else { billed.set.join(", ") };
        let (total, metrics, values) = (billed.total(), billed.metrics, billed.values);
        let _ = writeln!(told, "    {total:>6}  {what} by {set}: {metrics} x {values}");
    }
    told.push_str("    AWS bills each for every month in which it is published, by the price list of the region.\n");
    Ok(told)
}

/// What the estimate is for.
fn assumed(traffic: &Traffic) -> String {
    let some = |count: u64, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    [
        some(traffic.endpoints, "endpoint", "endpoints"),
        some(traffic.tasks, "task", "tasks"),
        some(traffic.pools, "pool", "pools"),
        format!("{} of the application's own series", traffic.series),
    ]
    .join(", ")
}
