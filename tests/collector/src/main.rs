//! The strict receiver by hand: `cargo run -p tachograph-collector`, a service that exports to it, and Enter at the end.

use std::process::ExitCode;

use tachograph_collector::Collector;

fn main() -> ExitCode {
    let collector = match Collector::start_at(4317, 4318) {
        Ok(collector) => collector,
        Err(error) => {
            eprintln!("ports 4317 and 4318 are taken: {error}");
            return ExitCode::FAILURE;
        }
    };
    println!("gRPC at {}, HTTP at {}; Enter ends it", collector.endpoint_grpc(), collector.endpoint_http());
    let _ = std::io::stdin().read_line(&mut String::new());
    collector.finish();
    collector.look(|received| {
        for span in &received.spans {
            println!("{} {:?} {} {:?}", span.trace_id, span.kind, span.name, span.status.code);
        }
        for log in &received.logs {
            println!("{} {}", log.severity_text, log.body);
        }
        for metric in &received.metrics {
            println!("{} {:?}: {} series", metric.name, metric.shape, metric.points.len());
        }
        received.complaints.iter().for_each(|complaint| eprintln!("{complaint}"));
        if received.complaints.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    })
}
