//! What a rule says of the requests that it is for.

use tachograph_core::RequestHead;

use super::pattern::Pattern;

/// What is known of a request whose trace is decided upon, and of the service. What is not known is empty: it is like `*`,
/// and like nothing else.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Asked<'a> {
    pub(crate) service: &'a str,
    /// The origin, and what else it goes by.
    pub(crate) service_types: &'a [&'a str],
    pub(crate) host: &'a str,
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
}

impl<'a> Asked<'a> {
    pub(crate) fn of(head: &'a RequestHead<'_>) -> Self {
        let host = head.host.and_then(|host| std::str::from_utf8(host).ok()).unwrap_or_default();
        Asked { host, method: head.method, path: head.path, ..Asked::default() }
    }
}

/// All of it has to match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Criteria {
    pub(crate) service: Pattern,
    pub(crate) service_type: Pattern,
    pub(crate) host: Pattern,
    pub(crate) method: Pattern,
    pub(crate) path: Pattern,
}

impl Criteria {
    /// What every request meets.
    pub(crate) fn any() -> Self {
        let any = Pattern::new("*");
        Criteria { service: any.clone(), service_type: any.clone(), host: any.clone(), method: any.clone(), path: any }
    }

    pub(crate) fn match_all(&self, asked: &Asked<'_>) -> bool {
        self.method.matches(asked.method)
            && self.path.matches(asked.path)
            && self.matches_host(asked.host)
            && self.service.matches(asked.service)
            && self.matches_type(asked.service_types)
    }

    /// AWS says that it is the host's name that is compared; its SDKs compare the whole header, with the port. Rules are
    /// written either way.
    fn matches_host(&self, host: &str) -> bool {
        self.host.matches(host) || without_port(host).is_some_and(|name| self.host.matches(name))
    }

    fn matches_type(&self, types: &[&str]) -> bool {
        match types {
            [] => self.service_type.matches(""),
            types => types.iter().any(|name| self.service_type.matches(name)),
        }
    }
}

fn without_port(host: &str) -> Option<&str> {
    let (name, port) = host.rsplit_once(':')?;
    // What follows the last colon of a bare IPv6 address is no port.
    let is_port = port.bytes().all(|digit| digit.is_ascii_digit()) && (!name.contains(':') || name.ends_with(']'));
    is_port.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: Asked<'static> = Asked {
        service: "experiments-api",
        service_types: &["AWS::ECS::Fargate", "AWS::ECS::Container"],
        host: "api.example.com:8443",
        method: "POST",
        path: "/experiments/7/assignments",
    };

    fn matched(change: impl FnOnce(&mut Criteria), asked: &Asked<'_>) -> bool {
        let mut criteria = Criteria::any();
        change(&mut criteria);
        criteria.match_all(asked)
    }

    #[test]
    fn each_criterion_counts() {
        assert!(matched(|_| {}, &ASKED) && matched(|_| {}, &Asked::default()));
        type Member = fn(&mut Criteria) -> &mut Pattern;
        let members: [(Member, &[&str], &[&str]); 5] = [
            (|criteria| &mut criteria.service, &["experiments-*", "Experiments-API"], &["experiments", ""]),
            (
                |criteria| &mut criteria.service_type,
                &["AWS::ECS::Container", "AWS::ECS::Fargate", "AWS::ECS::*"],
                &["AWS::EC2::Instance", ""],
            ),
            (
                |criteria| &mut criteria.host,
                &["api.example.com", "api.example.com:8443", "*.example.com", "api.*:8443"],
                &["api.example.com:80", "example.com", ""],
            ),
            (|criteria| &mut criteria.method, &["POST", "post", "P*"], &["GET", ""]),
            (
                |criteria| &mut criteria.path,
                &["/experiments/*", "*/assignments"],
                &["/experiments", "/experiments/?", ""],
            ),
        ];
        for (member, fits, differs) in members {
            for pattern in fits {
                assert!(matched(|criteria| *member(criteria) = Pattern::new(pattern), &ASKED), "{pattern}");
            }
            for pattern in differs {
                assert!(!matched(|criteria| *member(criteria) = Pattern::new(pattern), &ASKED), "{pattern}");
            }
            // Nothing is known: the rule is for somebody else.
            let pattern = Pattern::new(fits[0]);
            assert!(!matched(|criteria| *member(criteria) = pattern, &Asked::default()));
        }
    }

    #[test]
    fn a_port_is_told_from_the_end_of_an_address() {
        for (host, name) in [
            ("example.com:80", Some("example.com")),
            ("example.com", None),
            ("[::1]:80", Some("[::1]")),
            ("[::1]", None),
            ("::1", None),
            ("example.com:http", None),
        ] {
            assert_eq!(without_port(host), name, "{host}");
        }
    }

    #[test]
    fn the_head_of_a_request_is_what_is_asked_about() {
        let head = RequestHead { method: "GET", path: "/a", host: Some(b"example.com"), ..RequestHead::default() };
        let asked = Asked::of(&head);
        assert_eq!((asked.method, asked.path, asked.host), ("GET", "/a", "example.com"));
        let odd = RequestHead { host: Some(b"\xff.com"), ..RequestHead::default() };
        assert_eq!(Asked::of(&odd).host, "");
    }
}
