//! What stands around a line: log shippers wrap them.

use std::borrow::Cow;

use memchr::memmem::Finder;
use serde::Deserialize;

/// What the first word of our lines of text is.
const PROFILER: &str = "[profiler] ";

/// What a line of a file holds.
#[derive(Debug, PartialEq)]
pub(crate) enum Content<'a> {
    /// A JSON object, or the beginning of one. What stands before it is none of it.
    Json(&'a str),
    /// The words behind `[profiler]`, and the word before it, which may be the time.
    Words { time: Option<&'a str>, words: &'a str },
    /// A line inside another, to be looked at as a line is.
    Wrapped(String),
    /// None of these.
    Foreign,
    /// Nothing at all.
    Blank,
}

/// How Docker's driver `json-file` writes a line, and with more or less of it around those that read its files.
#[derive(Deserialize)]
struct Docker<'a> {
    #[serde(borrow)]
    log: Cow<'a, str>,
    #[serde(borrow, default)]
    time: Cow<'a, str>,
}

/// Unwraps lines.
#[derive(Debug)]
pub(crate) struct Unwrap {
    profiler: Finder<'static>,
}

impl Unwrap {
    pub(crate) fn new() -> Self {
        Unwrap { profiler: Finder::new(PROFILER) }
    }

    /// What is in the line: as it was written, behind a prefix (`2026-11-21T07:05:29Z {…}`), or inside Docker's object.
    #[inline]
    pub(crate) fn line<'a>(&self, text: &'a str) -> Content<'a> {
        let text = text.trim_ascii();
        match text.bytes().next() {
            Some(b'{') => Self::wrapped(text).map_or(Content::Json(text), Content::Wrapped),
            Some(_) => self.behind_prefix(text),
            None => Content::Blank,
        }
    }

    fn behind_prefix<'a>(&self, text: &'a str) -> Content<'a> {
        let brace = memchr::memchr(b'{', text.as_bytes());
        // A route may have braces, too.
        match self.profiler.find(text.as_bytes()) {
            Some(at) if brace.is_none_or(|brace| at < brace) => {
                let time = text[..at].split_ascii_whitespace().next();
                Content::Words { time, words: &text[at + PROFILER.len()..] }
            }
            _ => brace.map_or(Content::Foreign, |brace| Content::Json(&text[brace..])),
        }
    }

    fn wrapped(text: &str) -> Option<String> {
        // What begins as ours do is not looked at twice.
        let is_ours = text.starts_with("{\"timestamp\"");
        let docker: Docker<'_> = (!is_ours).then(|| serde_json::from_str(text).ok()).flatten()?;
        Some(format!("{} {}", docker.time, docker.log))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Content<'_> {
        Content::Json(text)
    }

    #[test]
    fn what_shippers_put_around_a_line_is_taken_off() {
        let unwrap = Unwrap::new();
        assert_eq!(unwrap.line("{\"a\":1}\r"), json("{\"a\":1}"));
        assert_eq!(unwrap.line("2026-11-21T07:05:29.123Z {\"a\":1}"), json("{\"a\":1}"));
        assert_eq!(unwrap.line("2026-11-21T07:05:29.123456789Z stdout F {\"a\":1}"), json("{\"a\":1}"));
        assert_eq!(unwrap.line("Nov 21 07:05:29 host api[1]: {\"a\":1}"), json("{\"a\":1}"));
        let docker = r#"{"log":"{\"a\":\"b\\n\"}\n","stream":"stdout","time":"2026-11-21T07:05:29.1Z"}"#;
        let Content::Wrapped(inner) = unwrap.line(docker) else { panic!("{:?}", unwrap.line(docker)) };
        assert_eq!(unwrap.line(&inner), json(r#"{"a":"b\n"}"#));
        assert_eq!(unwrap.line("listening on 8080"), Content::Foreign);
        assert_eq!(unwrap.line("  "), Content::Blank);
    }

    #[test]
    fn what_docker_wrote_may_have_been_written_again() {
        let unwrap = Unwrap::new();
        for text in [
            r#"{"log":"{\"a\":1}\n"}"#,
            r#"{"stream": "stdout", "log": "{\"a\":1}\n", "date": 1.5}"#,
            r#"{"time":"2026-11-21T07:05:29.1Z","kubernetes":{"pod":"x"},"log":"{\"a\":1}"}"#,
        ] {
            let Content::Wrapped(inner) = unwrap.line(text) else { panic!("{text}") };
            assert_eq!(unwrap.line(&inner), json("{\"a\":1}"), "{text}");
        }
    }

    #[test]
    fn words_are_found_behind_a_time_and_inside_docker() {
        let unwrap = Unwrap::new();
        let words = "GET /experiments/{id} 12.34 200";
        assert_eq!(unwrap.line(&format!("[profiler] {words}")), Content::Words { time: None, words });
        let time = "2026-11-21T07:05:29.123Z";
        assert_eq!(unwrap.line(&format!("{time} [profiler] {words}")), Content::Words { time: Some(time), words });
        let docker = format!(r#"{{"log":"[profiler] {words}\n","stream":"stdout","time":"{time}"}}"#);
        let Content::Wrapped(inner) = unwrap.line(&docker) else { panic!("{:?}", unwrap.line(&docker)) };
        assert_eq!(unwrap.line(&inner), Content::Words { time: Some(time), words });
    }
}
