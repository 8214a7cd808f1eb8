//! Where the daemon is.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::str::FromStr;

use crate::error::Error;

/// The two ends of the daemon: documents go to one by UDP, sampling rules are asked of the other by TCP.
///
/// It is read from what `AWS_XRAY_DAEMON_ADDRESS` can be: `HOST:PORT` for both, or `tcp:HOST:PORT udp:HOST:PORT` in either
/// order. A host is a name, an IPv4 address, or an IPv6 address in brackets. The default is `127.0.0.1:2000`.
///
/// ```
/// use tachograph_xray::DaemonAddress;
///
/// let address: DaemonAddress = "udp:xray.internal:2000 tcp:[::1]:2001".parse()?;
/// assert_eq!((address.udp().host(), address.udp().port()), ("xray.internal", 2000));
/// assert_eq!((address.tcp().host(), address.tcp().port()), ("::1", 2001));
/// # Ok::<(), tachograph_xray::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DaemonAddress {
    udp: HostAndPort,
    tcp: HostAndPort,
}

/// One end: a host and a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostAndPort {
    host: String,
    port: u16,
}

impl DaemonAddress {
    /// Both ends at one address.
    pub fn new(address: HostAndPort) -> Self {
        DaemonAddress { udp: address.clone(), tcp: address }
    }

    /// Where documents go.
    pub fn udp(&self) -> &HostAndPort {
        &self.udp
    }

    /// Who is asked for sampling rules.
    pub fn tcp(&self) -> &HostAndPort {
        &self.tcp
    }
}

impl HostAndPort {
    /// The host: a name, or an address; one of IPv6 without its brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its addresses, the one to try first in front; never none. It may ask a name server, and waits for the answer.
    ///
    /// `localhost` is 127.0.0.1 before it is ::1, whatever the machine's resolver prefers: the daemon listens on IPv4 unless
    /// it is told otherwise, and a datagram to the other of the two is lost without a word.
    pub fn resolve(&self) -> io::Result<Vec<SocketAddr>> {
        let name = self.host.strip_suffix('.').unwrap_or(&self.host);
        if name.eq_ignore_ascii_case("localhost") {
            return Ok(vec![(Ipv4Addr::LOCALHOST, self.port).into(), (Ipv6Addr::LOCALHOST, self.port).into()]);
        }
        let addresses: Vec<_> = (&*self.host, self.port).to_socket_addrs()?.collect();
        match addresses.is_empty() {
            true => Err(io::Error::new(io::ErrorKind::NotFound, format!("{} has no address", self.host))),
            false => Ok(addresses),
        }
    }
}

impl From<SocketAddr> for HostAndPort {
    fn from(address: SocketAddr) -> Self {
        HostAndPort { host: address.ip().to_string(), port: address.port() }
    }
}

impl Default for DaemonAddress {
    fn default() -> Self {
        DaemonAddress::new(SocketAddr::from((Ipv4Addr::LOCALHOST, 2000)).into())
    }
}

impl FromStr for DaemonAddress {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        parse(text).map_err(|wrong| {
            Error::new(format!("the daemon's address {text:?} {wrong}; it is HOST:PORT or tcp:HOST:PORT udp:HOST:PORT"))
        })
    }
}

fn parse(text: &str) -> Result<DaemonAddress, String> {
    let mut words = text.split_whitespace();
    let Some(first) = words.next() else { return Err("is empty".into()) };
    let second = words.next();
    if words.next().is_some() {
        return Err("has more than two parts".into());
    }
    match (end(first), second.map(end)) {
        ((None, address), None) => Ok(DaemonAddress::new(host_and_port(address)?)),
        ((Some(End::Udp), udp), Some((Some(End::Tcp), tcp))) | ((Some(End::Tcp), tcp), Some((Some(End::Udp), udp))) => {
            Ok(DaemonAddress { udp: host_and_port(udp)?, tcp: host_and_port(tcp)? })
        }
        ((Some(one), _), None) => Err(format!("says nothing of {}", one.other())),
        ((Some(one), _), Some((Some(_), _))) => Err(format!("names {one} twice")),
        (_, Some(_)) => Err("has two parts that do not both begin with tcp: or udp:".into()),
    }
}

#[derive(Clone, Copy)]
enum End {
    Udp,
    Tcp,
}

impl End {
    fn other(self) -> End {
        match self {
            End::Udp => End::Tcp,
            End::Tcp => End::Udp,
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            End::Udp => "udp",
            End::Tcp => "tcp",
        })
    }
}

fn end(word: &str) -> (Option<End>, &str) {
    match word.split_once(':') {
        Some((name, rest)) if name.eq_ignore_ascii_case("udp") => (Some(End::Udp), rest),
        Some((name, rest)) if name.eq_ignore_ascii_case("tcp") => (Some(End::Tcp), rest),
        _ => (None, word),
    }
}

