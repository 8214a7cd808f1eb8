//! The daemon, as it takes documents: one in a datagram, by UDP.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tachograph_delivery::{SendError, Sink, frames};

use crate::address::HostAndPort;

/// What stands before each document.
const HEAD: &[u8] = b"{\"format\":\"json\",\"version\":1}\n";

/// How often a name is looked up again: whom it stands for changes when a container is replaced.
const RESOLVE_EVERY: Duration = Duration::from_secs(60);

/// How long the system may take to take a datagram.
const LONGEST_SEND: Duration = Duration::from_secs(1);

/// What is sent at one go. The system keeps some 200 kB for a receiver that has not read yet; of what comes beyond that,
/// nobody hears.
const BURST_BYTES: usize = 32 << 10;

/// Between two bursts.
const PAUSE: Duration = Duration::from_millis(1);

/// Sends each document in a datagram of its own.
///
/// Nobody answers a datagram, but a machine on which nobody listens may say so. Then what was refused is sent again, as far as it
/// is known, to the next of the name's addresses, and what follows waits.
pub(crate) struct Udp {
    address: HostAndPort,
    resolve: Box<Resolve>,
    resolve_every: Duration,
    open: Option<Open>,
    /// Which of the name's addresses is used.
    turn: usize,
    lost: Arc<Lost>,
    datagram: Vec<u8>,
    since_pause: usize,
}

type Resolve = dyn FnMut(&HostAndPort) -> io::Result<Vec<SocketAddr>> + Send;

/// Datagrams that are known to be lost.
#[derive(Debug, Default)]
pub(crate) struct Lost {
    /// Nobody listened, and it was too late to send them again.
    pub(crate) refused: AtomicU64,
    /// The system takes none that are so long.
    pub(crate) too_long: AtomicU64,
}

struct Open {
    socket: UdpSocket,
    peer: SocketAddr,
    resolved: Instant,
}

impl Udp {
    pub(crate) fn new(address: HostAndPort, lost: Arc<Lost>) -> Self {
        Udp {
            address,
            resolve: Box::new(HostAndPort::resolve),
            resolve_every: RESOLVE_EVERY,
            open: None,
            turn: 0,
            lost,
            datagram: Vec::new(),
            since_pause: 0,
        }
    }

    fn send_document(&mut self, document: &[u8]) -> io::Result<()> {
        self.datagram.clear();
        self.datagram.extend_from_slice(HEAD);
        self.datagram.extend_from_slice(document);
        self.pause_between_bursts();
        let open = self.connected()?;
        let refused = || _ = self.lost.refused.fetch_add(1, Ordering::Relaxed);
        // What is refused is only told of behind it: what the system says first is about an earlier datagram.
        if let Some(error) = open.socket.take_error()? {
            refused();
            return Err(error);
        }
        if let Err(error) = open.socket.send(&self.datagram) {
            if error.kind() == ErrorKind::ConnectionRefused {
                refused();
            }
            return Err(error);
        }
        // On one machine it is told of at once, and the datagram is still there to be sent again.
        match open.socket.take_error()? {
            Some(error) => Err(error),
            None => {
                self.open = Some(open);
                Ok(())
            }
        }
    }

    fn pause_between_bursts(&mut self) {
        if self.since_pause >= BURST_BYTES {
            self.since_pause = 0;
            std::thread::sleep(PAUSE);
        }
        self.since_pause += self.datagram.len();
    }

    /// A socket that is connected to whom the name stands for by now. After an error it is not put back.
    fn connected(&mut self) -> io::Result<Open> {
        let stale = match self.open.take() {
            Some(open) if open.resolved.elapsed() < self.resolve_every => return Ok(open),
            stale => stale,
        };
        let resolved = Instant::now();
        let addresses = match ((self.resolve)(&self.address), &stale) {
            (Ok(addresses), _) => addresses,
            // A name server that fails is no reason to leave a daemon that does not.
            (Err(_), Some(open)) => vec![open.peer],
            (Err(error), None) => return Err(error),
        };
        let peer = *addresses.get(self.turn % addresses.len().max(1)).ok_or(ErrorKind::NotFound)?;
        let socket = match stale {
            Some(open) if open.peer == peer => open.socket,
            _ => connect(peer)?,
        };
        Ok(Open { socket, peer, resolved })
    }
}

fn connect(peer: SocketAddr) -> io::Result<UdpSocket> {
    let any: SocketAddr = match peer {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(any)?;
    socket.set_write_timeout(Some(LONGEST_SEND))?;
    socket.connect(peer)?;
    Ok(socket)
}

impl Sink for Udp {
    fn describe(&self) -> String {
        format!("the X-Ray daemon at {}", self.address)
    }

    fn send(&mut self, batch: &[u8]) -> Result<(), SendError> {
        let (mut accepted, mut too_long) = (0, None);
        for frame in frames(batch) {
            for document in frame.bytes.split(|byte| *byte == b'\n').filter(|document| !document.is_empty()) {
                match self.send_document(document) {
                    Ok(()) => {}
                    Err(error) if is_too_long(&error) => {
                        self.lost.too_long.fetch_add(1, Ordering::Relaxed);
                        too_long = Some(error);
                    }
                    Err(error) => {
                        self.turn = self.turn.wrapping_add(1);
                        return Err(SendError::temporary(accepted, error));
                    }
                }
            }
            accepted = frame.end;
        }
        too_long.map_or(Ok(()), |error| Err(SendError::rejected(0, error)))
    }
}

/// The standard library has no name for it: 90 on Linux, 40 on BSD and macOS, 10040 on Windows.
fn is_too_long(error: &io::Error) -> bool {
    let expected = if cfg!(any(target_os = "linux", target_os = "android")) {
        90
    } else if cfg!(windows) {
        10040
    } else {
        40
    };
    error.raw_os_error() == Some(expected)
}

#[cfg(test)]
mod tests;
