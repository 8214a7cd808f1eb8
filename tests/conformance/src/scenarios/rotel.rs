//! What comes out of a real collector is what went in.

use tachograph_collector::{Collector, Kind};

use super::everything::ask_for_everything;
use crate::case::Case;
use crate::peers::Rotel;

pub(super) fn a_collector_passes_on_what_it_gets_by_grpc(case: &Case) {
    passes_on(case, "grpc", Rotel::endpoint_grpc);
}

pub(super) fn a_collector_passes_on_what_it_gets_by_http(case: &Case) {
    passes_on(case, "http/protobuf", Rotel::endpoint_http);
}

fn passes_on(case: &Case, protocol: &str, endpoint: fn(&Rotel) -> String) {
    let collector = Collector::start_blocking();
    let rotel = Rotel::before(&collector.endpoint_grpc());
    let setup = case.setup().env("TACHOGRAPH_EXPORTERS__JSON__OUTPUT", "stdout");
    let setup = setup.env("TACHOGRAPH_EXPORTERS__OTLP__ENDPOINT", endpoint(&rotel));
    let demo = setup.env("TACHOGRAPH_EXPORTERS__OTLP__PROTOCOL", protocol).start();
    ask_for_everything(&demo);
    let lines = demo.stop();
    let requests = lines.requests().len();
    let duration = "http.server.request.duration";
    collector.block_on(collector.wait_for(|received| {
        let spans = received.spans.iter().filter(|span| span.kind == Kind::Server).count();
        let logs = received.logs.iter().filter(|log| log.event_name == "tachograph.request").count();
        let measured = received
            .metric(duration)
            .map_or(0, |metric| metric.points.iter().map(|point| point.histogram().count as usize).sum());
        spans == requests && logs == requests && measured == requests
    }));
    collector.finish();
    assert_eq!(collector.complaints(), [""; 0], "{}", rotel.said());
}
