//! What has to be found of handlers of every kind: one table, held against axum, actix-web and rocket.
//!
//! Each handler is written once, knows no framework, and has its right answer beside it, to the last finding. It runs as a
//! test would run it, where the place and the parameters of every call are found out, and as in production, where both are
//! only for what a request asks again. Statements are run by sqlx on SQLite; where times matter, a clock is moved by hand,
//! so that they are exact.

mod answer;
mod app;
mod case;
mod cases;
mod expected;
mod mounts;
mod run;
mod time;

macro_rules! table {
    ($($theme:ident)*) => {
        mod axum {
            $(#[test]
            fn $theme() {
                crate::run::hold("axum", crate::cases::$theme::cases(), crate::mounts::axum::ask);
            })*

            #[test]
            fn places_by_and_by() {
                let case = crate::cases::loops::in_production();
                crate::run::hold_by_and_by("axum", &case, crate::mounts::axum::ask);
            }
        }

        mod actix_web {
            $(#[test]
            fn $theme() {
                crate::run::hold("actix-web", crate::cases::$theme::cases(), crate::mounts::actix_web::ask);
            })*

            #[test]
            fn places_by_and_by() {
                let case = crate::cases::loops::in_production();
                crate::run::hold_by_and_by("actix-web", &case, crate::mounts::actix_web::ask);
            }
        }

        mod rocket {
            $(#[test]
            fn $theme() {
                crate::run::hold("rocket", crate::cases::$theme::cases(), crate::mounts::rocket::ask);
            })*

            #[test]
            fn places_by_and_by() {
                let case = crate::cases::loops::in_production();
                crate::run::hold_by_and_by("rocket", &case, crate::mounts::rocket::ask);
            }
        }
    };
}

table! {
    loops
    no_loops
    duplicates
    deliberate
    sequential
    budgets
    pools
    services
    answers
    polls
    tasks
    without_code
    ordinary
}
