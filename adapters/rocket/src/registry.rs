//! Which request the running task works for.
//!
//! rocket lets nobody wrap the future that answers a request, but it spawns a task for each, and a task has an id wherever
//! it is polled.

use std::cell::Cell;
use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard};

use tachograph_core::{Recording, lock};
use tokio::task::{Id, try_id};

/// Requests that run at once seldom meet in one of so many.
const SHARDS: usize = 64;

type Tasks = HashMap<Id, Arc<Recording>, BuildHasherDefault<IdHasher>>;

static TASKS: LazyLock<Box<[Mutex<Tasks>]>> = LazyLock::new(|| (0..SHARDS).map(|_| Mutex::default()).collect());

thread_local! {
    /// For what runs outside any task, as `block_on` does in tests with rocket's local clients.
    static THREAD: Cell<Option<Arc<Recording>>> = const { Cell::new(None) };
}

/// The request that the running task, or else the thread, is registered for.
pub(crate) fn find() -> Option<Arc<Recording>> {
    match try_id() {
        Some(task) => shard(task).get(&task).cloned(),
        None => THREAD
            .try_with(|thread| {
                let recording = thread.take();
                thread.set(recording.clone());
                recording
            })
            .ok()
            .flatten(),
    }
}

/// While it lives, the task that made it works for a request.
#[derive(Debug)]
pub(crate) struct Registration {
    recording: Arc<Recording>,
    task: Option<Id>,
}

impl Registration {
    /// The running task works for `recording` from now on.
    pub(crate) fn new(recording: Arc<Recording>) -> Self {
        let task = try_id();
        let entry = Arc::clone(&recording);
        // What stood there before is dropped after the lock is released.
        let _previous = match task {
            Some(task) => shard(task).insert(task, entry),
            None => THREAD.try_with(|thread| thread.replace(Some(entry))).ok().flatten(),
        };
        Registration { recording, task }
    }

    pub(crate) fn recording(&self) -> &Arc<Recording> {
        &self.recording
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        let is_ours = |entry: &Arc<Recording>| Arc::ptr_eq(entry, &self.recording);
        match self.task {
            Some(task) => {
                let mut tasks = shard(task);
                if tasks.get(&task).is_some_and(is_ours) {
                    tasks.remove(&task);
                }
            }
            // On another thread than it was made on, there is nothing of ours.
            None => {
                let _ = THREAD.try_with(|thread| thread.set(thread.take().filter(|entry| !is_ours(entry))));
            }
        }
    }
}

fn shard(task: Id) -> MutexGuard<'static, Tasks> {
    let hash = BuildHasherDefault::<IdHasher>::default().hash_one(task);
    // The map itself goes by the lowest bits and the highest.
    lock(&TASKS[(hash >> 32) as usize % SHARDS])
}

/// Ids are counted up by tokio, so they need no more than to be spread.
#[derive(Debug, Default)]
struct IdHasher(u64);

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        // 2^64 by the golden ratio.
        self.0 = (self.0 ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }
}

#[cfg(test)]
mod tests {
    use tachograph_core::{OpenRequest, RequestHead, testing};

    use super::*;

    fn len() -> usize {
        TASKS.iter().map(|tasks| lock(tasks).len()).sum()
    }

    /// The map is one for the process, so what counts its entries is one test.
    #[test]
    fn a_task_is_registered_for_as_long_as_its_registration_lives() {
        let instance = testing::instance();
        let handle = instance.handle().clone();
        let open = move || OpenRequest::open(&handle, RequestHead::default()).unwrap();
        let is = |found: Option<Arc<Recording>>, open: &OpenRequest| {
            found.is_some_and(|found| Arc::ptr_eq(&found, open.recording()))
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();

        // Outside any task, it is the thread.
        let outside = open();
        let registration = Registration::new(Arc::clone(outside.recording()));
        assert!(is(find(), &outside));
        assert!(std::thread::scope(|scope| scope.spawn(|| find().is_none()).join().unwrap()));
        assert_eq!(len(), 0);

        // A task is found by itself alone, wherever it runs.
        let requests: Vec<_> = (0..1000).map(|_| open()).collect();
        let tasks: Vec<_> = requests.iter().map(|request| Arc::clone(request.recording())).collect();
        let tasks: Vec<_> = tasks
            .into_iter()
            .map(|recording| {
                runtime.spawn(async move {
                    assert!(find().is_none());
                    let registration = Registration::new(Arc::clone(&recording));
                    tokio::task::yield_now().await;
                    assert!(Arc::ptr_eq(&find().unwrap(), &recording));
                    assert!(tokio::spawn(async { find().is_none() }).await.unwrap());
                    registration
                })
            })
            .collect();
        let mut registrations: Vec<_> = tasks.into_iter().map(|task| runtime.block_on(task).unwrap()).collect();
        assert_eq!(len(), 1000);
        // Whoever drops it need not be the task, which may be gone.
        let last = registrations.pop().unwrap();
        drop(registrations);
        assert_eq!(len(), 1);
        drop(last);
        assert_eq!(len(), 0);

        // A later one is not undone by the end of the one before.
        let later = open();
        let later_registration = Registration::new(Arc::clone(later.recording()));
        drop(registration);
        assert!(is(find(), &later));
        drop(later_registration);
        assert!(find().is_none());

        runtime
            .block_on(runtime.spawn(async move {
                let (first, second) = (open().recording().clone(), open().recording().clone());
                let earlier = Registration::new(first);
                let later = Registration::new(Arc::clone(&second));
                drop(earlier);
                assert!(Arc::ptr_eq(&find().unwrap(), &second));
                drop(later);
                assert!(find().is_none());
            }))
            .unwrap();
        assert_eq!(len(), 0);
    }
}
