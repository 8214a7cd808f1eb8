//! EKS, told from other kinds of Kubernetes by who vouches for the pod's account.

use serde_json::{Map, Value};

use super::aws::Aws;
use super::machine::{Machine, object, text};
use super::{Known, container};

const TOKEN: &str = "var/run/secrets/kubernetes.io/serviceaccount/token";

/// What the control plane says of the pod; nobody checks the signature, for nothing is granted on its word.
fn claims(machine: &Machine) -> Option<Map<String, Value>> {
    let token = machine.file(TOKEN)?;
    object(&base64(token.trim().split('.').nth(1)?)?)
}

pub(super) fn is_here(machine: &Machine) -> bool {
    let issued_by_eks = |claims: Map<String, Value>| {
        let issuer = text(&claims, "iss").and_then(|issuer| issuer.strip_prefix("https://")).unwrap_or_default();
        let host = issuer.split('/').next().unwrap_or_default();
        host.starts_with("oidc.eks.") || host.starts_with("oidc-eks.")
    };
    claims(machine).is_some_and(issued_by_eks)
}

pub(super) fn find(machine: &Machine) -> Known {
    let claims = claims(machine).unwrap_or_default();
    let pod = claims.get("kubernetes.io").and_then(|claims| claims.get("pod")?.get("name")?.as_str());
    let pod = pod.map(str::to_owned).or_else(|| machine.hostname());
    let container = container::id(machine);
    let members = [("cluster_name", cluster(machine)), ("pod", pod.as_deref()), ("container_id", container.as_deref())];
    Known {
        origin: "AWS::EKS::Container",
        service_types: &["AWS::EKS::Container"],
        aws: Aws::default().of("eks", &members).json(),
    }
}

/// Only Kubernetes itself could tell, and few pods may ask it; so it is what the deployment says.
fn cluster(machine: &Machine) -> Option<&str> {
    let attributes = machine.variable("OTEL_RESOURCE_ATTRIBUTES").unwrap_or_default();
    let pairs = attributes.split(',').filter_map(|pair| pair.split_once('='));
    let named = pairs.map(|(name, value)| (name.trim(), value.trim())).find(|(name, _)| *name == "k8s.cluster.name");
    let named = named.map(|(_, value)| value).filter(|value| !value.is_empty());
    named.or_else(|| machine.variable("AWS_EKS_CLUSTER_NAME")).or_else(|| machine.variable("KUBERNETES_CLUSTER_NAME"))
}

/// The kind without padding whose last two digits are `-` and `_`.
fn base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut count) = (0_u32, 0);
    for digit in text.trim_end_matches('=').bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_decoded() {
        for (text, bytes) in [("", &b""[..]), ("Zg", b"f"), ("Zm8=", b"fo"), ("Zm9v", b"foo"), ("-_8", b"\xfb\xff")] {
            assert_eq!(base64(text).as_deref(), Some(bytes), "{text}");
        }
        assert!(base64("Zm9v+").is_none() && base64("Zm 9v").is_none());
    }
}
