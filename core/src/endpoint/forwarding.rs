//! By which headers a proxy gives itself away.

/// Whether a header of this name is one that proxies, load balancers and networks of delivery add. There is no list of all
/// of them, so it goes by how they are named; who is wrongly taken for one is asked for a token, and nothing worse.
pub(super) fn is_of_a_proxy(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('_', "-");
    // `X-Forwarded-For` and its kin, `Forwarded`, `X-Original-Forwarded-For`; `X-Real-IP`, `True-Client-IP`,
    // `CF-Connecting-IP`, `Fly-Client-IP`.
    name.contains("forward")
        || name.contains("proxy")
        || name.contains("clientip")
        || name.ends_with("-ip")
        || name.ends_with("-addr")
        || BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
        || NAMES.contains(&&*name)
}

/// What the networks call their own.
const BEGINNINGS: [&str; 10] = [
    "akamai-",
    "cf-",
    "fastly-",
    "fly-",
    "tailscale-",
    "x-akamai-",
    "x-amz-cf-",
    "x-appengine-",
    "x-envoy-",
    "x-original-",
];

const NAMES: [&str; 5] = ["cdn-loop", "via", "x-azure-ref", "x-host", "x-varnish"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_are_known_by_what_they_add() {
        for name in [
            "forwarded",
            "Forwarded",
            "via",
            "x-forwarded-for",
            "X-Forwarded-Host",
            "x-forwarded-proto",
            "X_Forwarded_For",
            "x-forwarded",
            "x-forward-for",
            "x-original-forwarded-for",
            "x-real-ip",
            "true-client-ip",
            "cf-connecting-ip",
            "cf-ray",
            "x-client-ip",
            "client-ip",
            "x-cluster-client-ip",
            "fastly-client-ip",
            "fly-client-ip",
            "do-connecting-ip",
            "x-nf-client-connection-ip",
            "x-azure-clientip",
            "x-appengine-user-ip",
            "x-envoy-external-address",
            "x-remote-addr",
            "x-proxyuser-ip",
            "x-amz-cf-id",
            "x-original-host",
            "x-host",
            "cdn-loop",
            "tailscale-user-login",
        ] {
            assert!(is_of_a_proxy(name), "{name}");
        }
    }

    #[test]
    fn what_browsers_and_tools_send_is_none_of_theirs() {
        for name in [
            "host",
            "accept",
            "accept-encoding",
            "accept-language",
            "authorization",
            "cache-control",
            "connection",
            "cookie",
            "dnt",
            "if-none-match",
            "last-event-id",
            "origin",
            "pragma",
            "priority",
            "range",
            "referer",
            "sec-ch-ua-platform",
            "sec-fetch-dest",
            "sec-fetch-site",
            "te",
            "traceparent",
            "upgrade-insecure-requests",
            "user-agent",
            "x-amzn-trace-id",
            "x-request-id",
            "x-requested-with",
            "x-user-id",
        ] {
            assert!(!is_of_a_proxy(name), "{name}");
        }
    }
}
