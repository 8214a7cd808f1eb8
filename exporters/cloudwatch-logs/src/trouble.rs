//! Why a call did not do what it was to do, and what that means for the lines.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_cloudwatchlogs::config::http::HttpResponse;
use aws_sdk_cloudwatchlogs::error::{ProvideErrorMetadata, SdkError};
use tachograph_delivery::{SendError, whole};

/// Why a call failed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// There is no such group, or no such stream in it.
    Missing(String),
    /// There is one already.
    There,
    /// The service has these events from an earlier call.
    Accepted,
    /// It can help to try again, after this much time where the service asked for it.
    ForNow(String, Option<Duration>),
    /// The service does not want this call, and would not later.
    ForGood(String),
}

impl Trouble {
    pub(crate) fn for_now(why: impl Into<String>) -> Self {
        Trouble::ForNow(why.into(), None)
    }

    /// What the delivery is told when so many bytes of its batch went out before.
    pub(crate) fn after(self, sent: usize) -> SendError {
        let why = self.to_string();
        match self {
            Trouble::ForNow(_, wait) => SendError::temporary(sent, why).retry_after(wait.unwrap_or_default()),
            Trouble::ForGood(_) => SendError::permanent(sent, why),
            Trouble::Missing(_) | Trouble::There | Trouble::Accepted => SendError::temporary(sent, why),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Trouble::Missing(why) | Trouble::ForNow(why, _) | Trouble::ForGood(why) => why,
            Trouble::There => "it is there already",
            Trouble::Accepted => "it has the events already",
        })
    }
}

/// Only what says that the call itself is wrong loses its lines: trying it again would hold up all others. Everything else
/// can pass: a limit, an outage, credentials that ran out, and a permission that somebody has yet to grant.
impl<E> From<SdkError<E, HttpResponse>> for Trouble
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        let status = error.raw_response().map(|response| response.status().as_u16());
        let why = why(&error, status);
        match error.code() {
            Some("ResourceNotFoundException") => Trouble::Missing(why),
            Some("ResourceAlreadyExistsException") => Trouble::There,
            Some("DataAlreadyAcceptedException") => Trouble::Accepted,
            Some("InvalidParameterException" | "SerializationException" | "ValidationException") => {
                Trouble::ForGood(why)
            }
            _ if status == Some(413) => Trouble::ForGood(why),
            _ => Trouble::ForNow(why, error.raw_response().and_then(retry_after)),
        }
    }
}

/// In one line, without what differs each time, such as the id of the request: a cause is told once.
fn why<E>(error: &SdkError<E, HttpResponse>, status: Option<u16>) -> String
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    let said = match (error.code(), error.message(), status) {
        (Some(code), Some(message), _) => format!("{code}: {message}"),
        (Some(code), None, _) => code.to_owned(),
        (None, _, Some(status)) => format!("status {status}"),
        (None, _, None) => unsent(error),
    };
    match error.code() {
        Some("AccessDeniedException") => format!(
            "{said} (needed are logs:PutLogEvents, and logs:CreateLogStream, logs:CreateLogGroup and \
             logs:PutRetentionPolicy where groups and streams are created)"
        ),
        _ => said,
    }
}

/// Why there is no answer at all.
fn unsent<E>(error: &SdkError<E, HttpResponse>) -> String
where
    E: StdError + 'static,
{
    let first: &(dyn StdError + 'static) = error;
    let chain = || std::iter::successors(Some(first), |error| (*error).source());
    if let Some(none) = chain().find(|error| error.is::<CredentialsError>()) {
        return format!("there are no credentials for AWS: {}", whole(none));
    }
    // What it was in the end: all around it says only in which part of the client that was.
    let last = chain().last().unwrap_or(first);
    match error {
        SdkError::TimeoutError(_) => format!("there was no answer in time: {last}"),
        SdkError::DispatchFailure(failure) if failure.is_io() || failure.is_timeout() => {
            format!("the service cannot be reached: {last}")
        }
        _ => whole(error),
    }
}

/// How long the service asks us to wait: in seconds, or as AWS has it in milliseconds.
fn retry_after(response: &HttpResponse) -> Option<Duration> {
    let number = |name: &str| response.headers().get(name).and_then(|value| value.trim().parse().ok());
    let asked = number("x-amz-retry-after").map(Duration::from_millis);
    asked.or_else(|| number("retry-after").map(Duration::from_secs))
}
