//! Ports, and what listens on them.

use std::net::SocketAddr;
use std::sync::Arc;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::collector::Shared;
use crate::received::Transport;
use crate::{grpc, http};

/// A port that nobody else gets while this is there.
#[derive(Debug)]
pub(crate) enum Port {
    /// Whoever connects is refused.
    Closed(TcpSocket),
    /// Whoever connects is served. The task has the listener and all connections.
    Open(JoinHandle<()>),
}

/// A socket that is bound and does not listen yet.
pub(crate) fn bind(address: SocketAddr) -> std::io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    // What is left of earlier connections does not keep the port.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

/// Has the socket listen. To be called within the runtime that is to serve.
pub(crate) fn open(socket: TcpSocket, transport: Transport, shared: &Arc<Shared>) -> Port {
    let listener = socket.listen(1024).expect("the port is ours");
    Port::Open(tokio::spawn(accept(listener, transport, Arc::clone(shared))))
}

async fn accept(listener: TcpListener, transport: Transport, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    connections.spawn(serve(stream, transport, Arc::clone(&shared)));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(stream: TcpStream, transport: Transport, shared: Arc<Shared>) {
    let service = service_fn(|request| {
        let shared = Arc::clone(&shared);
        async move {
            Ok::<_, std::convert::Infallible>(match transport {
                Transport::Grpc => grpc::serve(&shared, request).await,
                Transport::Http => http::serve(&shared, request).await,
            })
        }
    });
    // A connection that breaks is the exporter's to notice.
    let _ = auto::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
}
