//! Receivers in trouble that say so.

use tachograph_collector::Answer;

use super::*;

fn answered(protocol: Protocol, answer: Answer) -> Result<(), SendError> {
    let collector = Collector::start_blocking();
    collector.answer_with(answer);
    transport(protocol, &collector).send(request(0))
}

#[test]
fn a_receiver_that_cannot_now_is_tried_again_when_it_says() {
    for protocol in PROTOCOLS {
        let error = answered(protocol, Answer::Unavailable { retry_after: Some(Duration::from_secs(7)) }).unwrap_err();
        assert!(error.is_temporary());
        assert_eq!(error.asked_wait(), Some(Duration::from_secs(7)));
        let error = answered(protocol, Answer::Unavailable { retry_after: None }).unwrap_err();
        assert!(error.is_temporary());
        assert_eq!(error.asked_wait(), None);
    }
}

#[test]
fn what_is_refused_is_not_tried_again_and_the_reason_is_told() {
    for protocol in PROTOCOLS {
        let error = answered(protocol, Answer::Refused).unwrap_err();
        assert!(!error.is_temporary() && error.rejected_items().is_none());
        let code = if protocol == Protocol::Grpc { "InvalidArgument" } else { "400 Bad Request" };
        assert_eq!(why(&error), format!("{code}: refused, as the test wants it"));
    }
}

#[test]
fn a_partial_success_says_how_much_was_rejected_and_why() {
    for protocol in PROTOCOLS {
        let partly = |rejected| Answer::PartialSuccess { rejected, message: "no such tenant".to_owned() };
        let error = answered(protocol, partly(3)).unwrap_err();
        assert_eq!((error.rejected_items(), error.is_temporary()), (Some(3), false));
        assert_eq!(why(&error), "spans: no such tenant");
        let error = answered(protocol, partly(0)).unwrap_err();
        assert_eq!(error.rejected_items(), Some(0), "a warning");
    }
}

#[test]
fn a_success_that_is_no_protobuf_is_told_and_not_tried_again() {
    for protocol in PROTOCOLS {
        let error = answered(protocol, Answer::Garbage).unwrap_err();
        assert_eq!(error.rejected_items(), Some(0));
        assert!(why(&error).contains("check that a receiver of OTLP is at this endpoint"), "{}", why(&error));
    }
}

#[test]
fn no_answer_in_time_is_tried_again() {
    for protocol in PROTOCOLS {
        let collector = Collector::start_blocking();
        collector.answer_with(Answer::Hang);
        let timeout = Duration::from_millis(50);
        let target = Target { timeout, ..target(protocol, endpoint(protocol, &collector)) };
        let mut transport = Transport::new(Signal::Traces, target).unwrap();
        let error = transport.send(request(0)).unwrap_err();
        assert!(error.is_temporary());
        assert_eq!(why(&error), "no answer within 50ms");
    }
}

#[test]
fn what_takes_longer_than_a_shutdown_may_is_given_up() {
    for protocol in PROTOCOLS {
        let collector = Collector::start_blocking();
        collector.answer_with(Answer::Hang);
        let mut transport = transport(protocol, &collector);
        let interrupt = transport.interrupter();
        // Whether it comes before the request or while that hangs, it ends it.
        let interrupting = std::thread::spawn(interrupt);
        let error = transport.send(request(0)).unwrap_err();
        interrupting.join().unwrap();
        assert!(!error.is_temporary());
        assert_eq!(why(&error), "it took longer than the shutdown may");
    }
}

#[test]
fn nobody_there_is_tried_again() {
    for protocol in PROTOCOLS {
        // Bound and never listened on: refused.
        let error =
            Transport::new(Signal::Traces, target(protocol, "http://127.0.0.1:1".to_owned())).unwrap().send(request(0));
        let error = error.unwrap_err();
        assert!(error.is_temporary());
        assert!(why(&error).contains("Connection refused"), "{}", why(&error));
        assert!(why(&error).len() < 150, "{}", why(&error));
    }
}
