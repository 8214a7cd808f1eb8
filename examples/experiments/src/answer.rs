//! What a handler answers, before a framework makes a response of it.

use std::fmt;

use serde::Serialize;

/// A status and a body of JSON.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: serde_json::Value,
}

impl Answer {
    pub(crate) fn new(status: u16, body: impl Serialize) -> Result<Self, Failure> {
        Ok(Answer { status, body: serde_json::to_value(body).map_err(Failure::internal)? })
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub enum Failure {
    /// The caller asked for what cannot be.
    Invalid(String),
    /// There is no such thing.
    NotFound,
    /// It is there already.
    Conflict(String),
    /// We failed, or somebody we need.
    Internal,
}

impl Failure {
    /// The caller learns nothing of the inside; the record does.
    pub(crate) fn internal(error: impl std::error::Error) -> Self {
        tachograph::request().error(&error);
        Failure::Internal
    }
}

impl From<Failure> for Answer {
    fn from(failure: Failure) -> Self {
        let status = match &failure {
            Failure::Invalid(_) => 400,
            Failure::NotFound => 404,
            Failure::Conflict(_) => 409,
            Failure::Internal => 500,
        };
        Answer { status, body: serde_json::json!({ "error": failure.to_string() }) }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Invalid(why) | Failure::Conflict(why) => f.write_str(why),
            Failure::NotFound => f.write_str("not found"),
            Failure::Internal => f.write_str("internal error"),
        }
    }
}

impl std::error::Error for Failure {}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::RowNotFound => Failure::NotFound,
            sqlx::Error::Database(reason) if reason.is_unique_violation() => {
                Failure::Conflict("an experiment of this key exists".to_owned())
            }
            _ => Failure::internal(error),
        }
    }
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        Failure::internal(error)
    }
}
