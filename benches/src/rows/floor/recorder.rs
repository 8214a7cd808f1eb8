//! Where requests are recorded: a shard for each thread, and a timer that pulls from all of them.

use super::line::write_line;
use super::open::{End, Facts};
use axum::extract::MatchedPath;
use axum::http::StatusCode;
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};
use thread_local::ThreadLocal;

/// Waking a thread for each line would cost the request more than all the rest; pulling costs it nothing.
const PULL_INTERVAL: Duration = Duration::from_millis(5);

/// The advised bounds of OpenTelemetry's `http.server.request.duration`, in nanoseconds.
const BOUNDS: [u64; 14] = [
    5_000_000,
    10_000_000,
    25_000_000,
    50_000_000,
    75_000_000,
    100_000_000,
    250_000_000,
    500_000_000,
    750_000_000,
    1_000_000_000,
    2_500_000_000,
    5_000_000_000,
    7_500_000_000,
    10_000_000_000,
];

pub(super) struct Recorder {
    shards: ThreadLocal<Shard>,
}

/// What one thread has recorded. Only that thread adds to it, so it is on no cache line with another thread's: two lines, as
/// neighbours are fetched in pairs.
#[derive(Default)]
#[repr(align(128))]
struct Shard {
    pending: Mutex<Pending>,
    requests: AtomicU64,
    request_bytes: AtomicU64,
    response_bytes: AtomicU64,
    nanoseconds: AtomicU64,
    buckets: [AtomicU64; BOUNDS.len() + 1],
}

/// What the timer has not pulled yet.
#[derive(Default)]
struct Pending {
    lines: String,
    spans: Vec<Span>,
}

/// A finished span, as an exporter would be given it.
#[expect(dead_code, reason = "there is no exporter behind the floor")]
struct Span {
    trace_id: u128,
    span_id: u64,
    name: Option<MatchedPath>,
    end: SystemTime,
    duration: Duration,
    status: Option<StatusCode>,
}

impl Recorder {
    /// A recorder and the timer that pulls from it.
    ///
    /// The recorder lives as long as the process, which spares each request a shared reference count.
    pub(super) fn start() -> (&'static Self, Timer) {
        let recorder: &Self = Box::leak(Box::new(Self { shards: ThreadLocal::new() }));
        (recorder, Timer::start(recorder))
    }

    pub(super) fn record(&self, facts: &mut Facts, end: End) {
        let shard = self.shards.get_or_default();
        let nanoseconds = end.duration.as_nanos() as u64;
        add(&shard.requests, 1);
        add(&shard.request_bytes, facts.request_bytes);
        add(&shard.response_bytes, facts.response_bytes);
        add(&shard.nanoseconds, nanoseconds);
        add(&shard.buckets[BOUNDS.partition_point(|bound| *bound < nanoseconds)], 1);

        let mut pending = shard.pending();
        write_line(&mut pending.lines, facts, end);
        pending.spans.push(Span {
            trace_id: facts.trace_id,
            span_id: facts.span_id,
            name: facts.route.take(),
            end: end.at,
            duration: end.duration,
            status: facts.status,
        });
    }

    pub(super) fn requests(&self) -> u64 {
        self.shards.iter().map(|shard| shard.requests.load(Relaxed)).sum()
    }

    pub(super) fn durations(&self) -> u64 {
        self.shards.iter().flat_map(|shard| &shard.buckets).map(|bucket| bucket.load(Relaxed)).sum()
    }
}

impl Shard {
    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// Adds to a number that no other thread writes: a quarter of the price of an atomic addition.
fn add(number: &AtomicU64, amount: u64) {
    number.store(number.load(Relaxed) + amount, Relaxed);
}

/// The thread that pulls lines and spans, and counts what it threw away.
pub(super) struct Timer {
    stop: Sender<()>,
    thread: JoinHandle<Pulled>,
}

/// What the timer has pulled in its life.
#[derive(Debug, Default)]
pub(super) struct Pulled {
    pub(super) lines: u64,
    pub(super) bytes: u64,
    pub(super) spans: u64,
}

impl Timer {
    fn start(recorder: &'static Recorder) -> Self {
        let (stop, stopped) = channel();
        let thread = std::thread::spawn(move || {
            let mut pulled = Pulled::default();
            // Changes places with a shard's, so that both keep their capacity.
            let mut pending = Pending::default();
            loop {
                let go_on = stopped.recv_timeout(PULL_INTERVAL) == Err(RecvTimeoutError::Timeout);
                for shard in &recorder.shards {
                    std::mem::swap(&mut *shard.pending(), &mut pending);
                    pulled.throw_away(&mut pending);
                }
                if !go_on {
                    return pulled;
                }
            }
        });
        Self { stop, thread }
    }

    /// Pulls what is left and ends the thread.
    pub(super) fn stop(self) -> Pulled {
        drop(self.stop);
        self.thread.join().unwrap_or_default()
    }
}

impl Pulled {
    /// The null writer.
    fn throw_away(&mut self, pending: &mut Pending) {
        let lines = black_box(pending.lines.as_bytes());
        self.bytes += lines.len() as u64;
        self.lines += lines.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.spans += black_box(pending.spans.as_slice()).len() as u64;
        pending.lines.clear();
        pending.spans.clear();
    }
}
