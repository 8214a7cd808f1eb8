//! What a receiver answers: protobuf, if it is a receiver of OTLP at all.

use std::time::Duration;

/// What a request that was a success was answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Everything was taken.
    All,
    /// All but so many items was taken, for this reason; with none, it is a warning.
    Partly(u64, String),
}

/// `google.rpc.Status`, as far as it matters here.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) message: String,
    /// How long to wait before the next attempt.
    pub(crate) retry_after: Option<Duration>,
}

/// These are no protobuf.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Garbage;

/// Whoever reads messages longer than this has not written them.
const MAX_SHOWN: usize = 300;

impl Answer {
    /// Reads the response of any signal: they differ in their names only.
    pub(crate) fn read(response: &[u8]) -> Result<Self, Garbage> {
        let mut answer = Answer::All;
        for field in Fields(response) {
            if let (1, Value::Bytes(partial)) = field? {
                let (mut rejected, mut message) = (0, String::new());
                for field in Fields(partial) {
                    match field? {
                        // Less than nothing was rejected: nothing was.
                        (1, Value::Number(count)) => rejected = u64::try_from(count.cast_signed()).unwrap_or(0),
                        (2, Value::Bytes(text)) => message = readable(text),
                        _ => {}
                    }
                }
                if rejected > 0 || !message.is_empty() {
                    answer = Answer::Partly(rejected, message);
                }
            }
        }
        Ok(answer)
    }
}

impl Trouble {
    pub(crate) fn read(status: &[u8]) -> Result<Self, Garbage> {
        let mut trouble = Trouble::default();
        for field in Fields(status) {
            match field? {
                (2, Value::Bytes(message)) => trouble.message = readable(message),
                (3, Value::Bytes(detail)) => trouble.retry_after = retry_delay(detail)?.or(trouble.retry_after),
                _ => {}
            }
        }
        Ok(trouble)
    }
}

/// Of a `google.protobuf.Any`, the delay in a `google.rpc.RetryInfo`.
fn retry_delay(any: &[u8]) -> Result<Option<Duration>, Garbage> {
    let (mut kind, mut value) = (&b""[..], &b""[..]);
    for field in Fields(any) {
        match field? {
            (1, Value::Bytes(url)) => kind = url,
            (2, Value::Bytes(bytes)) => value = bytes,
            _ => {}
        }
    }
    if !kind.ends_with(b"/google.rpc.RetryInfo") {
        return Ok(None);
    }
    let (mut seconds, mut nanos) = (0, 0);
    for field in Fields(value) {
        if let (1, Value::Bytes(delay)) = field? {
            for field in Fields(delay) {
                match field? {
                    (1, Value::Number(number)) => seconds = number.cast_signed(),
                    (2, Value::Number(number)) => nanos = number.cast_signed(),
                    _ => {}
                }
            }
        }
    }
    let seconds = Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
    Ok(Some(seconds.saturating_add(Duration::from_nanos(u64::try_from(nanos).unwrap_or(0)))))
}

/// A text of a stranger's, as it can stand in a line.
pub(crate) fn readable(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(&text[..text.len().min(MAX_SHOWN * 4)]);
    let words: Vec<&str> = text.split(|letter: char| letter.is_whitespace() || letter.is_control()).collect();
    let mut line = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = line.char_indices().nth(MAX_SHOWN) {
        line.truncate(end);
        line.push('…');
    }
    line
}

enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    /// Of a width that nothing here has.
    Skipped,
}

/// The fields of a message.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn number(&mut self) -> Result<u64, Garbage> {
        let mut number = 0_u64;
        for place in 0..10 {
            let (byte, rest) = self.0.split_first().ok_or(Garbage)?;
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << (place * 7);
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Garbage)
    }

    fn bytes(&mut self, length: u64) -> Result<&'a [u8], Garbage> {
        let length = usize::try_from(length).map_err(|_| Garbage)?;
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(Garbage)?;
        self.0 = rest;
        Ok(bytes)
    }

    fn field(&mut self) -> Result<(u64, Value<'a>), Garbage> {
        let key = self.number()?;
        let value = match key & 7 {
            0 => Value::Number(self.number()?),
            1 => self.bytes(8).map(|_| Value::Skipped)?,
            2 => {
                let length = self.number()?;
                Value::Bytes(self.bytes(length)?)
            }
            5 => self.bytes(4).map(|_| Value::Skipped)?,
            _ => return Err(Garbage),
        };
        if key >> 3 == 0 { Err(Garbage) } else { Ok((key >> 3, value)) }
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Value<'a>), Garbage>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.0 = &[];
        }
        Some(field)
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::collector::trace::v1::{ExportTracePartialSuccess, ExportTraceServiceResponse};
    use proptest::prelude::*;
    use prost::Message;

    use super::*;

    fn response(rejected_spans: i64, error_message: &str) -> Vec<u8> {
        let partial = ExportTracePartialSuccess { rejected_spans, error_message: error_message.to_owned() };
        ExportTraceServiceResponse { partial_success: Some(partial) }.encode_to_vec()
    }

    #[test]
    fn a_full_success_says_nothing() {
        assert_eq!(Answer::read(b""), Ok(Answer::All));
        assert_eq!(Answer::read(&response(0, "")), Ok(Answer::All));
    }

    #[test]
    fn a_partial_success_says_how_much_and_why() {
        assert_eq!(Answer::read(&response(3, "too\nold")), Ok(Answer::Partly(3, "too old".to_owned())));
        assert_eq!(Answer::read(&response(0, "slow down")), Ok(Answer::Partly(0, "slow down".to_owned())));
        assert_eq!(Answer::read(&response(-5, "why")), Ok(Answer::Partly(0, "why".to_owned())));
    }

    #[test]
    fn what_is_no_answer_is_told_apart() {
        assert_eq!(Answer::read(b"<html><body>Welcome to the hotel</body></html>"), Err(Garbage));
        let whole = response(3, "too old");
        assert_eq!(Answer::read(&whole[..whole.len() - 1]), Err(Garbage));
        assert_eq!(Answer::read(b"\x00\x01"), Err(Garbage), "there is no field 0");
    }

    #[test]
    fn a_status_says_what_and_until_when() {
        // Message "busy"; an unknown detail; RetryInfo of 2.5 seconds; what nobody knows yet.
        let mut status = b"\x08\x0e\x12\x04busy\x1a\x05\x0a\x03a/b".to_vec();
        status.extend_from_slice(b"\x1a\x36\x0a\x28type.googleapis.com/google.rpc.RetryInfo");
        status.extend_from_slice(b"\x12\x0a\x0a\x08\x08\x02\x10\x80\xca\xb5\xee\x01");
        status.extend_from_slice(b"\x25abcd\x29abcdefgh");
        let expected = Trouble { message: "busy".to_owned(), retry_after: Some(Duration::from_millis(2500)) };
        assert_eq!(Trouble::read(&status), Ok(expected));
    }

    #[test]
    fn texts_are_shown_in_one_line_that_ends() {
        assert_eq!(readable(b"  <p>\r\n\thello\0world \xff</p>"), "<p> hello world \u{fffd}</p>");
        assert_eq!(readable("ä".repeat(1000).as_bytes()).chars().count(), 301);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_to_their_end(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Answer::read(&bytes);
            let _ = Trouble::read(&bytes);
        }
    }
}
