//! What is logged about sending is not sent.

use std::sync::{Arc, OnceLock};

use tachograph_cloudwatch_logs::SharedCredentialsProvider;
use tachograph_core::Handle;
use tachograph_log_service::{Answer, Call};
use tracing_subscriber::prelude::*;

use crate::bench::{Bench, CredentialsBy, GROUP, credentials, log};

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

#[test]
fn what_is_logged_on_the_threads_that_send_is_not_sent() {
    let handle = Arc::<OnceLock<Handle>>::default();
    let of_failures = Arc::clone(&handle);
    let of_credentials = Arc::clone(&handle);
    let bench = Bench::with(|settings| {
        settings.on_failure = Arc::new(move |failure| {
            log(of_failures.get().expect("there is an instance"), &failure.to_string());
        });
        // As names are looked up: on a thread of the runtime.
        settings.credentials = Some(SharedCredentialsProvider::new(CredentialsBy(Arc::new(move || {
            log(of_credentials.get().expect("there is an instance"), "who are we?");
            Ok(credentials())
        }))));
    });
    assert!(handle.set(bench.handle.clone()).is_ok());
    bench.service.answer_next(Call::PutLogEvents, [Answer::Status(503)]);
    bench.log("0");
    bench.flush();
    bench.log("1");
    bench.flush();
    assert_eq!((bench.counters().failures, bench.logged(GROUP)), (1, vec!["0".to_owned(), "1".to_owned()]));
}
