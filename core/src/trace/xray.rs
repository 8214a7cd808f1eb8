//! Reading `X-Amzn-Trace-Id`: fields of AWS X-Ray, its load balancers and whoever else adds some, in any order.

use super::{Malformed, trim};
use crate::ids::{SpanId, TraceId, hex};

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) trace_id: TraceId,
    pub(super) parent_span_id: Option<SpanId>,
    pub(super) sampled: Option<bool>,
    /// All other fields but `Self`, joined by `;`; `None` if there are none.
    pub(super) fields: Option<Box<str>>,
    pub(super) malformed: bool,
    pub(super) shortened: bool,
}

/// As much as of `tracestate`. AWS names no bound; the longest field it documents, `Lineage`, has some 50 characters.
const MAX_FIELDS_LENGTH: usize = 512;

/// Without a valid `Root` there is no trace, so the header is malformed as a whole. Any other field that cannot be
/// read is left out and noted, and so is a field of X-Ray's that comes a second time.
pub(super) fn parse(value: &[u8]) -> Result<Header, Malformed> {
    let mut fields = Fields::default();
    for field in value.split(|&byte| byte == b';').map(trim).filter(|field| !field.is_empty()) {
        match name_and_value(field) {
            Some((name, value)) => fields.add(name, value),
            None => fields.malformed = true,
        }
    }
    let trace_id = fields.root.and_then(trace_id).ok_or(Malformed)?;
    let parent_span_id = fields.parent.and_then(span_id);
    let sampled = match fields.sampled {
        Some("1") => Some(true),
        Some("0") => Some(false),
        _ => None,
    };
    let malformed = fields.malformed
        || fields.parent.is_some() && parent_span_id.is_none()
        || !matches!(fields.sampled, None | Some("0" | "1" | "?"));
    Ok(Header {
        trace_id,
        parent_span_id,
        sampled,
        fields: (!fields.others.is_empty()).then(|| fields.others.into()),
        malformed,
        shortened: fields.shortened,
    })
}

#[derive(Default)]
struct Fields<'a> {
    root: Option<&'a str>,
    parent: Option<&'a str>,
    sampled: Option<&'a str>,
    others: String,
    malformed: bool,
    shortened: bool,
}

impl<'a> Fields<'a> {
    fn add(&mut self, name: &'a str, value: &'a str) {
        // No case is prescribed, and whoever reads the header after us must not find a `root` beside our `Root`.
        let is = |reserved: &str| name.eq_ignore_ascii_case(reserved);
        let reserved = if is("Root") {
            &mut self.root
        } else if is("Parent") {
            &mut self.parent
        } else if is("Sampled") {
            &mut self.sampled
        } else if is("Self") {
            // The load balancer in front wrote it about its own hop; it would mislead the next.
            return;
        } else {
            return self.keep(name, value);
        };
        match reserved {
            Some(_) => self.malformed = true,
            None => *reserved = Some(value),
        }
    }

    fn keep(&mut self, name: &str, value: &str) {
        let separator = if self.others.is_empty() { "" } else { ";" };
        let field = [separator, name, "=", value];
        let length = field.map(str::len).iter().sum();
        if self.others.len() + length > MAX_FIELDS_LENGTH {
            self.shortened = true;
            return;
        }
        self.others.reserve_exact(length);
        self.others.extend(field);
    }
}

/// Both visible ASCII, so that they can go out again as they came.
fn name_and_value(field: &[u8]) -> Option<(&str, &str)> {
    let equals = field.iter().position(|&byte| byte == b'=')?;
    let (name, value) = (trim(&field[..equals]), trim(&field[equals + 1..]));
    if name.is_empty() || !name.iter().chain(value).all(u8::is_ascii_graphic) {
        return None;
    }
    Some((std::str::from_utf8(name).ok()?, std::str::from_utf8(value).ok()?))
}

fn trace_id(root: &str) -> Option<TraceId> {
    let bytes = root.as_bytes();
    if bytes.len() != 35 || !root.starts_with("1-") || bytes[10] != b'-' {
        return None;
    }
    TraceId::new(digits(&bytes[2..10])? << 96 | digits(&bytes[11..])?)
}

fn span_id(parent: &str) -> Option<SpanId> {
    if parent.len() != 16 {
        return None;
    }
    SpanId::new(digits(parent.as_bytes())? as u64)
}

