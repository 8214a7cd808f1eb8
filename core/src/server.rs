//! Who answers a call: the host and the port that its target names, and the port that its scheme means.

/// How the URL of a call begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// `http`, which is port 80 where none is named.
    Http,
    /// `https`, which is port 443 where none is named.
    Https,
}

impl Scheme {
    /// `http` or `https`, in whatever case; nothing else is one.
    pub fn of(name: &str) -> Option<Self> {
        [Scheme::Http, Scheme::Https].into_iter().find(|scheme| name.eq_ignore_ascii_case(scheme.as_str()))
    }

    /// As it stands in a URL: `http` or `https`.
    pub fn as_str(self) -> &'static str {
        match self {
            Scheme::Http => "http",
            Scheme::Https => "https",
        }
    }

    /// The port where none is named.
    pub fn port(self) -> u16 {
        match self {
            Scheme::Http => 80,
            Scheme::Https => 443,
        }
    }
}

/// Host and port of a target as OpenTelemetry has them: an IPv6 address is without its brackets, and the port is the
/// scheme's own where the target names none.
pub fn host_and_port(target: &str, scheme: Option<Scheme>) -> (&str, Option<u16>) {
    let (host, named) = match target.rsplit_once(':') {
        // Colons inside of brackets, or of an address without them, divide something else.
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => match port.parse::<u16>() {
            Ok(port) => (host, Some(port)),
            Err(_) => (target, None),
        },
        _ => (target, None),
    };
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    (bare, named.or(scheme.map(Scheme::port)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_names_a_host_and_may_name_a_port() {
        for (target, host, port) in [
            ("partner.example", "partner.example", None),
            ("partner.example:8443", "partner.example", Some(8443)),
            ("[2001:db8::7]:80", "2001:db8::7", Some(80)),
            ("[2001:db8::7]", "2001:db8::7", None),
            ("2001:db8::7", "2001:db8::7", None),
            ("the partner:x", "the partner:x", None),
            ("partner:99999", "partner:99999", None),
            ("partner:", "partner:", None),
            ("", "", None),
        ] {
            assert_eq!(host_and_port(target, None), (host, port), "{target}");
            assert_eq!(host_and_port(target, Some(Scheme::Https)), (host, port.or(Some(443))), "{target}");
        }
    }

    #[test]
    fn schemes_are_those_of_http() {
        assert_eq!(Scheme::of("HTTPS").map(Scheme::as_str), Some("https"));
        assert_eq!(Scheme::of("http").map(Scheme::port), Some(80));
        assert_eq!(Scheme::of("data"), None);
    }
}
