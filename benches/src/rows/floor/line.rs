//! A request as one line of JSON.

use super::open::{End, Facts};
use crate::timestamp::Timestamp;
use axum::http::uri::PathAndQuery;
use std::fmt::{self, Write as _};

/// Appends the line of a request, its newline included.
pub(super) fn write_line(buffer: &mut String, facts: &Facts, end: End) {
    let microseconds = end.duration.as_micros();
    // Writing into a String cannot fail.
    let _ = write!(
        buffer,
        concat!(
            r#"{{"timestamp":"{}","level":"info","event":"request","request_id":"{:016x}","trace_id":"{:032x}","#,
            r#""method":"{}","route":"{}","path":"{}","status_code":{},"outcome":"{}","duration_ms":{}.{:03},"#,
            r#""request_bytes":{},"response_bytes":{}}}"#,
            "\n"
        ),
        Timestamp(end.at),
        facts.request_id,
        facts.trace_id,
        facts.method,
        Escaped(facts.route.as_ref().map_or("", |route| route.as_str())),
        Escaped(facts.path.as_ref().map_or("", PathAndQuery::path)),
        facts.status.map_or(0, |status| status.as_u16()),
        facts.outcome,
        microseconds / 1_000,
        microseconds % 1_000,
        facts.request_bytes,
        facts.response_bytes,
    );
}

/// Text inside a JSON string. Most of it needs no escaping and is written as it is.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.bytes().any(needs_escape) {
            return formatter.write_str(self.0);
        }
        for character in self.0.chars() {
            match character {
                '"' | '\\' => write!(formatter, "\\{character}")?,
                '\0'..='\x1f' => write!(formatter, "\\u{:04x}", u32::from(character))?,
                _ => formatter.write_char(character)?,
            }
        }
        Ok(())
    }
}

fn needs_escape(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

#[cfg(test)]
mod tests {
    use super::{End, Facts, write_line};
    use axum::http::{Method, StatusCode};
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn a_line_is_one_json_object_whatever_the_path() {
        let facts = Facts {
            trace_id: 0xa1,
            span_id: 1,
            request_id: 0xb2,
            method: Method::GET,
            route: None,
            path: Some(r#"/users/"42"?a=b"#.parse().unwrap()),
            status: Some(StatusCode::OK),
            outcome: "completed",
            request_bytes: 0,
            response_bytes: 200,
        };
        let mut line = String::new();
        write_line(&mut line, &facts, End { at: UNIX_EPOCH, duration: Duration::from_nanos(12_034_999) });
        assert_eq!(
            line,
            concat!(
                r#"{"timestamp":"1970-01-01T00:00:00.000Z","level":"info","event":"request","#,
                r#""request_id":"00000000000000b2","trace_id":"000000000000000000000000000000a1","method":"GET","#,
                r#""route":"","path":"/users/\"42\"","status_code":200,"outcome":"completed","duration_ms":12.034,"#,
                r#""request_bytes":0,"response_bytes":200}"#,
                "\n"
            )
        );
    }
}