/// AWS writes lower case, but its own SDKs read either.
fn digits(digits: &[u8]) -> Option<u128> {
    hex::parse(digits.iter().map(u8::to_ascii_lowercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "Root=1-67891233-abcdef012345678912345678";
    const TRACE_ID: u128 = 0x6789_1233_abcd_ef01_2345_6789_1234_5678;

    fn header() -> Header {
        Header {
            trace_id: TraceId::new(TRACE_ID).unwrap(),
            parent_span_id: None,
            sampled: None,
            fields: None,
            malformed: false,
            shortened: false,
        }
    }

    fn read(value: &str) -> Header {
        parse(value.as_bytes()).unwrap_or_else(|Malformed| panic!("malformed: {value}"))
    }

    #[test]
    fn what_a_load_balancer_sends() {
        // The three examples of AWS's page "Request tracing for your Application Load Balancer".
        assert_eq!(read(ROOT), header());
        let own_hop = "Self=1-67891233-12456789abcdef012345678;";
        assert_eq!(read(&format!("{own_hop}{ROOT}")), header());
        let with_field = Header { fields: Some("CalledFrom=app".into()), ..header() };
        assert_eq!(read(&format!("{own_hop}{ROOT};CalledFrom=app")), with_field);
    }

    #[test]
    fn what_xray_and_lambda_send() {
        let called = Header { parent_span_id: SpanId::new(0x5399_5c3f_42cd_8ad8), sampled: Some(true), ..header() };
        assert_eq!(read(&format!("{ROOT};Parent=53995c3f42cd8ad8;Sampled=1")), called);
        assert_eq!(read(&format!("{ROOT};Sampled=0")).sampled, Some(false));
        assert_eq!(read(&format!("{ROOT};Sampled=?")), header());
        let lambda = read(&format!("{ROOT};Parent=53995c3f42cd8ad8;Sampled=0;Lineage=1:a87bd80c:0|32:b4c7ff1e:12"));
        assert_eq!(lambda.fields.as_deref(), Some("Lineage=1:a87bd80c:0|32:b4c7ff1e:12"));
    }

    #[test]
    fn order_case_and_white_space_do_not_matter() {
        let value = " sampled = 1 ;; PARENT=53995C3F42CD8AD8;\troot=1-67891233-ABCDEF012345678912345678 ; x=y ;";
        let expected = Header {
            parent_span_id: SpanId::new(0x5399_5c3f_42cd_8ad8),
            sampled: Some(true),
            fields: Some("x=y".into()),
            ..header()
        };
        assert_eq!(read(value), expected);
    }

    #[test]
    fn without_a_valid_root_there_is_nothing() {
        for value in [
            "",
            ";",
            "Root",
            "Root=",
            "Root=;",
            "Parent=53995c3f42cd8ad8;Sampled=1",
            "Root=1-00000000-000000000000000000000000",
            "Root=2-67891233-abcdef012345678912345678",
            "Root=1-67891233-abcdef01234567891234567",
            "Root=1-67891233-abcdef0123456789123456789",
            "Root=1-6789123-3abcdef012345678912345678",
            "Root=1-67891233-abcdef01234567891234567g",
            "Root=1-67891233_abcdef012345678912345678",
            "Root=67891233abcdef012345678912345678",
            "Root=1-67891233-abcdef012345678912345678,Root=1-67891233-abcdef012345678912345679",
        ] {
            assert_eq!(parse(value.as_bytes()), Err(Malformed), "{value}");
        }
    }

    #[test]
    fn a_field_that_cannot_be_read_is_left_out_and_noted() {
        let noted = Header { malformed: true, ..header() };
        for broken in [
            "Parent=",
            "Parent=0000000000000000",
            "Parent=53995c3f42cd8ad",
            "Parent=53995c3f42cd8ad88",
            "Parent=53995c3f42cd8adg",
            "Sampled=yes",
            "Sampled=",
            "Root=1-67891233-abcdef012345678912345679",
            "nothing",
            "=value",
            "a b=c",
            "a=b c",
            "a=\u{1}",
            "a=ü",
        ] {
            assert_eq!(read(&format!("{ROOT};{broken}")), noted, "{broken}");
        }
        assert_eq!(parse(&[ROOT.as_bytes(), b";a=\xff\xfe"].concat()), Ok(noted));
    }

    #[test]
    fn the_other_fields_are_kept_up_to_a_bound() {
        let fits = format!("a={}", "x".repeat(510));
        assert_eq!(read(&format!("{ROOT};{fits}")), Header { fields: Some(fits.clone().into()), ..header() });
        let kept = read(&format!("{ROOT};{fits};b="));
        assert_eq!(kept, Header { fields: Some(fits.into()), shortened: true, ..header() });
        let flood = read(&format!("{ROOT};{};b=1", "x".repeat(100_000) + "=1"));
        assert_eq!(flood, Header { fields: Some("b=1".into()), shortened: true, ..header() });
    }
}
