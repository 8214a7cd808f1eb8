//! The error that a handler returned.

use std::any::Any;
use std::error::Error;
use std::fmt::{self, Debug};

use lambda_runtime::Diagnostic;
use tachograph_core::request;

/// The error of a handler. It shows as it did, and tells Lambda what it did.
pub struct HandlerError {
    shown: String,
    diagnostic: Diagnostic,
}

impl HandlerError {
    /// Tells the record of an error, if there is one.
    pub(crate) fn of<E: Into<Diagnostic> + Debug + Any>(error: E) -> Self {
        let shown = format!("{error:?}");
        let recording = request().recording().cloned();
        // Most handlers return boxes, whose type says nothing and whose sources say more than the diagnostic.
        if let (Some(recording), Some(error)) = (&recording, boxed(&error)) {
            let name = name_in(&shown).unwrap_or("dyn Error");
            recording.failed(name.to_owned(), &error, error.source());
        }
        let diagnostic: Diagnostic = error.into();
        if let Some(recording) = recording {
            recording.failed(diagnostic.error_type.clone(), &diagnostic.error_message, None);
        }
        HandlerError { shown, diagnostic }
    }
}

fn boxed(error: &dyn Any) -> Option<&(dyn Error + 'static)> {
    if let Some(error) = error.downcast_ref::<Box<dyn Error + Send + Sync>>() {
        return Some(&**error);
    }
    error.downcast_ref::<Box<dyn Error>>().map(|error| &**error)
}

/// The name with which the derived `Debug` of a type begins: of a box, nothing else tells which error is in it.
fn name_in(shown: &str) -> Option<&str> {
    let end = shown.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_' && letter != ':');
    let (name, rest) = shown.split_at(end.unwrap_or(shown.len()));
    let is_whole = rest.is_empty() || rest.starts_with('(') || rest.starts_with(" {");
    let last = name.rsplit("::").next()?;
    (is_whole && last.starts_with(|letter: char| letter.is_ascii_uppercase())).then_some(name)
}

impl Debug for HandlerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl From<HandlerError> for Diagnostic {
    fn from(error: HandlerError) -> Self {
        error.diagnostic
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn the_name_of_a_type_is_what_its_debug_begins_with() {
        for (shown, name) in [
            ("RowNotFound", Some("RowNotFound")),
            ("ParseIntError { kind: InvalidDigit }", Some("ParseIntError")),
            ("Database(PgDatabaseError { severity: Error })", Some("Database")),
            ("reqwest::Error { kind: Request }", Some("reqwest::Error")),
            ("\"no such thumbnail\"", None),
            ("Cannot reach 10.0.0.1", None),
            ("Refused (10.0.0.1)", None),
            ("cannot reach it", None),
            ("7", None),
            ("", None),
        ] {
            assert_eq!(name_in(shown), name, "{shown}");
        }
    }

    #[test]
    fn it_shows_and_is_reported_as_it_was() {
        let error = || -> lambda_runtime::Error { io::Error::other("the disk is full").into() };
        let shown = format!("{:?}", error());
        let reported = Diagnostic::from(error());
        let ours = HandlerError::of(error());
        assert_eq!(format!("{ours:?}"), shown);
        assert_eq!(Diagnostic::from(ours), reported);
    }
}
