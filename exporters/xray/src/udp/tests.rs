use std::sync::Mutex;

use tachograph_delivery::{Delivery, Framing, Settings};

use super::*;

/// Long enough for whatever arrives at all.
const PATIENCE: Duration = Duration::from_secs(20);

fn receiver() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket
}

/// Where nobody listens.
fn closed() -> SocketAddr {
    receiver().local_addr().unwrap()
}

fn received(socket: &UdpSocket) -> String {
    let mut datagram = [0; 1 << 16];
    let length = socket.recv(&mut datagram).expect("a datagram arrives");
    let text = std::str::from_utf8(&datagram[..length]).unwrap();
    text.strip_prefix("{\"format\":\"json\",\"version\":1}\n").unwrap().to_owned()
}

fn to(socket: &UdpSocket) -> Udp {
    Udp::new(socket.local_addr().unwrap().into(), Arc::default())
}

/// A batch of frames, as a delivery makes them.
fn batch(frames: &[&str]) -> Vec<u8> {
    struct Keep(Arc<Mutex<Vec<u8>>>);
    impl Sink for Keep {
        fn describe(&self) -> String {
            "a test".into()
        }
        fn send(&mut self, batch: &[u8]) -> Result<(), SendError> {
            self.0.lock().unwrap().extend_from_slice(batch);
            Ok(())
        }
    }
    let kept = Arc::default();
    let settings = Settings { framing: Framing::Frames, ..Settings::default() };
    let delivery = Delivery::start(settings, Box::new(Keep(Arc::clone(&kept))), |_| ()).unwrap();
    for frame in frames {
        delivery.write(|out| out.extend_from_slice(frame.as_bytes()));
    }
    delivery.flush(PATIENCE).unwrap();
    let batch = kept.lock().unwrap();
    batch.clone()
}

fn refused(udp: &Udp) -> u64 {
    udp.lost.refused.load(Ordering::Relaxed)
}

#[test]
fn each_document_is_a_datagram() {
    let receiver = receiver();
    to(&receiver).send(&batch(&["{1}\n{2}\n", "{3}\n"])).unwrap();
    assert_eq!([(); 3].map(|()| received(&receiver)), ["{1}", "{2}", "{3}"]);
}

#[test]
fn what_nobody_listened_to_is_sent_again() {
    let first = receiver();
    let address = first.local_addr().unwrap();
    let mut udp = to(&first);
    udp.send(&batch(&["{1}"])).unwrap();
    assert_eq!(received(&first), "{1}");
    drop(first);
    let two = batch(&["{2}", "{3}"]);
    let error = udp.send(&two).unwrap_err();
    assert_eq!((error.is_temporary(), error.accepted(), refused(&udp)), (true, 0, 0));
    let second = UdpSocket::bind(address).unwrap();
    second.set_read_timeout(Some(PATIENCE)).unwrap();
    udp.send(&two).unwrap();
    assert_eq!([received(&second), received(&second)], ["{2}", "{3}"]);
}

#[test]
fn what_was_refused_too_late_is_counted_and_nothing_else_is_lost() {
    let first = receiver();
    let mut udp = to(&first);
    udp.send(&batch(&["{1}"])).unwrap();
    drop(first);
    // As if it had been on its way for long.
    udp.open.as_ref().unwrap().socket.send(b"{2}").unwrap();
    let error = udp.send(&batch(&["{3}", "{4}"])).unwrap_err();
    assert_eq!((error.is_temporary(), error.accepted(), refused(&udp)), (true, 0, 1));
}

#[test]
fn a_batch_is_gone_on_with_behind_the_frame_that_was_accepted() {
    let receiver = receiver();
    let closed = closed();
    let mut udp = to(&receiver);
    let alive = receiver.local_addr().unwrap();
    let mut lookups = vec![closed, alive];
    udp.resolve = Box::new(move |_| Ok(vec![lookups.pop().unwrap_or(alive)]));
    udp.resolve_every = Duration::ZERO;
    let batch = batch(&["{1}", "{2}"]);
    let error = udp.send(&batch).unwrap_err();
    assert_eq!(error.accepted(), batch.len() / 2, "the second was refused");
    udp.send(&batch[error.accepted()..]).unwrap();
    assert_eq!([received(&receiver), received(&receiver)], ["{1}", "{2}"]);
}

#[test]
fn a_name_is_looked_up_again_and_whom_it_stands_for_then_is_sent_to() {
    let (old, new) = (receiver(), receiver());
    let addresses = Arc::new(Mutex::new(vec![old.local_addr().unwrap()]));
    let mut udp = to(&old);
    let shared = Arc::clone(&addresses);
    udp.resolve = Box::new(move |_| match &shared.lock().unwrap()[..] {
        [] => Err(ErrorKind::TimedOut.into()),
        addresses => Ok(addresses.to_vec()),
    });
    udp.send(&batch(&["{1}"])).unwrap();
    *addresses.lock().unwrap() = vec![new.local_addr().unwrap()];
    udp.send(&batch(&["{2}"])).unwrap();
    assert_eq!([received(&old), received(&old)], ["{1}", "{2}"], "it is not time yet");
    udp.resolve_every = Duration::ZERO;
    udp.send(&batch(&["{3}"])).unwrap();
    assert_eq!(received(&new), "{3}");
    addresses.lock().unwrap().clear();
    udp.send(&batch(&["{4}"])).unwrap();
    assert_eq!(received(&new), "{4}", "a name server that fails changes nothing");
    udp.open = None;
    let error = udp.send(&batch(&["{5}"])).unwrap_err();
    assert!(error.is_temporary(), "but without it nobody can be found");
}

#[test]
fn the_same_address_keeps_its_socket() {
    let receiver = receiver();
    let mut udp = to(&receiver);
    udp.resolve_every = Duration::ZERO;
    let mut port = || {
        udp.send(&batch(&["{}"])).unwrap();
        udp.open.as_ref().unwrap().socket.local_addr().unwrap()
    };
    assert_eq!(port(), port());
}

#[test]
fn the_next_address_of_a_name_is_tried_where_the_first_refuses() {
    let receiver = receiver();
    let addresses = vec![closed(), receiver.local_addr().unwrap()];
    let mut udp = to(&receiver);
    udp.resolve = Box::new(move |_| Ok(addresses.clone()));
    let batch = batch(&["{1}"]);
    assert!(udp.send(&batch).unwrap_err().is_temporary());
    udp.send(&batch).unwrap();
    assert_eq!(received(&receiver), "{1}");
}

#[test]
fn what_is_too_long_for_a_datagram_is_counted_and_the_others_go() {
    let receiver = receiver();
    let mut udp = to(&receiver);
    let error = udp.send(&batch(&["{1}", &"x".repeat(70_000), "{2}"])).unwrap_err();
    assert_eq!((error.rejected_items(), udp.lost.too_long.load(Ordering::Relaxed)), (Some(0), 1));
    assert_eq!([received(&receiver), received(&receiver)], ["{1}", "{2}"]);
}
