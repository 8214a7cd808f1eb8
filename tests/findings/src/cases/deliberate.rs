//! Loops that are meant to be what they are, and how that is said.

use std::time::Duration;

use sqlx::query_scalar;
use tachograph::core::{FindingKind, Silence, deliberate};
use tachograph::request;

use super::{USER, n_plus_one};
use crate::app::App;
use crate::case::{Case, case};
use crate::expected::{finding, place};

fn at(mark: &str) -> String {
    place("cases/deliberate.rs", include_str!("deliberate.rs"), mark)
}

pub(crate) fn cases() -> Vec<Case> {
    vec![
        case("said_of_the_loop", said_of_the_loop),
        case("said_of_a_part", said_of_a_part).finds([n_plus_one(6).at(at("said_of_a_part"))]),
        case("said_of_calls", said_of_calls),
        case("said_of_what_spawns", said_of_what_spawns).finds([n_plus_one(6).at(at("said_of_what_spawns"))]),
        case("not_said_in_time", not_said_in_time).finds([n_plus_one(6).at(at("not_said_in_time"))]),
        case("said_of_the_request", said_of_the_request),
        case("said_of_another_kind", said_of_another_kind).finds([n_plus_one(6).at(at("said_of_another_kind"))]),
        case("place_silenced", looped)
            .configured(|capture| capture.silence = Silence::new([format!("src/{}", at("looped"))])),
        case("file_silenced", looped).configured(|capture| capture.silence = Silence::new(["cases/deliberate.rs"])),
        case("next_line_silenced", looped)
            .configured(|capture| {
                let (file, line) =
                    at("looped").rsplit_once(':').map(|(f, l)| (f.to_owned(), l.parse::<u32>())).unwrap();
                capture.silence = Silence::new([format!("{file}:{}", line.unwrap() + 1)]);
            })
            .finds([n_plus_one(6).at(at("looped"))]),
        case("statement_silenced", looped).configured(|capture| capture.silence = Silence::new(["SELECT users"])),
        case("other_statement_silenced", looped)
            .configured(|capture| capture.silence = Silence::new(["SELECT orders", "SELECT"]))
            .finds([n_plus_one(6).at(at("looped"))]),
        case("database_silenced", looped).configured(|capture| capture.silence = Silence::new(["shop"])),
        case("kind_off", looped).configured(|capture| capture.thresholds.switch_off(FindingKind::NPlusOne)),
        case("other_kind_off", looped)
            .configured(|capture| capture.thresholds.switch_off(FindingKind::DuplicateQuery))
            .finds([n_plus_one(6).at(at("looped"))]),
        case("more_allowed", looped).configured(|capture| capture.thresholds.repeats = 7),
        case("less_allowed", looped)
            .configured(|capture| capture.thresholds.repeats = 2)
            .finds([n_plus_one(6).at(at("looped")).limit(2)]),
        case("more_allowed_here", looped).configured(|capture| {
            let mut own = capture.thresholds.clone();
            own.repeats = 10;
            capture.routes.set("GET /more_allowed_here", own);
        }),
        case("more_allowed_here_by_any_method", looped).configured(|capture| {
            let mut own = capture.thresholds.clone();
            own.switch_off(FindingKind::NPlusOne);
            capture.routes.set("/more_allowed_here_by_any_method", own);
        }),
        case("less_allowed_by_this_method", looped)
            .configured(|capture| {
                let mut own = capture.thresholds.clone();
                own.repeats = 3;
                capture.routes.set("GET /less_allowed_by_this_method", own.clone());
                own.repeats = 10;
                capture.routes.set("/less_allowed_by_this_method", own);
            })
            .finds([n_plus_one(6).at(at("looped")).limit(3)]),
        case("more_allowed_elsewhere", looped)
            .configured(|capture| {
                let mut own = capture.thresholds.clone();
                own.repeats = 10;
                capture.routes.set("POST /more_allowed_elsewhere", own.clone());
                capture.routes.set("GET /more_allowed_here", own);
            })
            .finds([n_plus_one(6).at(at("looped"))]),
        case("slow_query_silenced", slow_query)
            .configured(|capture| capture.silence = Silence::new([at("slow_query")])),
        case("slow_query_allowed", slow_query)
            .configured(|capture| capture.thresholds.slow_query = Duration::from_millis(801)),
        case("slow_query_deliberate", slow_query_deliberate),
        case("partner_silenced", partner).configured(|capture| capture.silence = Silence::new(["partner.example"])),
        case("partner_not_silenced", partner)
            .finds([finding(FindingKind::ExternalNPlusOne, 10).of("GET").at(at("partner"))]),
    ]
}

async fn looped(app: App) {
    for id in 1..=6 {
        let _: String = query_scalar(USER).bind(id).fetch_one(app.db.here()).await.unwrap(); // @looped
    }
}

async fn said_of_the_loop(app: App) {
    deliberate(async {
        for id in 1..=12 {
            let _: String = query_scalar(USER).bind(id).fetch_one(&app.db).await.unwrap();
        }
    })
    .await;
}

/// Those that are meant are not counted with the others.
async fn said_of_a_part(app: App) {
    for id in 1..=12 {
        let user = async || {
            let _: String = query_scalar(USER).bind(id).fetch_one(app.db.here()).await.unwrap(); // @said_of_a_part
        };
        if id % 2 == 0 { deliberate(user()).await } else { user().await }
    }
}

async fn said_of_calls(app: App) {
    for id in 1..=12 {
        let _: String = deliberate(query_scalar(USER).bind(id).fetch_one(&app.db)).await.unwrap();
    }
}

/// A task that is spawned there is on its own.
async fn said_of_what_spawns(app: App) {
    let work = async move {
        for id in 1..=6 {
            let _: String = query_scalar(USER).bind(id).fetch_one(app.db.here()).await.unwrap(); // @said_of_what_spawns
        }
    };
    deliberate(async { tachograph::spawn(work).await }).await.unwrap();
}

/// It holds for what is asked inside, not for all that follows.
async fn not_said_in_time(app: App) {
    deliberate(async {}).await;
    for id in 1..=6 {
        let _: String = query_scalar(USER).bind(id).fetch_one(app.db.here()).await.unwrap(); // @not_said_in_time
    }
}

async fn said_of_the_request(app: App) {
    for id in 1..=12 {
        let _: String = query_scalar(USER).bind(id).fetch_one(&app.db).await.unwrap();
    }
    request().allow(FindingKind::NPlusOne);
}

async fn said_of_another_kind(app: App) {
    request().allow(FindingKind::DuplicateQuery).allow(FindingKind::SlowQuery);
    for id in 1..=6 {
        let _: String = query_scalar(USER).bind(id).fetch_one(app.db.here()).await.unwrap(); // @said_of_another_kind
    }
}

async fn slow_query(app: App) {
    app.query_of(USER, 7, 800).await; // @slow_query
}

async fn slow_query_deliberate(app: App) {
    deliberate(app.query_of(USER, 7, 800)).await;
}

async fn partner(app: App) {
    for id in 1..=10 {
        app.ask("GET", "partner.example", &format!("/users/{id}"), 0).await; // @partner
    }
}
