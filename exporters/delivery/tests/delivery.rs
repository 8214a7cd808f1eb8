//! Whole deliveries, with their threads, against sinks that behave and sinks that do not.

use std::collections::BTreeSet;
use std::io::{self, BufRead, BufReader, Read};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;
use tachograph_delivery::{Delivery, FlushError, Interrupter, SendError, Settings, Sink, frames, sinks};

/// Long enough for any machine; reached only when something hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// A deadline that is meant to pass.
const IMPATIENCE: Duration = Duration::from_millis(10);

#[derive(Clone, Default)]
struct Collected(Arc<Mutex<Vec<u8>>>);

impl Collected {
    fn lines(&self) -> Vec<String> {
        let bytes = self.0.lock().unwrap();
        assert!(bytes.is_empty() || bytes.ends_with(b"\n"));
        String::from_utf8(bytes.clone()).unwrap().lines().map(str::to_owned).collect()
    }
}

impl Sink for Collected {
    fn describe(&self) -> String {
        "collected".to_owned()
    }

    fn send(&mut self, batch: &[u8]) -> Result<(), SendError> {
        assert!(batch.ends_with(b"\n"), "batches are whole lines");
        self.0.lock().unwrap().extend_from_slice(batch);
        Ok(())
    }
}

/// Says when it is sent something, and blocks until it is let go for good.
struct Blocking {
    entered: Sender<()>,
    let_go: Receiver<()>,
    collected: Collected,
}

impl Sink for Blocking {
    fn describe(&self) -> String {
        "blocking".to_owned()
    }

    fn send(&mut self, batch: &[u8]) -> Result<(), SendError> {
        let _ = self.entered.send(());
        // An error says that the other end is gone, and with it the reason to block.
        let _ = self.let_go.recv();
        self.collected.send(batch)
    }
}

struct Blocked {
    delivery: Delivery,
    let_go: Sender<()>,
    collected: Collected,
}

/// A delivery whose sink holds one line, `first`, and lets nothing through.
fn blocked(settings: Settings) -> Blocked {
    let (collected, (entered, has_entered), (let_go, is_let_go)) = (Collected::default(), channel(), channel());
    let sink = Blocking { entered, let_go: is_let_go, collected: collected.clone() };
    let delivery = start(settings, sink);
    write(&delivery, "first\n");
    has_entered.recv_timeout(PATIENCE).unwrap();
    Blocked { delivery, let_go, collected }
}

fn start(settings: Settings, sink: impl Sink + 'static) -> Delivery {
    Delivery::start(settings, Box::new(sink), |_| ()).unwrap()
}

fn write(delivery: &Delivery, line: &str) {
    delivery.write(|buffer| buffer.extend_from_slice(line.as_bytes()));
}

#[test]
fn many_threads_lose_nothing_and_keep_their_lines_whole_and_in_order() {
    let collected = Collected::default();
    let delivery = start(Settings::default(), collected.clone());
    std::thread::scope(|scope| {
        for thread in 0..16 {
            let delivery = &delivery;
            // Ends with its last lines still in its buffer.
            scope.spawn(move || (0..2000).for_each(|number| write(delivery, &format!("{thread} {number}\n"))));
        }
    });
    delivery.flush(PATIENCE).unwrap();
    let mut next = [0; 16];
    for line in collected.lines() {
        let (thread, number) = line.split_once(' ').expect("a line is whole");
        let next = &mut next[thread.parse::<usize>().unwrap()];
        assert_eq!(number.parse::<usize>().unwrap(), *next);
        *next += 1;
    }
    assert_eq!(next, [2000; 16]);
    let counters = delivery.counters();
    assert_eq!((counters.written_items, counters.dropped()), (32_000, 0));
}

#[test]
fn dropping_the_delivery_sends_what_is_there() {
    let collected = Collected::default();
    let delivery = start(Settings { shutdown_deadline: PATIENCE, ..Settings::default() }, collected.clone());
    write(&delivery, "one\n");
    drop(delivery);
    assert_eq!(collected.lines(), ["one"]);
}

#[test]
fn a_second_shutdown_and_a_late_flush_have_nothing_to_wait_for() {
    let delivery = start(Settings::default(), Collected::default());
    assert_eq!(delivery.shutdown(PATIENCE), Ok(()));
    write(&delivery, "late\n");
    assert_eq!(delivery.shutdown(Duration::MAX), Ok(()));
    assert_eq!(delivery.flush(Duration::MAX), Ok(()));
    assert_eq!(delivery.counters().dropped_after_shutdown, 1);
}

