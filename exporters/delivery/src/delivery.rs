//! The handle that exporters hold.

use crate::backoff::random_jitter;
use crate::buffers::Buffers;
use crate::counters::Counters;
use crate::error::{Error, FlushError};
use crate::failure::Failure;
use crate::progress::Progress;
use crate::settings::Settings;
use crate::sink::{Interrupter, Sink};
use crate::timer::SystemTimer;
use crate::worker::{Shared, Worker};
use std::fmt;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;
use tachograph_core::{become_own_thread, lock};

/// Carries items from the threads that write them to one [`Sink`], on a thread of its own.
///
/// [`write`](Self::write) renders into the running thread's buffer and returns; the delivery's thread empties the
/// buffers by a timer. So no thread is woken for an item, and a sink that is slow, broken or gone costs the writers nothing:
/// items wait within [`buffer_bytes`](Settings::buffer_bytes), and beyond that they are dropped and counted.
///
/// Dropping it is a [`shutdown`](Self::shutdown) with the [configured deadline](Settings::shutdown_deadline).
pub struct Delivery {
    shared: Arc<Shared>,
    shutdown_deadline: Duration,
    interrupter: Option<Interrupter>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Delivery {
    /// Starts the thread.
    ///
    /// `on_failure` is called on that thread when the sink fails for a cause not told of before: not again for each item,
    /// nor again for the same cause before the sink has accepted items without it for a minute.
    ///
    /// # Errors
    /// When the system gives us no thread.
    pub fn start(
        settings: Settings,
        sink: Box<dyn Sink>,
        on_failure: impl Fn(&Failure) + Send + 'static,
    ) -> Result<Self, Error> {
        let shared = Arc::new(Shared { buffers: Buffers::new(&settings), progress: Progress::default() });
        let (name, shutdown_deadline) = (settings.name.clone(), settings.shutdown_deadline);
        let interrupter = sink.interrupter();
        let timer = Box::new(SystemTimer);
        let worker = Worker::new(Arc::clone(&shared), settings, sink, Box::new(on_failure), timer, random_jitter());
        let ending = Ending(Arc::clone(&shared));
        let thread = std::thread::Builder::new().name(name.clone());
        let spawned = thread.spawn(move || {
            let ending = ending;
            become_own_thread();
            ending.0.progress.begin();
            worker.run();
        });
        let thread =
            spawned.map_err(|error| Error::because(format!("the thread `{name}` could not be started"), error))?;
        Ok(Delivery { shared, shutdown_deadline, interrupter, thread: Mutex::new(Some(thread)) })
    }

    /// Renders one item, or several lines that belong together, into the running thread's buffer.
    ///
    /// `render` appends to what it is given and leaves alone what is there; of a line, a missing `\n` at the end is added. It
    /// runs under the buffer's own lock, which only the delivery's thread shares, and should do nothing but render. When it
    /// panics, or the result is too long or finds no room, the item is dropped whole and counted. After a shutdown it is not
    /// called.
    pub fn write(&self, render: impl FnOnce(&mut Vec<u8>)) {
        self.write_items(|out| {
            render(out);
            1
        });
    }

    /// As [`write`](Self::write), for [frames](crate::Framing::Frames) that hold as many items as `render` says: the spans
    /// of one request, for example. Of lines, what is said does not matter.
    pub fn write_items(&self, render: impl FnOnce(&mut Vec<u8>) -> u32) {
        if self.shared.buffers.write(render) {
            self.shared.progress.nudge();
        }
    }

    /// Waits until all that was written before this call has reached the sink or been counted as dropped. Cuts a
    /// back-off short.
    ///
    /// # Errors
    /// When that takes longer than `deadline`; the items are kept and tried further. At once when called from
    /// `on_failure`, a drop notice or the sink.
    pub fn flush(&self, deadline: Duration) -> Result<(), FlushError> {
        self.shared.progress.flush(deadline)
    }

    /// Sends what is there and ends the thread. What is written from now on is counted as dropped.
    ///
    /// # Errors
    /// When that takes longer than `deadline`: the thread is left behind, to end when its sink lets it, and the items
    /// not known to be sent are counted as dropped.
    pub fn shutdown(&self, deadline: Duration) -> Result<(), FlushError> {
        self.shared.buffers.close();
        let stopped = self.shared.progress.stop(deadline);
        match stopped {
            Ok(()) => {
                if let Some(thread) = lock(&self.thread).take() {
                    // It has nothing left to do, and a panic of its was told by the panic hook.
                    let _ = thread.join();
                }
            }
            Err(FlushError::OnDeliveryThread) => {}
            Err(FlushError::DeadlinePassed(_)) => {
                if let Some(interrupt) = &self.interrupter {
                    interrupt();
                }
                self.shared.discard();
            }
        }
        stopped
    }

    /// What became of the items so far.
    pub fn counters(&self) -> Counters {
        let mut counters = self.shared.progress.counters();
        self.shared.buffers.count(&mut counters);
        counters
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        // What it did not achieve is in no counter that anybody could still read.
        let _ = self.shutdown(self.shutdown_deadline);
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery").field("counters", &self.counters()).finish_non_exhaustive()
    }
}

impl Shared {
    fn discard(&self) {
        let lost = self.buffers.discard();
        self.progress.count_lost(lost);
    }
}

/// Says that the thread has ended, however it ended, so that nobody waits for it.
struct Ending(Arc<Shared>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.buffers.close();
        self.0.discard();
        self.0.progress.end();
    }
}
