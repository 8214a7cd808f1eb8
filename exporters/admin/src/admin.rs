//! The listener, from its start to its end.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use tachograph_core::{Handle, lock};
use tokio::net::TcpListener;
use tokio::runtime::{self, RuntimeFlavor};
use tokio::sync::watch;

use crate::error::Error;
use crate::listener::{Stop, listen};
use crate::settings::Settings;

/// Serves, at an address of its own, what an instance serves of itself. It stops when this is dropped.
///
/// Shown, it is the URL: `http://127.0.0.1:9464`.
#[derive(Debug)]
pub struct Admin {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    /// Nothing ever comes, but the end of all who could send it.
    alive: Mutex<Receiver<Infallible>>,
    /// The runtime it is on, where that has no thread but the one that runs it.
    single: Option<runtime::Id>,
}

impl Admin {
    /// Listens at once, and serves from now on.
    ///
    /// # Errors
    /// Where nothing can listen at that address: it names the key `admin.listen`, the address, and what to do.
    pub fn start(handle: &Handle, settings: Settings) -> Result<Self, Error> {
        let (listener, address) = settings.bind()?;
        let (stop, stopped) = watch::channel(false);
        let (sender, alive) = channel();
        let handle = handle.clone();
        let serve = async move {
            if let Ok(listener) = TcpListener::from_std(listener) {
                listen(listener, handle, Stop(stopped)).await;
            }
            drop(sender);
        };
        let mut single = None;
        match runtime::Handle::try_current() {
            Ok(runtime) => {
                single = (runtime.runtime_flavor() == RuntimeFlavor::CurrentThread).then(|| runtime.id());
                runtime.spawn(serve);
            }
            Err(_) => on_a_thread(serve).map_err(|error| {
                Error::new(format!("admin.listen is `{address}`, and there is no thread to serve it ({error})"), error)
            })?,
        }
        Ok(Admin { address, stop, alive: Mutex::new(alive), single })
    }

    /// Where it listens, with the port that was free where none was given.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Takes no more connections, and waits up to `deadline` for the answers that are under way.
    ///
    /// It does not wait on the thread that would have to give them, where that is the only one of its runtime.
    pub fn shutdown(&self, deadline: Duration) {
        self.stop.send_replace(true);
        let here = runtime::Handle::try_current().ok().map(|runtime| runtime.id());
        if here.is_none() || here != self.single {
            let _ = lock(&self.alive).recv_timeout(deadline);
        }
    }
}

/// A thread that nobody waits for at the end of the process.
fn on_a_thread(serve: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
    let runtime = runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
    thread::Builder::new().name("tachograph-admin".to_owned()).spawn(move || runtime.block_on(serve))?;
    Ok(())
}

impl Drop for Admin {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}

impl fmt::Display for Admin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}", self.address)?;
        match self.address.ip().is_loopback() {
            true => Ok(()),
            false => f.write_str(" (for other machines, too)"),
        }
    }
}