#[test]
fn a_blocked_sink_costs_lines_beyond_the_bound_and_says_so_when_it_is_free() {
    let settings = Settings {
        buffer_bytes: 10_000,
        drop_notice: Some(Box::new(|dropped, line| line.extend(format!("dropped {dropped}\n").bytes()))),
        ..Settings::default()
    };
    let Blocked { delivery, let_go, collected } = blocked(settings);
    (0..2000).for_each(|number| write(&delivery, &format!("{number:09}\n")));
    let dropped = delivery.counters().dropped_full;
    assert!((1000..1200).contains(&dropped), "{dropped} of 20,000 bytes dropped where 10,000 may wait");
    assert_eq!(delivery.flush(IMPATIENCE), Err(FlushError::DeadlinePassed(IMPATIENCE)));
    assert_eq!(collected.lines().len(), 0);

    drop(let_go);
    delivery.flush(PATIENCE).unwrap();
    write(&delivery, "last\n");
    delivery.flush(PATIENCE).unwrap();
    let lines: BTreeSet<String> = collected.lines().into_iter().collect();
    assert_eq!(lines.len() as u64, 2000 - dropped + 3, "each line once, the first, the last and the notice");
    assert!(lines.contains(&format!("dropped {dropped}")) && lines.contains("last"));
}

#[test]
fn buffers_that_fill_are_emptied_before_their_time() {
    let an_hour = Duration::from_secs(3600);
    let (sent, has_sent) = channel();
    let (let_go, is_let_go) = channel();
    drop(let_go);
    let sink = Blocking { entered: sent, let_go: is_let_go, collected: Collected::default() };
    let delivery = start(Settings { interval: an_hour, buffer_bytes: 1000, ..Settings::default() }, sink);
    (0..60).for_each(|_| write(&delivery, "123456789\n"));
    has_sent.recv_timeout(PATIENCE).expect("more than half of the bytes that may wait do wait");
}

#[test]
fn a_sink_that_blocks_for_ever_does_not_hold_up_a_shutdown() {
    let settings = Settings { shutdown_deadline: PATIENCE * 60, ..Settings::default() };
    let Blocked { delivery, let_go, collected } = blocked(settings);
    write(&delivery, "second\n");
    assert_eq!(delivery.shutdown(IMPATIENCE), Err(FlushError::DeadlinePassed(IMPATIENCE)));
    write(&delivery, "third\n");
    let counters = delivery.counters();
    assert_eq!((counters.dropped_failed, counters.dropped_after_shutdown, counters.written_items), (2, 1, 0));
    assert_eq!(delivery.flush(PATIENCE), Ok(()), "everything was counted");
    // Would hang if it waited for the thread once more.
    drop(delivery);
    assert_eq!(collected.lines().len(), 0);
    drop(let_go);
}

#[test]
fn a_delivery_that_is_stuck_touches_no_other() {
    let Blocked { delivery: stuck, let_go, .. } = blocked(Settings { buffer_bytes: 100, ..Settings::default() });
    let collected = Collected::default();
    let other = start(Settings::default(), collected.clone());
    (0..100).for_each(|number| {
        write(&stuck, &format!("{number:09}\n"));
        write(&other, &format!("{number:09}\n"));
    });
    assert_eq!(other.flush(PATIENCE), Ok(()));
    assert_eq!(stuck.shutdown(IMPATIENCE), Err(FlushError::DeadlinePassed(IMPATIENCE)));
    assert_eq!((collected.lines().len(), other.counters().dropped()), (100, 0));
    assert_eq!(stuck.counters().dropped(), 101);
    drop(let_go);
}

/// Blocks until it is interrupted.
struct Interruptible {
    entered: Sender<()>,
    interrupted: Sender<()>,
    is_interrupted: Receiver<()>,
    came_back: Sender<()>,
}

impl Sink for Interruptible {
    fn describe(&self) -> String {
        "interruptible".to_owned()
    }

    fn send(&mut self, _: &[u8]) -> Result<(), SendError> {
        self.entered.send(()).unwrap();
        self.is_interrupted.recv_timeout(PATIENCE).unwrap();
        self.came_back.send(()).unwrap();
        Ok(())
    }

    fn interrupter(&self) -> Option<Interrupter> {
        let interrupted = self.interrupted.clone();
        // When the delivery is dropped it is called again, and the sink may be gone by then.
        Some(Box::new(move || {
            let _ = interrupted.send(());
        }))
    }
}

#[test]
fn a_shutdown_that_waits_no_longer_interrupts_the_sink() {
    let ((entered, has_entered), (interrupted, is_interrupted)) = (channel(), channel());
    let (came_back, has_come_back) = channel();
    let delivery = start(Settings::default(), Interruptible { entered, interrupted, is_interrupted, came_back });
    write(&delivery, "one\n");
    has_entered.recv_timeout(PATIENCE).unwrap();
    assert_eq!(delivery.shutdown(IMPATIENCE), Err(FlushError::DeadlinePassed(IMPATIENCE)));
    has_come_back.recv_timeout(PATIENCE).unwrap();
    assert_eq!((delivery.counters().dropped_failed, delivery.counters().written_items), (1, 0));
}

