//! Who may see the page.
//!
//! Without a token: whoever is on this machine and asked for this machine. The peer alone would not do, for a proxy on the same
//! machine is a loopback peer, too; that shows by its headers. Nor would the host alone, which whoever asks can choose. And a
//! page of a stranger's that a browser on this machine shows may have a name that leads here: its host is then not this
//! machine's.

use std::net::IpAddr;

use tachograph_core::endpoint::Request;

/// Who may see the page.
pub(crate) struct Access {
    token: Option<String>,
}

/// What is said to somebody who may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// There is no token that could be sent.
    Closed,
    /// The right token was not sent.
    Unauthorized,
    /// A page of somebody else's asks in the name of a visitor.
    CrossSite,
}

impl Access {
    pub(crate) fn new(token: Option<&str>) -> Self {
        Access { token: token.map(str::to_owned) }
    }

    pub(crate) fn check(&self, request: &Request<'_>) -> Result<(), Refusal> {
        if self.is_open(request) {
            return Ok(());
        }
        let Some(token) = &self.token else { return Err(Refusal::Closed) };
        match given_token(&request.authorization) {
            Some(given) if is_same(given.as_bytes(), token.as_bytes()) => Ok(()),
            _ => Err(Refusal::Unauthorized),
        }
    }

    fn is_open(&self, request: &Request<'_>) -> bool {
        let is_near = request.peer.is_some_and(|peer| peer.to_canonical().is_loopback());
        is_near && !request.is_forwarded && is_this_machine(&request.host)
    }
}

/// Whether a browser says that a page of somebody else's asks. It could not read the answer, but has no business here.
pub(crate) fn is_of_another_site(request: &Request<'_>) -> bool {
    !matches!(&*request.sec_fetch_site, "" | "same-origin" | "none")
}

/// Takes as long as what was given is long, whatever the token is and however early they differ.
fn is_same(given: &[u8], token: &[u8]) -> bool {
    let mut different = given.len() ^ token.len();
    for (place, byte) in given.iter().enumerate() {
        let expected = token.get(place % token.len().max(1)).copied().unwrap_or_default();
        different |= usize::from(std::hint::black_box(byte ^ expected));
    }
    std::hint::black_box(different) == 0
}

/// `Bearer TOKEN`, or `Basic` with the token as the password: browsers ask for that by themselves.
fn given_token(authorization: &str) -> Option<String> {
    let (scheme, given) = authorization.split_once(' ')?;
    let given = given.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(given.to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(base64(given)?).ok()?;
    pair.split_once(':').map(|(_, password)| password.to_owned())
}

/// None where it is no base64.
fn base64(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=');
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut count) = (0u32, 0);
    for byte in text.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(value)) & 0xffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    Some(bytes)
}

/// Whether a host, with or without a port, is a name of this machine that no name server is asked for.
fn is_this_machine(host: &str) -> bool {
    let Some(name) = without_port(host) else { return false };
    if let Some(inside) = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
        return inside
            .parse::<std::net::Ipv6Addr>()
            .is_ok_and(|address| IpAddr::V6(address).to_canonical().is_loopback());
    }
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    if let Ok(address) = name.parse::<std::net::Ipv4Addr>() {
        return address.is_loopback();
    }
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let mut labels = name.rsplit('.');
    labels.next() == Some("localhost") && labels.all(is_label)
}

/// None where what stands behind the colon is no port.
fn without_port(host: &str) -> Option<&str> {
    let end_of_name = host.rfind(']').map_or(0, |bracket| bracket + 1);
    match host[end_of_name..].find(':') {
        None => Some(host),
        Some(colon) => {
            let (name, port) = host.split_at(end_of_name + colon);
            let port = &port[1..];
            (!port.is_empty() && port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit())).then_some(name)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_can_be_nothing_else_are_this_machine() {
        for host in [
            "localhost",
            "LocalHost",
            "localhost:8080",
            "localhost.",
            "localhost.:80",
            "demo.localhost",
            "a.b.localhost:1",
            "127.0.0.1",
            "127.0.0.1:8080",
            "127.255.3.4",
            "[::1]",
            "[::1]:8080",
            "[0:0:0:0:0:0:0:1]",
            "[::ffff:127.0.0.1]:80",
            "127.0.0.1.",
        ] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in [
            "",
            ".",
            ":",
            "example.com",
            "localhost.example.com",
            "127.0.0.1.example.com",
            "notlocalhost",
            "xlocalhost:80",
            "10.0.0.1",
            "192.168.1.1:8080",
            "0.0.0.0",
            "[::]",
            "[::2]",
            "[::ffff:10.0.0.1]",
            "::1",
            "[::1",
            "[::1]x",
            "localhost:",
            "localhost:x",
            "localhost:80:80",
            "localhost:123456",
            "localhost@example.com",
            "example.com, localhost",
            "localhost, localhost:80",
            ".localhost",
            "a..localhost",
            "a/.localhost",
            "localhost..",
            "127.1",
            "2130706433",
            "0x7f.0.0.1",
            "127.0.0.01",
            " localhost",
            "localhost\u{0}",
            "[fe80::1%25lo]",
            "[127.0.0.1]",
            "lоcalhost",
        ] {
            assert!(!is_this_machine(host), "{host}");
        }
    }

    #[test]
    fn a_token_is_all_of_it_and_nothing_more() {
        let token = b"0123456789abcdef";
        assert!(is_same(token, token));
        for given in ["", "0", "0123456789abcde", "0123456789abcdef0", "1123456789abcdef", "0123456789abcdeF"] {
            assert!(!is_same(given.as_bytes(), token), "{given}");
        }
        assert!(!is_same(&token.repeat(2), token));
    }

    #[test]
    fn a_token_comes_as_a_bearer_s_or_as_a_password() {
        assert_eq!(given_token("Bearer abc").as_deref(), Some("abc"));
        assert_eq!(given_token("bearer  abc ").as_deref(), Some("abc"));
        // `anybody:s3cret:with colon`
        assert_eq!(given_token("BASIC YW55Ym9keTpzM2NyZXQ6d2l0aCBjb2xvbg==").as_deref(), Some("s3cret:with colon"));
        assert_eq!(given_token("Basic OmFiYw==").as_deref(), Some("abc"));
        for other in ["", "abc", "Bearer", "Digest abc", "Basic YWJj", "Basic !!!!", "Basic gIA6gA=="] {
            assert_eq!(given_token(other), None, "{other}");
        }
    }
}
