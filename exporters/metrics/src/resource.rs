//! What is measured here: the service, by its name and version.

use std::collections::BTreeMap;

use tachograph_core::Service;

use crate::attributes::Attributes;

/// OpenTelemetry's resource, in the order of its names.
pub(crate) fn resource(service: &Service, given: &[(String, String)]) -> Attributes {
    let own = [
        ("service.name", Some(&service.name)),
        ("service.version", service.version.as_ref()),
        ("deployment.environment.name", service.environment.as_ref()),
    ];
    let own = own.iter().filter_map(|(name, value)| Some((*name, value.as_ref()?.as_str())));
    let mut attributes: BTreeMap<&str, &str> =
        given.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    // What the service says of itself is not said twice.
    attributes.extend(own);
    let named = attributes.into_iter().filter(|(name, value)| !name.is_empty() && !value.is_empty());
    named.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attributes::Value;

    #[test]
    fn what_the_service_says_of_itself_is_said_once() {
        let service = Service::new("api").version("1.4.2");
        let given = [("k8s.pod.name", "a"), ("service.name", "other"), ("empty", "")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let expected: Attributes = [("k8s.pod.name", "a"), ("service.name", "api"), ("service.version", "1.4.2")]
            .map(|(name, value)| (name, Value::from(value)))
            .into_iter()
            .collect();
        assert_eq!(resource(&service, &given), expected);
    }
}
