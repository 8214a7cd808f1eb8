//! The partner service as a test has it: it tells what it was asked, and under which trace.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

const ANSWER: &str = concat!(
    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 20\r\n\r\n",
    r#"{"conversion":0.031}"#
);

/// What it was asked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    headers: Vec<(String, String)>,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(other, _)| other == name).map_or("", |(_, value)| value)
    }

    /// A field of `X-Amzn-Trace-Id`; empty where it is not there.
    pub(crate) fn amzn(&self, field: &str) -> &str {
        let fields = self.header("x-amzn-trace-id").split(';').filter_map(|field| field.split_once('='));
        fields.into_iter().find(|(name, _)| *name == field).map_or("", |(_, value)| value)
    }
}

/// It answers as the demonstration's own does, for as long as the test runs.
#[derive(Debug)]
pub(crate) struct Partner {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Partner {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, asked) = (listener.local_addr().unwrap(), Arc::<Mutex<Vec<Asked>>>::default());
        let kept = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let kept = Arc::clone(&kept);
                thread::spawn(move || serve(stream, &kept));
            }
        });
        Partner { address, asked }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it was asked since this was asked last.
    pub(crate) fn take(&self) -> Vec<Asked> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

/// Until the client is gone. It is asked for nothing that has a body.
fn serve(stream: TcpStream, asked: &Mutex<Vec<Asked>>) {
    let mut reader = BufReader::new(stream);
    let (mut line, mut head) = (String::new(), Asked::default());
    while reader.read_line(&mut line).is_ok_and(|bytes| bytes > 0) {
        match line.trim_end().split_once(": ") {
            Some((name, value)) => head.headers.push((name.to_ascii_lowercase(), value.to_owned())),
            None if line.trim_end().is_empty() => {
                // It is kept before it is answered, so that who has the answer finds it.
                asked.lock().unwrap().push(std::mem::take(&mut head));
                if reader.get_mut().write_all(ANSWER.as_bytes()).is_err() {
                    return;
                }
            }
            None => {}
        }
        line.clear();
    }
}
