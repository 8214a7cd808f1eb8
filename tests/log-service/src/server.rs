//! The port, and what listens there.

use std::net::SocketAddr;
use std::sync::Arc;

use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::service::Shared;

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
pub(crate) fn open(socket: TcpSocket, shared: &Arc<Shared>) -> Port {
    let listener = socket.listen(1024).expect("the port is ours");
    Port::Open(tokio::spawn(accept(listener, Arc::clone(shared))))
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
        // No answer: the connection ends.
        async move { shared.answer(request).await.ok_or("hung up") }
    });
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}
