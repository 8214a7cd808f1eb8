//! The conventions of database spans.

use crate::check::Check;
use crate::span::{Kind, Span};

/// The longest summary that the conventions allow, in characters.
const SUMMARY: usize = 255;

pub(crate) fn check(check: &mut Check, span: &Span) {
    if !span.attributes.keys().any(|name| name.starts_with("db.")) {
        return;
    }
    check.require(span.kind == Kind::Client, "a span of a database is its client's");
    check.require(!span.text("db.system.name").is_empty(), "db.system.name is missing");
    check.require(
        !span.attributes.keys().any(|name| name.starts_with("db.query.parameter.")),
        "the parameters of a query are private",
    );
    let summary = span.text("db.query.summary");
    check.require(summary.chars().count() <= SUMMARY, "db.query.summary is too long");
    check.require(summary.is_empty() || span.name == summary, format_args!("its name should be {summary:?}"));
    check.require(!span.name.contains('\''), "its name has literals in it");
}

#[cfg(test)]
mod tests {
    use crate::testing::{database_span, refused, set, text, without};

    #[test]
    fn a_span_of_a_database_says_which_and_what_but_nothing_private() {
        refused(database_span, "is its client's", |span| span.kind = 1);
        refused(database_span, "db.system.name is missing", |span| without(&mut span.attributes, "db.system.name"));
        refused(database_span, "its name should be", |span| span.name = "SELECT".to_owned());
        refused(database_span, "is too long", |span| {
            span.name = "a".repeat(256);
            set(&mut span.attributes, text("db.query.summary", &span.name));
        });
        refused(database_span, "are private", |span| span.attributes.push(text("db.query.parameter.0", "secret")));
        refused(database_span, "has literals", |span| {
            without(&mut span.attributes, "db.query.summary");
            span.name = "SELECT 'secret'".to_owned();
        });
    }
}
