//! Sending what is left, now and at the end.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Handle;
use crate::exporter::Exporter;

impl Handle {
    /// Sends what was recorded before the call; false where some of it was not sent after `deadline`. Waits: not for
    /// the thread of an asynchronous runtime.
    pub fn flush(&self, deadline: Duration) -> bool {
        self.within(deadline, |exporter, left| exporter.flush(left))
    }

    /// Closes what is open as [`OpenAtShutdown`](crate::Outcome::OpenAtShutdown), sends everything, and ends what runs
    /// in the background; false where some was not sent after `deadline`.
    pub fn shutdown(&self, deadline: Duration) -> bool {
        self.inner().shut_down.store(true, Ordering::Relaxed);
        self.inner().drain.begin();
        for shard in self.inner().shards.iter() {
            for recording in shard.all_open() {
                recording.close(crate::outcome::Outcome::OpenAtShutdown, None);
            }
        }
        self.within(deadline, |exporter, left| exporter.shutdown(left))
    }

    /// All exporters have the same time, and at the same time: one whose receiver is gone uses all of it up.
    fn within(&self, deadline: Duration, send: impl Fn(&dyn Exporter, Duration) -> bool + Sync) -> bool {
        let send =
            |exporter: &dyn Exporter| catch_unwind(AssertUnwindSafe(|| send(exporter, deadline))).unwrap_or(false);
        let Some((last, others)) = self.inner().exporters.split_last() else { return true };
        std::thread::scope(|scope| {
            let mut running = Vec::new();
            let mut left = vec![last];
            for exporter in others {
                let thread = std::thread::Builder::new().name("tachograph".to_owned());
                match thread.spawn_scoped(scope, || send(&**exporter)) {
                    Ok(thread) => running.push(thread),
                    // Where the system has no thread for it, it takes its turn.
                    Err(_) => left.push(exporter),
                }
            }
            let here = left.into_iter().filter(|exporter| !send(&***exporter)).count();
            let elsewhere =
                running.into_iter().map(|thread| thread.join().unwrap_or(false)).filter(|sent| !sent).count();
            here + elsewhere == 0
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::lock::lock;
    use crate::record::Record;

    #[test]
    fn an_exporter_that_waits_takes_no_time_from_another() {
        use std::sync::mpsc::{Receiver, Sender, channel};
        /// Ends once another has.
        #[derive(Debug)]
        struct Waiting(Mutex<Receiver<()>>);
        #[derive(Debug)]
        struct Quick(Sender<()>);
        impl Exporter for Waiting {
            fn name(&self) -> &str {
                "waiting"
            }
            fn record(&self, _: &Record) {}
            fn flush(&self, deadline: Duration) -> bool {
                lock(&self.0).recv_timeout(deadline).is_ok()
            }
        }
        impl Exporter for Quick {
            fn name(&self) -> &str {
                "quick"
            }
            fn record(&self, _: &Record) {}
            fn flush(&self, deadline: Duration) -> bool {
                !deadline.is_zero() && self.0.send(()).is_ok()
            }
        }
        let (sender, receiver) = channel();
        let (first, second) = (Waiting(Mutex::new(receiver)), Quick(sender));
        let handle = Handle::builder().exporter(first).exporter(second).build();
        assert!(handle.flush(Duration::from_secs(20)));
        assert!(handle.shutdown(Duration::from_secs(20)));
        assert!(Handle::builder().build().flush(Duration::ZERO), "nobody has anything to send");
    }
}