fn host_and_port(text: &str) -> Result<HostAndPort, String> {
    if text.contains('/') {
        return Err("is a URL".into());
    }
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']').ok_or("has a bracket that is not closed")?;
            let (address, _zone) = host.split_once('%').unwrap_or((host, ""));
            address.parse::<Ipv6Addr>().map_err(|_| format!("has in brackets what is no IPv6 address, {host:?}"))?;
            (host, port.strip_prefix(':').ok_or("has no port")?)
        }
        None => {
            let (host, port) = text.rsplit_once(':').ok_or("has no port")?;
            if host.contains(':') {
                return Err("has too many colons (an IPv6 address is put in brackets)".into());
            }
            (host, port)
        }
    };
    if host.is_empty() {
        return Err("has no host".into());
    }
    let port = match port.parse() {
        Ok(0) | Err(_) => return Err(format!("has a port that is none, {port:?}")),
        Ok(port) => port,
    };
    Ok(HostAndPort { host: host.into(), port })
}

/// As it is read.
impl fmt::Display for DaemonAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.udp == self.tcp {
            true => self.udp.fmt(f),
            false => write!(f, "udp:{} tcp:{}", self.udp, self.tcp),
        }
    }
}

impl fmt::Display for HostAndPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let HostAndPort { host, port } = self;
        match host.contains(':') {
            true => write!(f, "[{host}]:{port}"),
            false => write!(f, "{host}:{port}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let address: DaemonAddress = text.parse().unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(address.to_string().parse::<DaemonAddress>().unwrap(), address, "{text}");
        format!("{} {}", address.udp(), address.tcp())
    }

    #[test]
    fn every_form_is_read() {
        for (text, both) in [
            ("127.0.0.1:2000", "127.0.0.1:2000 127.0.0.1:2000"),
            ("  xray-daemon:2000\n", "xray-daemon:2000 xray-daemon:2000"),
            ("xray_daemon.internal.:1", "xray_daemon.internal.:1 xray_daemon.internal.:1"),
            ("[::1]:65535", "[::1]:65535 [::1]:65535"),
            ("[fe80::1%eth0]:2000", "[fe80::1%eth0]:2000 [fe80::1%eth0]:2000"),
            ("tcp:127.0.0.1:2001 udp:127.0.0.1:2002", "127.0.0.1:2002 127.0.0.1:2001"),
            ("udp:127.0.0.1:2002 tcp:127.0.0.1:2001", "127.0.0.1:2002 127.0.0.1:2001"),
            ("UDP:a:1 \t Tcp:b:2", "a:1 b:2"),
            ("udp:[::1]:1 tcp:localhost:2", "[::1]:1 localhost:2"),
            ("udp:same:3 tcp:same:3", "same:3 same:3"),
        ] {
            assert_eq!(shown(text), both, "{text}");
        }
        assert_eq!(DaemonAddress::default().to_string(), "127.0.0.1:2000");
    }

    #[test]
    fn errors_name_what_is_wrong_and_the_forms_there_are() {
        for (text, wrong) in [
            ("", "is empty"),
            ("  ", "is empty"),
            ("daemon", "has no port"),
            ("daemon:", "has a port that is none, \"\""),
            ("daemon:0", "has a port that is none, \"0\""),
            ("daemon:65536", "has a port that is none, \"65536\""),
            ("daemon:+80x", "has a port that is none, \"+80x\""),
            (":2000", "has no host"),
            ("::1:2000", "has too many colons"),
            ("[::1:2000", "has a bracket that is not closed"),
            ("[::1]", "has no port"),
            ("[::1]2000", "has no port"),
            ("[daemon]:2000", "has in brackets what is no IPv6 address, \"daemon\""),
            ("http://daemon:2000", "is a URL"),
            ("tcp://daemon:2000 udp://daemon:2000", "is a URL"),
            ("tcp:daemon:2000", "says nothing of udp"),
            ("udp:daemon:2000", "says nothing of tcp"),
            ("udp:a:1 udp:b:2", "names udp twice"),
            ("tcp:a:1 tcp:b:2", "names tcp twice"),
            ("a:1 tcp:b:2", "has two parts that do not both begin"),
            ("tcp:b:2 a:1", "has two parts that do not both begin"),
            ("a:1 b:2", "has two parts that do not both begin"),
            ("udp:a:1 tcp:b", "has no port"),
            ("udp:a:1 tcp:b:2 udp:c:3", "has more than two parts"),
        ] {
            let error = text.parse::<DaemonAddress>().expect_err(text).to_string();
            assert!(error.starts_with(&format!("the daemon's address {text:?} {wrong}")), "{error}");
            assert!(error.ends_with("it is HOST:PORT or tcp:HOST:PORT udp:HOST:PORT"), "{error}");
        }
    }

    fn resolved(text: &str) -> Vec<String> {
        let address: DaemonAddress = text.parse().unwrap();
        address.udp().resolve().unwrap().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn localhost_is_ipv4_first() {
        for name in ["localhost", "LOCALHOST", "localhost."] {
            assert_eq!(resolved(&format!("{name}:2000")), ["127.0.0.1:2000", "[::1]:2000"]);
        }
    }

    #[test]
    fn an_address_resolves_to_itself() {
        for address in ["127.0.0.1:2000", "[::1]:7", "10.1.2.3:65535"] {
            assert_eq!(resolved(address), [address]);
        }
    }

    #[test]
    fn a_host_that_does_not_exist_is_an_error() {
        let address: DaemonAddress = "no-such-host.invalid:2000".parse().unwrap();
        assert!(address.udp().resolve().is_err());
    }
}
