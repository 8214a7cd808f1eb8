//! Takes connections until it is told to stop.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tachograph_core::Handle;
use tachograph_core::endpoint::Endpoints;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::time::sleep;

use crate::connection::converse;
use crate::index::Index;

/// How many connections there are at once. What comes further waits where the system keeps it.
const MOST_CONNECTIONS: u32 = 64;

/// How long to wait where the process has no file left for one more connection.
const PAUSE: Duration = Duration::from_secs(1);

/// Hears when to stop.
#[derive(Debug, Clone)]
pub(crate) struct Stop(pub(crate) watch::Receiver<bool>);

impl Stop {
    /// Until it is time; also where nobody is left to tell.
    pub(crate) async fn told(&mut self) {
        let _ = self.0.wait_for(|stop| *stop).await;
    }
}

/// Serves, and then waits for the connections to end.
pub(crate) async fn listen(listener: TcpListener, handle: Handle, mut stop: Stop) {
    let own = Arc::new(Endpoints::new().with(Index).unwrap_or_default());
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS as usize));
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            next = next => next,
            () = stop.told() => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let conversation = converse(stream, peer.ip(), handle.clone(), Arc::clone(&own), stop.clone());
                tokio::spawn(async move {
                    conversation.await;
                    drop(place);
                });
            }
            Err(error) if is_of_the_client(&error) => {}
            Err(_) => sleep(PAUSE).await,
        }
    }
    drop(listener);
    let _ = places.acquire_many(MOST_CONNECTIONS).await;
}

fn is_of_the_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
