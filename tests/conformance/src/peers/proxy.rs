//! Between the demonstration and a server, to have the server fall silent or die.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use crate::service::LONG;

/// Passes bytes on, for as long as it should.
#[derive(Debug)]
pub(crate) struct Proxy {
    url: String,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    streams: Vec<TcpStream>,
    /// What the server says is kept back.
    holds: bool,
    /// The client has asked since.
    asked: bool,
    dead: bool,
}

impl Proxy {
    /// Before the server that `url` names.
    pub(crate) fn before(url: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let rest = url.split_once("://").expect("a URL has a scheme").1;
        let server = rest.split(['/', '?']).next().unwrap_or_default();
        let server = server.rsplit('@').next().unwrap_or_default().to_owned();
        let url = url.replace(&server, &listener.local_addr().unwrap().to_string());
        let shared = Arc::<Shared>::default();
        thread::spawn({
            let shared = Arc::clone(&shared);
            move || listener.incoming().map_while(Result::ok).for_each(|client| shared.join(client, &server))
        });
        Proxy { url, shared }
    }

    /// How the server is reached through this.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// From now on the server's answers do not come.
    pub(crate) fn hold(&self) {
        let mut state = self.shared.state.lock().unwrap();
        (state.holds, state.asked) = (true, false);
    }

    /// Waits until the server was asked something since its answers are held.
    pub(crate) fn until_asked(&self) {
        let state = self.shared.state.lock().unwrap();
        let waited = self.shared.changed.wait_timeout_while(state, LONG, |state| !state.asked).unwrap();
        assert!(!waited.1.timed_out(), "nobody asks the server");
    }

    /// The server is gone, and does not come back.
    pub(crate) fn kill(&self) {
        let mut state = self.shared.state.lock().unwrap();
        state.dead = true;
        for stream in state.streams.drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
        self.shared.changed.notify_all();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Shared {
    fn join(self: &Arc<Self>, client: TcpStream, server: &str) {
        let mut state = self.state.lock().unwrap();
        if state.dead {
            return;
        }
        let server = TcpStream::connect(server).expect("the server accepts connections");
        state.streams.extend([client.try_clone().unwrap(), server.try_clone().unwrap()]);
        let (ask, answer) = (Arc::clone(self), Arc::clone(self));
        let (from_client, to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
        thread::spawn(move || pass(from_client, to_server, || ask.note_question()));
        thread::spawn(move || pass(server, client, || answer.wait_to_answer()));
    }

    fn note_question(&self) {
        self.state.lock().unwrap().asked = true;
        self.changed.notify_all();
    }

    fn wait_to_answer(&self) {
        let state = self.state.lock().unwrap();
        drop(self.changed.wait_while(state, |state| state.holds && !state.dead).unwrap());
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, first: impl Fn()) {
    let mut bytes = [0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        first();
        if to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
    let _ = from.shutdown(Shutdown::Both);
}
