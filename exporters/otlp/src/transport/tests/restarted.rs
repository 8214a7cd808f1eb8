//! A receiver that is killed and comes back, as the delivery sees it.

use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Mutex;

use tachograph_delivery::{Delivery, Settings, Sink, frames};

use super::*;

/// Sends frames that are whole requests.
struct Whole(Transport);

impl Sink for Whole {
    fn describe(&self) -> String {
        self.0.describe()
    }

    fn send(&mut self, batch: &[u8]) -> Result<(), SendError> {
        frames(batch).try_for_each(|frame| self.0.send(frame.bytes.to_vec()))
    }

    fn interrupter(&self) -> Option<Interrupter> {
        Some(self.0.interrupter())
    }
}

fn delivery(protocol: Protocol, collector: &Collector, settings: Settings) -> (Delivery, Arc<Mutex<Vec<String>>>) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let telling = Arc::clone(&told);
    let settings =
        Settings { batch_items: 1, schedule_delay: Duration::ZERO, first_retry: Duration::from_millis(1), ..settings };
    let sink = Whole(transport(protocol, collector));
    let delivery = Delivery::start(settings, Box::new(sink), move |failure| {
        telling.lock().unwrap().push(failure.to_string());
    });
    (delivery.unwrap(), told)
}

fn write(delivery: &Delivery, numbers: std::ops::Range<u64>) {
    numbers.for_each(|number| delivery.write(|frame| frame.extend_from_slice(&request(number))));
}

#[test]
fn what_waits_while_the_receiver_is_gone_arrives_when_it_is_back() {
    for protocol in PROTOCOLS {
        let collector = Collector::start_blocking();
        let (delivery, told) = delivery(protocol, &collector, Settings::network());
        write(&delivery, 0..10);
        delivery.flush(PATIENCE).unwrap();
        collector.block_on(collector.kill());
        write(&delivery, 10..20);
        delivery.flush(Duration::from_millis(20)).unwrap_err();
        assert_eq!(delivery.counters().written_items, 10);
        collector.block_on(collector.restart());
        write(&delivery, 20..30);
        delivery.flush(PATIENCE).unwrap();
        let counters = delivery.counters();
        assert_eq!((counters.written_items, counters.dropped()), (30, 0));
        assert!(counters.failures > 0);
        let expected: Vec<String> = (0..30).map(|number| format!("span {number}")).collect();
        assert_eq!(collector.spans().iter().map(|span| span.name.clone()).collect::<Vec<_>>(), expected);
        assert_eq!(collector.complaints(), [""; 0]);
        let told = told.lock().unwrap();
        assert!(told.iter().all(|failure| failure.contains("will be tried again")), "{told:?}");
        let mut once = told.clone();
        once.sort();
        once.dedup();
        assert_eq!((once.len(), told.is_empty()), (told.len(), false), "once for each cause: {told:?}");
    }
}

#[test]
fn what_finds_no_room_while_the_receiver_is_gone_is_counted() {
    for protocol in PROTOCOLS {
        let collector = Collector::start_blocking();
        let settings = Settings { buffer_items: Some(100), ..Settings::network() };
        let (delivery, _) = delivery(protocol, &collector, settings);
        collector.block_on(collector.kill());
        write(&delivery, 0..1000);
        let dropped = delivery.counters().dropped_full;
        assert_eq!(dropped, 900, "100 may wait");
        collector.block_on(collector.restart());
        delivery.flush(PATIENCE).unwrap();
        assert_eq!(delivery.counters().written_items, 100);
        assert_eq!(collector.spans().len(), 100);
        write(&delivery, 1000..1100);
        delivery.flush(PATIENCE).unwrap();
        assert_eq!((delivery.counters().written_items, delivery.counters().dropped()), (200, 900));
    }
}

#[test]
fn a_shutdown_waits_no_longer_than_it_may_for_a_receiver_that_hangs() {
    for protocol in PROTOCOLS {
        let collector = Collector::start_blocking();
        collector.answer_with(tachograph_collector::Answer::Hang);
        let (delivery, _) = delivery(protocol, &collector, Settings::network());
        write(&delivery, 0..3);
        delivery.shutdown(Duration::from_millis(50)).unwrap_err();
        assert_eq!((delivery.counters().dropped_failed, delivery.counters().written_items), (3, 0));
    }
}

/// In front of a collector, a port whose connections can be cut.
struct Between {
    endpoint: String,
    connections: Arc<Mutex<Vec<TcpStream>>>,
}

impl Between {
    fn new(inside: &str) -> Self {
        let inside = inside.replace("http://", "");
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let connections = Arc::<Mutex<Vec<TcpStream>>>::default();
        let open = Arc::clone(&connections);
        std::thread::spawn(move || {
            while let Ok((outside, _)) = listener.accept() {
                let inside = TcpStream::connect(&inside).unwrap();
                let pipe = |from: &TcpStream, to: &TcpStream| {
                    let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    std::thread::spawn(move || std::io::copy(&mut from, &mut to));
                };
                open.lock().unwrap().push(outside.try_clone().unwrap());
                pipe(&outside, &inside);
                pipe(&inside, &outside);
            }
        });
        Between { endpoint, connections }
    }

    /// Ends all connections, and says how many there were.
    fn cut(&self) -> usize {
        let cut = std::mem::take(&mut *self.connections.lock().unwrap());
        cut.iter().for_each(|connection| connection.shutdown(Shutdown::Both).unwrap());
        cut.len()
    }
}

#[test]
fn a_connection_that_ended_while_nothing_was_sent_is_made_anew_without_an_error() {
    for protocol in PROTOCOLS {
        let collector = Collector::start_blocking();
        let between = Between::new(&endpoint(protocol, &collector));
        let mut transport = Transport::new(Signal::Traces, target(protocol, between.endpoint.clone())).unwrap();
        for number in 0..20 {
            transport.send(request(number)).unwrap();
            assert_eq!(between.cut(), 1, "it was kept until then");
        }
        assert_eq!(collector.spans().len(), 20);
    }
}

#[test]
fn a_connection_is_kept_while_it_can_be() {
    for protocol in PROTOCOLS {
        let collector = Collector::start_blocking();
        let between = Between::new(&endpoint(protocol, &collector));
        let mut transport = Transport::new(Signal::Traces, target(protocol, between.endpoint.clone())).unwrap();
        (0..20).for_each(|number| transport.send(request(number)).unwrap());
        assert_eq!(between.cut(), 1);
    }
}
