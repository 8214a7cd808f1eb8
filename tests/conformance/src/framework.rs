//! The frameworks that there is a demonstration on.

use std::fmt;

/// What a demonstration is built on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framework {
    /// `demo-axum`.
    Axum,
    /// `demo-actix-web`.
    ActixWeb,
    /// `demo-rocket`.
    Rocket,
}

impl Framework {
    /// As its records name the service.
    pub(crate) fn service(self) -> String {
        format!("demo-{self}")
    }
}

impl fmt::Display for Framework {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Framework::Axum => "axum",
            Framework::ActixWeb => "actix-web",
            Framework::Rocket => "rocket",
        })
    }
}
