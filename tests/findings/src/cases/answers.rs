//! What is sent, and how long that takes.

use tachograph::core::FindingKind;

use super::{USER, slow_request};
use crate::answer::Answer;
use crate::app::App;
use crate::case::{Case, case};
use crate::expected::finding;

pub(crate) fn cases() -> Vec<Case> {
    vec![
        case("large", large).finds([finding(FindingKind::LargeResponse, 1).bytes(300_001)]),
        case("large_in_no_time", large_in_no_time),
        case("just_not_large", just_not_large),
        case("large_and_sent_in_parts", large_and_sent_in_parts)
            .finds([finding(FindingKind::LargeResponse, 1).bytes(400_000).costs(200)]),
        case("large_allowed_here", large).configured(|capture| {
            let mut own = capture.thresholds.clone();
            own.large_response = 1_000_000;
            capture.routes.set("GET /large_allowed_here", own);
        }),
        case("sent_slowly", sent_slowly)
            .finds([finding(FindingKind::SlowBody, 1).bytes(4_000).costs(1_200), slow_request(1_200)])
            .verdict("100% sending the body: 4 kB (sent slowly)"),
        case("not_sent_slowly", not_sent_slowly),
        case("sent_for_the_lesser_part", sent_for_the_lesser_part).finds([slow_request(2_396)]),
        case("events", events),
        case("upgraded", upgraded),
    ]
}

async fn large(app: App) -> Answer {
    app.pass(101).await;
    Answer::bytes(300_001)
}

async fn large_in_no_time(app: App) -> Answer {
    app.pass(100).await;
    Answer::bytes(300_001)
}

async fn just_not_large(app: App) -> Answer {
    app.pass(200).await;
    Answer::bytes(300_000)
}

fn parts(app: App, parts: usize, bytes: usize, millis: u64) -> Answer {
    Answer::parts(parts, move |_| {
        let app = app.clone();
        async move {
            app.pass(millis).await;
            vec![b'x'; bytes]
        }
    })
}

async fn large_and_sent_in_parts(app: App) -> Answer {
    parts(app, 10, 40_000, 20)
}

async fn sent_slowly(app: App) -> Answer {
    parts(app, 4, 1_000, 300)
}

async fn not_sent_slowly(app: App) -> Answer {
    parts(app, 3, 1_000, 333)
}

/// What it was made of took longer.
async fn sent_for_the_lesser_part(app: App) -> Answer {
    for user in 0..3 {
        app.query_of(USER, user, 399).await;
        app.work(1);
    }
    parts(app, 4, 1_000, 299)
}

/// A stream lasts, and does, as much as it is wanted to.
async fn events(app: App) -> Answer {
    for id in 1..=12 {
        app.query_of(USER, id, 100).await;
    }
    parts(app, 100, 10_000, 1_000).content_type("text/event-stream")
}

async fn upgraded(app: App) -> Answer {
    for id in 1..=12 {
        app.query_of(USER, id, 100).await;
    }
    Answer::status(101)
}
