//! The port, and what listens on it.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Condvar, Mutex, mpsc};

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::task::{JoinHandle, JoinSet};

use crate::daemon::lock;
use crate::http;
use crate::received::Received;
use crate::sampling::Answers;

/// As many of the largest datagrams as the machine lets wait, so that none is lost while this thread has no turn.
const ROOM: usize = 8 << 20;

/// What the tasks of a port work on.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    pub(crate) received: Mutex<Received>,
    pub(crate) changed: Condvar,
    pub(crate) answers: Mutex<Answers>,
}

impl Shared {
    /// Changes what was received, and wakes who waits for that.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut Received) -> T) -> T {
        let result = change(&mut lock(&self.received));
        self.changed.notify_all();
        result
    }

    pub(crate) fn answers(&self) -> Answers {
        lock(&self.answers).clone()
    }
}

/// UDP and TCP of one address.
#[derive(Debug)]
pub(crate) struct Sockets {
    tcp: Socket,
    udp: Socket,
}

/// Tasks that serve an open port, and have its sockets.
#[derive(Debug)]
pub(crate) struct Port([JoinHandle<()>; 2]);

impl Sockets {
    /// Both at this address. Where its port is 0, at one that is free for both.
    pub(crate) fn bind(address: SocketAddr) -> io::Result<(Self, SocketAddr)> {
        let mut last = None;
        // What is free for TCP may be taken for UDP.
        for _ in 0..20 {
            let tcp = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
            // What is left of earlier connections does not keep the port.
            tcp.set_reuse_address(true)?;
            tcp.bind(&address.into())?;
            let bound = tcp.local_addr()?.as_socket().ok_or(io::ErrorKind::AddrNotAvailable)?;
            let udp = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
            udp.set_recv_buffer_size(ROOM)?;
            match udp.bind(&bound.into()) {
                Ok(()) => return Ok((Sockets { tcp, udp }, bound)),
                Err(error) if address.port() == 0 => last = Some(error),
                Err(error) => return Err(error),
            }
        }
        Err(last.unwrap_or(io::ErrorKind::AddrInUse.into()))
    }

    /// Has the sockets listen. To be called within the runtime that is to serve.
    pub(crate) fn open(self, shared: &Arc<Shared>) -> io::Result<Port> {
        self.tcp.listen(128)?;
        self.tcp.set_nonblocking(true)?;
        self.udp.set_nonblocking(true)?;
        let tcp = TcpListener::from_std(self.tcp.into())?;
        let udp = UdpSocket::from_std(self.udp.into())?;
        let (for_tcp, for_udp) = (Arc::clone(shared), Arc::clone(shared));
        Ok(Port([tokio::spawn(accept(tcp, for_tcp)), tokio::spawn(receive(udp, for_udp))]))
    }
}

impl Port {
    /// Ends what serves, and with it all connections.
    pub(crate) async fn close(self) {
        for task in self.0 {
            task.abort();
            let _ = task.await;
        }
    }
}

/// Takes what comes at once, and has it read on another thread: while one is read, many may come.
async fn receive(socket: UdpSocket, shared: Arc<Shared>) {
    let (datagrams, to_read) = mpsc::channel::<Vec<u8>>();
    std::thread::spawn(move || {
        for datagram in to_read {
            shared.change(|received| received.take(&datagram));
        }
    });
    let mut buffer = vec![0; 1 << 16];
    // Errors are those of what was sent from here, and nothing is.
    loop {
        if let Ok((size, _)) = socket.recv_from(&mut buffer).await {
            let _ = datagrams.send(buffer[..size].to_vec());
        }
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    connections.spawn(serve(stream, Arc::clone(&shared)));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let service = service_fn(|request| {
        let shared = Arc::clone(&shared);
        async move { Ok::<_, std::convert::Infallible>(http::serve(&shared, request).await) }
    });
    // A connection that breaks is the client's to notice.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}
