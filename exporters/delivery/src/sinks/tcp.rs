//! A receiver of lines at the other end of a TCP connection.

use crate::error::Error;
use crate::sink::{SendError, Sink};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::time::Duration;

/// Connects when there is something to send, and again after the connection broke, always beginning with a whole line.
///
/// TCP does not say what has arrived: lines given to the system just before a connection breaks may be lost and count as
/// written. A connection that the receiver has closed is noticed before the next batch is sent. What the receiver says is
/// read and thrown away.
#[derive(Debug)]
pub struct Tcp {
    address: String,
    timeout: Duration,
    connection: Option<TcpStream>,
}

impl Tcp {
    /// `address` is `host:port` or `tcp://host:port`, looked up on each connect; an IPv6 address stands in brackets.
    ///
    /// # Errors
    /// When host or port is missing or is none. Whether anybody listens there does not matter yet.
    pub fn new(address: &str) -> Result<Self, Error> {
        let address = address.strip_prefix("tcp://").unwrap_or(address);
        let parts = address.rsplit_once(':').filter(|(host, port)| {
            let plain = !host.contains([':', '/', '[', ']']);
            let bracketed = host.starts_with('[') && host.ends_with(']');
            !host.is_empty() && (plain || bracketed) && port.parse::<u16>().is_ok_and(|port| port != 0)
        });
        match parts {
            Some(_) => Ok(Tcp { address: address.to_owned(), timeout: Duration::from_secs(5), connection: None }),
            None => Err(Error::new(format!("`{address}` is no address to connect to; expected `host:port`"))),
        }
    }

    /// How long to wait for a connection, and for the receiver to take more, before the attempt has failed. Default 5 s.
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        // The standard library refuses to wait for no time at all.
        self.timeout = timeout.max(Duration::from_millis(1));
        self
    }

    fn connect(&self) -> io::Result<TcpStream> {
        let mut failed = io::Error::new(ErrorKind::NotFound, "the host name has no address");
        for address in self.address.to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, self.timeout) {
                Ok(connection) => {
                    connection.set_write_timeout(Some(self.timeout))?;
                    connection.set_nodelay(true)?;
                    return Ok(connection);
                }
                Err(error) => failed = error,
            }
        }
        Err(failed)
    }
}

impl Sink for Tcp {
    fn describe(&self) -> String {
        format!("tcp://{}", self.address)
    }

    fn send(&mut self, batch: &[u8]) -> Result<(), SendError> {
        // Taken, so that an error leaves none: a new connection begins with a whole line, this one may have ended within one.
        let mut connection = match self.connection.take().filter(is_open) {
            Some(connection) => connection,
            None => self.connect().map_err(|error| SendError::temporary(0, error))?,
        };
        let mut sent = 0;
        while sent < batch.len() {
            match connection.write(&batch[sent..]) {
                Ok(0) => return Err(SendError::temporary(sent, io::Error::from(ErrorKind::WriteZero))),
                Ok(written) => sent += written,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    let cause = format!("the receiver took nothing for {:?}", self.timeout);
                    return Err(SendError::temporary(sent, io::Error::new(ErrorKind::TimedOut, cause)));
                }
                Err(error) => return Err(SendError::temporary(sent, error)),
            }
        }
        self.connection = Some(connection);
        Ok(())
    }
}

impl Drop for Tcp {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            // Closing with something left to read would take back what the receiver has not read yet.
            is_open(&connection);
            let _ = connection.shutdown(Shutdown::Write);
        }
    }
}

