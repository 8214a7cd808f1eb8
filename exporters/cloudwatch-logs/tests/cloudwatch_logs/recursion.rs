//! What is logged about sending is not sent.

use tracing_subscriber::prelude::*;

use crate::bench::{Bench, GROUP};

#[test]
fn its_own_calls_are_neither_recorded_nor_logged_into_itself() {
    // By name, so that it is looked up, on a thread that is not the delivery's.
    let bench = Bench::with(|settings| {
        let endpoint = settings.endpoint.take().unwrap();
        settings.endpoint = Some(endpoint.replace("127.0.0.1", "localhost"));
    });
    let subscriber = tracing_subscriber::registry().with(tachograph_tracing::layer(&bench.handle));
    tracing::subscriber::set_global_default(subscriber).expect("no other test has one");
    for number in 0..3 {
        tracing::info!(target: "shop", "{number}");
        bench.flush();
        // The connection is closed and made anew: most is logged then.
        bench.service.block_on(bench.service.kill());
        bench.service.block_on(bench.service.restart());
    }
    tracing::info!(target: "shop", "3");
    bench.flush();
    assert_eq!(bench.logged(GROUP), ["0", "1", "2", "3"]);
    assert_eq!(bench.handle.counters().unattributed_calls, 0);
}
