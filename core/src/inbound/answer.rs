//! What follows the head of an answer.

/// What a request's method makes of the body of its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Whatever the status allows.
    Body,
    /// HEAD: none.
    Nothing,
    /// CONNECT: bytes in both directions, which are no body.
    Tunnel,
}

impl Expected {
    /// By the method, as it came.
    pub fn by(method: &str) -> Self {
        match method {
            "HEAD" => Expected::Nothing,
            "CONNECT" => Expected::Tunnel,
            _ => Expected::Body,
        }
    }
}

/// What follows the head of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// The size of the body as it goes on the wire, where it is known.
    pub body_bytes: Option<u64>,
    /// An upgrade or an event stream.
    pub streaming: bool,
}

impl Answer {
    /// Reads it from the head. `size` says what the body would be, where it is known; it is asked only if there can be one.
    pub fn new(
        expected: Expected,
        status: u16,
        content_type: Option<&[u8]>,
        size: impl FnOnce() -> Option<u64>,
    ) -> Self {
        let tunnel = expected == Expected::Tunnel && (200..300).contains(&status);
        let upgrade = tunnel || status == 101;
        let bodiless =
            upgrade || expected == Expected::Nothing || (100..200).contains(&status) || matches!(status, 204 | 304);
        Answer {
            // What a server would not send, it does not even ask the body for.
            body_bytes: if bodiless { Some(0) } else { size() },
            streaming: upgrade || content_type.is_some_and(is_event_stream),
        }
    }
}

fn is_event_stream(content_type: &[u8]) -> bool {
    const EVENT_STREAM: &[u8] = b"text/event-stream";
    content_type.get(..EVENT_STREAM.len()).is_some_and(|start| start.eq_ignore_ascii_case(EVENT_STREAM))
        && content_type.get(EVENT_STREAM.len()).is_none_or(|next| matches!(next, b';' | b' ' | b'\t'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_stream_is_known_by_its_media_type_alone() {
        for known in ["text/event-stream", "Text/Event-Stream; charset=utf-8", "text/event-stream ;a=b"] {
            assert!(is_event_stream(known.as_bytes()), "{known}");
        }
        for other in ["text/event-streams", "text/event", "text/plain; text/event-stream", ""] {
            assert!(!is_event_stream(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn what_has_no_body_is_not_asked_for_its_size() {
        let answer = |method, status| Answer::new(Expected::by(method), status, None, || Some(7));
        for (method, status) in [("HEAD", 200), ("GET", 204), ("GET", 304), ("GET", 103)] {
            assert_eq!(answer(method, status), Answer { body_bytes: Some(0), streaming: false }, "{method} {status}");
        }
        for (method, status) in [("GET", 101), ("CONNECT", 200), ("CONNECT", 299)] {
            assert_eq!(answer(method, status), Answer { body_bytes: Some(0), streaming: true }, "{method} {status}");
        }
        for (method, status) in [("GET", 200), ("POST", 205), ("CONNECT", 300), ("CONNECT", 407), ("head", 200)] {
            assert_eq!(answer(method, status), Answer { body_bytes: Some(7), streaming: false }, "{method} {status}");
        }
    }
}