/// Whether the receiver has not closed the connection; reads what it said, because a close shows behind that only.
fn is_open(connection: &TcpStream) -> bool {
    let mut ignored = [0; 1024];
    let mut reader = connection;
    if connection.set_nonblocking(true).is_err() {
        return false;
    }
    // A receiver that talks without end must not keep us here.
    let mut reads = (0..64).map(|_| reader.read(&mut ignored));
    let open = match reads.find(|read| !matches!(read, Ok(1..))) {
        None => true,
        Some(Ok(_)) => false,
        Some(Err(error)) => matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted),
    };
    open && connection.set_nonblocking(false).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufRead, BufReader};
    use std::net::TcpListener;

    fn listen() -> (TcpListener, Tcp) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let tcp = Tcp::new(&listener.local_addr().unwrap().to_string()).unwrap();
        (listener, tcp)
    }

    fn accept(listener: &TcpListener) -> BufReader<TcpStream> {
        let (listener, (accepted, connection)) = (listener.try_clone().unwrap(), std::sync::mpsc::channel());
        std::thread::spawn(move || accepted.send(listener.accept().unwrap().0));
        let connection = connection.recv_timeout(Duration::from_secs(20)).expect("somebody connects");
        connection.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        BufReader::new(connection)
    }

    fn line(receiver: &mut impl BufRead) -> String {
        let mut line = String::new();
        receiver.read_line(&mut line).unwrap();
        line
    }

    #[test]
    fn lines_go_over_one_connection() {
        let (listener, mut tcp) = listen();
        tcp.send(b"one\n").unwrap();
        tcp.send(b"two\n").unwrap();
        let mut receiver = accept(&listener);
        assert_eq!([line(&mut receiver), line(&mut receiver)], ["one\n", "two\n"]);
        drop(tcp);
        assert_eq!(line(&mut receiver), "", "the connection ends with the sink");
    }

    #[test]
    fn a_receiver_that_closes_and_comes_back_misses_nothing_that_is_sent_later() {
        let (listener, mut tcp) = listen();
        tcp.send(b"one\n").unwrap();
        let mut receiver = accept(&listener);
        assert_eq!(line(&mut receiver), "one\n");
        receiver.get_ref().write_all(b"good bye\n").unwrap();
        drop(receiver);
        tcp.send(b"two\n").unwrap();
        assert_eq!(line(&mut accept(&listener)), "two\n");
    }

    #[test]
    fn what_the_receiver_says_is_no_close() {
        let (listener, mut tcp) = listen();
        tcp.send(b"one\n").unwrap();
        let mut receiver = accept(&listener);
        receiver.get_ref().write_all(b"welcome\n").unwrap();
        tcp.send(b"two\n").unwrap();
        assert_eq!([line(&mut receiver), line(&mut receiver)], ["one\n", "two\n"]);
    }

    #[test]
    fn closing_takes_back_nothing_that_a_slow_receiver_has_yet_to_read() {
        let (listener, mut tcp) = listen();
        tcp.send(b"one\n").unwrap();
        let mut receiver = accept(&listener);
        // More than the receiver's side keeps, less than both sides do.
        let batch = "two\n".repeat(64 << 10);
        tcp.send(batch.as_bytes()).unwrap();
        receiver.get_ref().write_all(b"unread\n").unwrap();
        drop(tcp);
        let mut received = String::new();
        receiver.read_to_string(&mut received).unwrap();
        assert!(received == format!("one\n{batch}"), "only {} bytes arrived", received.len());
    }

    #[test]
    fn nobody_there_is_tried_again() {
        let (listener, mut tcp) = listen();
        drop(listener);
        let error = tcp.send(b"one\n").unwrap_err();
        assert!(error.is_temporary());
        assert_eq!(error.accepted(), 0);
    }

    #[test]
    fn a_receiver_that_does_not_read_is_given_up_within_a_line_and_the_line_is_sent_again() {
        let (listener, tcp) = listen();
        let mut tcp = tcp.with_timeout(Duration::from_millis(20));
        let batch = format!("{}\n", "x".repeat(999_999)).repeat(64);
        let error = tcp.send(batch.as_bytes()).unwrap_err();
        assert!(error.is_temporary());
        let whole = crate::framing::Framing::Lines.whole(batch.as_bytes(), error.accepted());
        assert!(error.accepted() < batch.len());
        let _silent = accept(&listener);
        tcp.send(b"again\n").unwrap();
        assert_eq!(line(&mut accept(&listener)), "again\n", "on a connection of its own");
        assert_eq!(whole % 1_000_000, 0);
    }

    #[test]
    fn addresses_are_checked_at_once() {
        for good in ["localhost:25888", "tcp://127.0.0.1:1", "[::1]:25888"] {
            assert!(Tcp::new(good).is_ok(), "{good}");
        }
        for bad in ["", "localhost", ":25888", "localhost:", "localhost:http", "localhost:0", "::1:25888", "http://x:1"]
        {
            let error = Tcp::new(bad).unwrap_err().to_string();
            assert!(error.contains("host:port"), "{bad}: {error}");
        }
    }
}
