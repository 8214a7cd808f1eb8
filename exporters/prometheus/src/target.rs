//! What is measured here: the service, by its name and version.

use std::collections::BTreeMap;

use tachograph_core::Service;

use crate::labels::{Labels, label_name};

/// The labels of `target_info`: OpenTelemetry's resource. Attributes whose names become the same label are joined by
/// `;`, as its specification says.
pub(crate) fn target_labels(service: &Service, resource: &[(String, String)]) -> String {
    let own = [
        ("service.name", Some(&service.name)),
        ("service.version", service.version.as_ref()),
        ("deployment.environment.name", service.environment.as_ref()),
    ];
    let own = own.iter().filter_map(|(name, value)| Some((*name, value.as_ref()?.as_str())));
    let given = resource.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    // The service's own come first and are not said twice.
    let mut attributes: BTreeMap<&str, &str> = given.collect();
    attributes.extend(own);
    let mut labels: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in attributes {
        labels
            .entry(label_name(name))
            .and_modify(|joined| {
                joined.push(';');
                joined.push_str(value);
            })
            .or_insert_with(|| value.to_owned());
    }
    labels.into_iter().fold(Labels::new(), |labels, (name, value)| labels.with(&name, value)).into_string()
}

/// The labels of `build_info`: which versions are running.
pub(crate) fn build_labels(service: &Service) -> String {
    Labels::new()
        .with("service", &service.name)
        .with("tachograph_version", env!("CARGO_PKG_VERSION"))
        .with("version", service.version.as_deref().unwrap_or(""))
        .into_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_become_labels_without_a_duplicate() {
        let service = Service::new("api").version("1.4.2");
        let resource = [("k8s.pod-name", "a"), ("k8s.pod.name", "b"), ("service.name", "other"), ("empty", "")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let labels = target_labels(&service, &resource);
        assert_eq!(labels, r#"k8s_pod_name="a;b",service_name="api",service_version="1.4.2""#);
    }
}
