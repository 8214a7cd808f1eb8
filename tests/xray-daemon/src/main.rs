//! The strict daemon by hand: `cargo run -p tachograph-xray-daemon [ADDRESS]`, a service that sends to it, and Enter at the
//! end. Documents go to stdout, one a line, as they come; complaints to stderr.

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tachograph_xray_daemon::Daemon;

fn main() -> ExitCode {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:2000".to_owned());
    let address = match address.parse() {
        Ok(address) => address,
        Err(error) => {
            eprintln!("{address:?} is no address: {error}");
            return ExitCode::FAILURE;
        }
    };
    let daemon = match Daemon::start_at(address) {
        Ok(daemon) => daemon,
        Err(error) => {
            eprintln!("{address}: {error}");
            return ExitCode::FAILURE;
        }
    };
    eprintln!("AWS_XRAY_DAEMON_ADDRESS={}; Enter ends it", daemon.address());
    let ended = AtomicBool::new(false);
    std::thread::scope(|threads| {
        let shown = threads.spawn(|| show(&daemon, &ended));
        let _ = std::io::stdin().read_line(&mut String::new());
        ended.store(true, Ordering::Relaxed);
        shown.join().expect("it only prints");
    });
    // What is wrong with traces as wholes is only to be known now.
    let (of_documents, all) = daemon.look(|received| (received.complaints.len(), received.all_complaints()));
    all.iter().skip(of_documents).for_each(|complaint| eprintln!("{complaint}"));
    if all.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Prints what comes until it is to end, and then what is left.
fn show(daemon: &Daemon, ended: &AtomicBool) {
    let (mut documents, mut complaints) = (0, 0);
    loop {
        let last = ended.load(Ordering::Relaxed);
        // Now and then it looks whether it is to end.
        daemon.is_within(Duration::from_millis(100), |received| {
            received.documents.len() > documents || received.complaints.len() > complaints
        });
        daemon.look(|received| {
            received.documents[documents..].iter().for_each(|document| println!("{}", document.json));
            received.complaints[complaints..].iter().for_each(|complaint| eprintln!("{complaint}"));
            (documents, complaints) = (received.documents.len(), received.complaints.len());
        });
        if last {
            return;
        }
    }
}