#[test]
fn frames_arrive_as_they_were_written() {
    struct Checked(Sender<(Vec<u8>, u32)>);
    impl Sink for Checked {
        fn describe(&self) -> String {
            "checked".to_owned()
        }

        fn send(&mut self, batch: &[u8]) -> Result<(), SendError> {
            frames(batch).for_each(|frame| self.0.send((frame.bytes.to_vec(), frame.items)).unwrap());
            Ok(())
        }
    }
    let (sender, received) = channel();
    let delivery = start(Settings::network(), Checked(sender));
    delivery.write(|frame| frame.extend_from_slice(b"\0\n\xff"));
    delivery.write_items(|frame| {
        frame.push(7);
        3
    });
    delivery.flush(PATIENCE).expect("a flush waits for no schedule");
    assert_eq!(received.try_iter().collect::<Vec<_>>(), [(b"\0\n\xff".to_vec(), 1), (vec![7], 3)]);
    assert_eq!(delivery.counters().written_items, 4);
}

#[test]
fn the_own_thread_does_not_wait_for_itself() {
    let delivery = Arc::new(OnceLock::<Delivery>::new());
    let (tell, told) = channel();
    let inside = Arc::clone(&delivery);
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    let started = Delivery::start(Settings::default(), Box::new(sinks::Stream::new("pipe", writer)), move |_| {
        let delivery = inside.wait();
        write(delivery, "written by the hook\n");
        tell.send((delivery.flush(Duration::MAX), delivery.shutdown(Duration::MAX))).unwrap();
    });
    write(delivery.get_or_init(|| started.unwrap()), "one\n");
    let on_delivery_thread = Err(FlushError::OnDeliveryThread);
    assert_eq!(told.recv_timeout(PATIENCE).unwrap(), (on_delivery_thread, on_delivery_thread));
}

#[test]
fn a_closed_pipe_is_told_once_and_counted_and_the_service_goes_on() {
    let (mut reader, writer) = io::pipe().unwrap();
    let causes = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&causes);
    let delivery =
        Delivery::start(Settings::default(), Box::new(sinks::Stream::new("stdout", writer)), move |failure| {
            told.lock().unwrap().push((failure.sink().to_owned(), failure.will_retry()));
        })
        .unwrap();
    write(&delivery, "read\n");
    let mut read = [0; 5];
    reader.read_exact(&mut read).unwrap();
    assert_eq!(&read, b"read\n");
    drop(reader);
    for _ in 0..3 {
        write(&delivery, "unread\n");
        delivery.flush(PATIENCE).unwrap();
    }
    let counters = delivery.counters();
    assert_eq!((counters.written_items, counters.dropped_failed, counters.failures), (1, 3, 3));
    assert_eq!(*causes.lock().unwrap(), [("stdout".to_owned(), false)]);
}

#[test]
fn a_receiver_that_breaks_off_and_comes_back_gets_whole_lines() {
    const LINES: usize = 40_000;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let sink = sinks::Tcp::new(&listener.local_addr().unwrap().to_string()).unwrap();
    let (begin, has_begun) = channel();
    let receiver = std::thread::spawn(move || {
        has_begun.recv_timeout(PATIENCE).unwrap();
        let accept = || {
            let connection = listener.accept().unwrap().0;
            connection.set_read_timeout(Some(PATIENCE)).unwrap();
            BufReader::new(connection).lines()
        };
        let before: Vec<String> = accept().take(100).map(Result::unwrap).collect();
        let after: Vec<String> = accept().map(Result::unwrap).collect();
        (before, after)
    });
    let settings = Settings {
        buffer_bytes: 64 << 20,
        first_retry: Duration::from_millis(1),
        shutdown_deadline: PATIENCE,
        ..Settings::default()
    };
    let delivery = start(settings, sink);
    // More than the system keeps for a receiver that does not read, so that the connection breaks within a batch.
    let line = |number: usize| format!("{number:01000}\n");
    (0..LINES).for_each(|number| write(&delivery, &line(number)));
    delivery.flush(IMPATIENCE).unwrap_err();
    begin.send(()).unwrap();
    delivery.flush(PATIENCE).unwrap();
    let counters = delivery.counters();
    assert_eq!((counters.written_items, counters.dropped()), (LINES as u64, 0));
    drop(delivery);

    let (before, after) = receiver.join().unwrap();
    let expected = |from: usize, to: usize| (from..to).map(|number| line(number).trim_end().to_owned());
    assert!(before.into_iter().eq(expected(0, 100)));
    let resumed_at = after[0].parse::<usize>().unwrap();
    assert!(resumed_at >= 100);
    assert!(after.into_iter().eq(expected(resumed_at, LINES)), "whole lines without a gap from {resumed_at} on");
}
