//! The strict service by hand: `cargo run -p tachograph-log-service`, something that sends to it, and Enter at the end.

use std::process::ExitCode;

use tachograph_log_service::LogService;

const PORT: u16 = 4580;

fn main() -> ExitCode {
    let service = match LogService::start_at(PORT) {
        Ok(service) => service,
        Err(error) => {
            eprintln!("port {PORT} is taken: {error}");
            return ExitCode::FAILURE;
        }
    };
    println!("CloudWatch Logs at {}; Enter ends it", service.endpoint());
    let _ = std::io::stdin().read_line(&mut String::new());
    service.look(|kept| {
        for name in kept.groups.keys() {
            println!("{name}: {} events", kept.count(name));
            kept.events(name).iter().for_each(|event| println!("{} {}", event.timestamp, event.message));
        }
        kept.complaints.iter().for_each(|complaint| eprintln!("{complaint}"));
        if kept.complaints.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    })
}
