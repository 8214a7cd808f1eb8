//! A server for tests, which says what it is told to, fitting or not.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use tachograph_core::lock;

/// What somebody asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// Method and path.
    pub(crate) line: String,
    /// In lower case, `name: value`.
    pub(crate) headers: Vec<String>,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find_map(|header| header.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// What it says.
#[derive(Clone)]
pub(crate) enum Say {
    Ok(Vec<u8>),
    Status(u16),
    /// These bytes, whatever they are.
    Raw(Vec<u8>),
    /// Nothing, for as long as it lives.
    Nothing,
}

pub(crate) struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start(answer: impl Fn(&Asked) -> Say + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::<Mutex<Vec<_>>>::default();
        let ended = Arc::<AtomicBool>::default();
        let mut server = Server { address, asked: Arc::clone(&asked), ended: Arc::clone(&ended), thread: None };
        let serve = move || {
            let mut unanswered = Vec::new();
            for stream in listener.incoming() {
                if ended.load(Ordering::SeqCst) {
                    return;
                }
                let stream = stream.unwrap();
                // One who only connects, or goes away, is no matter of the test's.
                let Some(request) = read(&stream) else { continue };
                lock(&asked).push(request.clone());
                unanswered.extend(say(stream, answer(&request)));
            }
        };
        server.thread = Some(std::thread::spawn(serve));
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        lock(&self.asked).clone()
    }

    /// Methods and paths.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        // Afterwards nobody listens there.
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn read(stream: &TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(stream);
    let mut line = || {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        Some(line.trim_end().to_owned())
    };
    let line_ = line()?;
    let mut asked = Asked { line: line_.strip_suffix(" HTTP/1.1")?.to_owned(), ..Asked::default() };
    loop {
        let header = line()?.to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        asked.headers.push(header);
    }
    let length = asked.header("content-length").map_or(0, |length| length.parse().unwrap());
    asked.body.resize(length, 0);
    reader.read_exact(&mut asked.body).ok()?;
    Some(asked)
}

/// Gives back the stream that is to be kept without an answer.
fn say(mut stream: TcpStream, say: Say) -> Option<TcpStream> {
    let bytes = match say {
        Say::Ok(body) => {
            [format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len()).as_bytes(), &body].concat()
        }
        Say::Status(status) => format!("HTTP/1.1 {status} Nothing\r\ncontent-length: 2\r\n\r\n{{}}").into_bytes(),
        Say::Raw(bytes) => bytes,
        Say::Nothing => return Some(stream),
    };
    // Whoever has heard enough hangs up.
    let _ = stream.write_all(&bytes);
    None
}
