//! Reading `traceparent`: version, trace id, parent id and flags, in fixed places.

use super::{Malformed, trim};
use crate::ids::{SpanId, TraceId, hex};

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parent {
    pub(super) trace_id: TraceId,
    pub(super) parent_span_id: SpanId,
    pub(super) sampled: bool,
    pub(super) random_trace_id: bool,
}

/// The length of version 00; later versions may go on after another dash.
pub(super) const LENGTH: usize = 55;

pub(super) const SAMPLED: u8 = 0b01;
pub(super) const RANDOM_TRACE_ID: u8 = 0b10;

pub(super) fn parse(value: &[u8]) -> Result<Parent, Malformed> {
    read(trim(value)).ok_or(Malformed)
}

fn read(value: &[u8]) -> Option<Parent> {
    let (known, future) = value.split_at_checked(LENGTH)?;
    let version = digits(&known[..2])?;
    let ends_where_it_should = match version {
        0 => future.is_empty(),
        0xff => false,
        _ => future.first().is_none_or(|&byte| byte == b'-'),
    };
    let dashes = [known[2], known[35], known[52]];
    if !ends_where_it_should || dashes != *b"---" {
        return None;
    }
    let flags = digits(&known[53..])? as u8;
    Some(Parent {
        trace_id: TraceId::new(digits(&known[3..35])?)?,
        parent_span_id: SpanId::new(digits(&known[36..52])? as u64)?,
        sampled: flags & SAMPLED != 0,
        // What the other bits mean in a version that is not known yet, nobody can say.
        random_trace_id: version == 0 && flags & RANDOM_TRACE_ID != 0,
    })
}

fn digits(digits: &[u8]) -> Option<u128> {
    hex::parse(digits.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALID: &[u8; LENGTH] = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn the_four_parts_are_read() {
        let parent = parse(VALID).unwrap();
        assert_eq!(parent.trace_id.to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(parent.parent_span_id.to_string(), "00f067aa0ba902b7");
        assert!(parent.sampled && !parent.random_trace_id);
    }

    #[test]
    fn flags_are_bits() {
        for (flags, sampled, random) in
            [("00", false, false), ("01", true, false), ("02", false, true), ("09", true, false), ("ff", true, true)]
        {
            let value = [&VALID[..53], flags.as_bytes()].concat();
            let parent = parse(&value).unwrap();
            assert_eq!((parent.sampled, parent.random_trace_id), (sampled, random), "{flags}");
        }
    }

    #[test]
    fn of_a_future_version_only_the_sampled_flag_is_understood() {
        let parent = parse(b"01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03-more").unwrap();
        assert!(parent.sampled && !parent.random_trace_id);
    }

    #[test]
    fn each_byte_has_to_be_what_its_place_asks_for() {
        for place in 0..LENGTH {
            for byte in [b'A', b'F', b'g', b'.', b' ', b'+', 0, 0xff] {
                let mut value = *VALID;
                value[place] = byte;
                // At either end, a space is white space around a value that is too short.
                assert_eq!(parse(&value), Err(Malformed), "{byte:#x} at {place}");
            }
            assert_eq!(parse(&VALID[..place]), Err(Malformed), "{place} bytes");
        }
        for dash in [2, 35, 52] {
            let mut value = *VALID;
            value[dash] = b'0';
            assert_eq!(parse(&value), Err(Malformed), "no dash at {dash}");
        }
    }
}
