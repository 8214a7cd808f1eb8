//! The wire format of protobuf, as far as OTLP needs it: fields appended to bytes.
//!
//! No structs are built on the way: those of a code generator want a vector for each list and a string for each name,
//! and a span has twenty names. Fields are to be written in the order of their tags, as generated code does.

/// How many bytes [`varint`] takes.
#[inline]
pub(crate) const fn varint_len(value: u64) -> usize {
    // Seven bits a byte, and one byte for zero.
    (70 - (value | 1).leading_zeros() as usize) / 7
}

/// A number, the last seven bits first.
#[inline]
pub(crate) fn varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

const VARINT: u32 = 0;
const FIXED64: u32 = 1;
const LENGTH_DELIMITED: u32 = 2;
const FIXED32: u32 = 5;

#[inline]
fn key(tag: u32, wire_type: u32, out: &mut Vec<u8>) {
    varint(u64::from(tag << 3 | wire_type), out);
}

/// A field of type `int32`, `uint32`, `bool` or an enumeration. Zero is what is read where nothing is written.
#[inline]
pub(crate) fn number(tag: u32, value: u32, out: &mut Vec<u8>) {
    if value != 0 {
        key(tag, VARINT, out);
        varint(value.into(), out);
    }
}

/// A field of type `fixed32`.
#[inline]
pub(crate) fn fixed32(tag: u32, value: u32, out: &mut Vec<u8>) {
    if value != 0 {
        key(tag, FIXED32, out);
        out.extend_from_slice(&value.to_le_bytes());
    }
}

/// A field of type `fixed64`.
#[inline]
pub(crate) fn fixed64(tag: u32, value: u64, out: &mut Vec<u8>) {
    if value != 0 {
        key(tag, FIXED64, out);
        out.extend_from_slice(&value.to_le_bytes());
    }
}

/// A field of type `fixed64` that is one of several alternatives: it says which one it is even where it is zero.
pub(crate) fn fixed64_even_if_zero(tag: u32, value: u64, out: &mut Vec<u8>) {
    key(tag, FIXED64, out);
    out.extend_from_slice(&value.to_le_bytes());
}

/// A field of type `double`, that is there even where it is zero: whether it is known is said by whether it is there.
pub(crate) fn double(tag: u32, value: f64, out: &mut Vec<u8>) {
    key(tag, FIXED64, out);
    out.extend_from_slice(&value.to_le_bytes());
}

/// A list of `fixed64` or `double`.
pub(crate) fn packed(tag: u32, values: impl ExactSizeIterator<Item = [u8; 8]>, out: &mut Vec<u8>) {
    if values.len() > 0 {
        head(tag, values.len() * 8, out);
        values.for_each(|value| out.extend_from_slice(&value));
    }
}

/// A field of type `string` or `bytes`.
#[inline]
pub(crate) fn bytes(tag: u32, value: &[u8], out: &mut Vec<u8>) {
    if !value.is_empty() {
        head(tag, value.len(), out);
        out.extend_from_slice(value);
    }
}

/// What stands before the `length` bytes of a text or of a message inside this one.
#[inline]
pub(crate) fn head(tag: u32, length: usize, out: &mut Vec<u8>) {
    key(tag, LENGTH_DELIMITED, out);
    varint(length as u64, out);
}

/// How many bytes a message of this length inside another takes, with what stands before it. Its tag is below 16.
pub(crate) const fn nested_len(length: usize) -> usize {
    1 + varint_len(length as u64) + length
}

/// Begins a message inside this one, of a length that is not known yet. What is returned is for [`end`].
#[inline]
pub(crate) fn begin(tag: u32, out: &mut Vec<u8>) -> usize {
    key(tag, LENGTH_DELIMITED, out);
    // Most are that long, so that nothing has to be moved.
    out.extend_from_slice(&[0; EXPECTED]);
    out.len()
}

/// How many bytes a length is expected to have: it is between 128 and 16383.
const EXPECTED: usize = 2;

/// Ends the message that began at `start`.
#[inline]
pub(crate) fn end(start: usize, out: &mut Vec<u8>) {
    let length = out.len() - start;
    if (0x80..0x4000).contains(&length) {
        out[start - 2] = length as u8 | 0x80;
        out[start - 1] = (length >> 7) as u8;
    } else {
        end_unexpected(start, length, out);
    }
}

/// Makes room for a longer length, or closes the gap before a shorter one.
#[cold]
fn end_unexpected(start: usize, length: usize, out: &mut Vec<u8>) {
    let needed = varint_len(length as u64);
    out.resize(start + length + needed.saturating_sub(EXPECTED), 0);
    out.copy_within(start..start + length, start - EXPECTED + needed);
    out.truncate(start - EXPECTED + needed + length);
    let mut rest = length;
    for place in 0..needed {
        let more = if place + 1 < needed { 0x80 } else { 0 };
        out[start - EXPECTED + place] = (rest & 0x7f) as u8 | more;
        rest >>= 7;
    }
}

/// The fields of a message that has only messages in it, each with what stands before it. Ends where that is not so.
pub(crate) fn fields(mut message: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (mut length, mut shift, mut at) = (0_u64, 0, 1);
        loop {
            let byte = *message.get(at)?;
            length |= u64::from(byte & 0x7f) << shift;
            (shift, at) = (shift + 7, at + 1);
            if byte < 0x80 {
                break;
            }
            if shift >= u64::BITS {
                return None;
            }
        }
        let end = at.checked_add(usize::try_from(length).ok()?)?;
        let (field, rest) = message.split_at_checked(end)?;
        message = rest;
        Some(field)
    })
}

/// What is in a field that is a message: all of it behind its key and its length. Nothing where it is none.
pub(crate) fn content(field: &[u8]) -> &[u8] {
    let length = field.iter().skip(1).position(|byte| *byte < 0x80);
    length.and_then(|last| field.get(last + 2..)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use prost::encoding;

    #[test]
    fn a_message_of_any_length_is_written_as_generated_code_does() {
        for length in [0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152] {
            let content = vec![b'x'; length];
            let mut ours = b"before".to_vec();
            let start = begin(2, &mut ours);
            ours.extend_from_slice(&content);
            end(start, &mut ours);
            let mut theirs = b"before".to_vec();
            encoding::bytes::encode(2, &content, &mut theirs);
            assert!(ours == theirs, "{length}");
            assert_eq!(nested_len(length), theirs.len() - "before".len());
        }
    }

    #[test]
    fn what_is_read_from_nothing_is_not_written() {
        let mut out = Vec::new();
        number(1, 0, &mut out);
        fixed32(2, 0, &mut out);
        fixed64(3, 0, &mut out);
        bytes(4, b"", &mut out);
        assert!(out.is_empty());
    }

    #[test]
    fn what_was_written_is_divided_again() {
        let mut message = Vec::new();
        for length in [0, 5, 300, 70_000] {
            bytes(2, &vec![b'x'; length], &mut message);
        }
        let lengths: Vec<_> = fields(&message).map(<[u8]>::len).collect();
        assert_eq!(lengths, [7, 303, 70_004]);
        let contents: Vec<_> = fields(&message).map(|field| content(field).len()).collect();
        assert_eq!(contents, [5, 300, 70_000]);
        assert_eq!(fields(&message[..100]).count(), 1, "half a field is none");
        assert_eq!((content(&[]), content(&[0x0a]), content(&[0x0a, 0x80])), (&[][..], &[][..], &[][..]));
    }

    proptest! {
        #[test]
        fn fields_are_written_as_generated_code_does(
            value in 1u64.., small in 1u32.., text in "\\PC{1,200}", tag in 1u32..17
        ) {
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            varint(value, &mut ours);
            prop_assert_eq!(varint_len(value), ours.len());
            encoding::encode_varint(value, &mut theirs);
            number(tag, small, &mut ours);
            encoding::uint32::encode(tag, &small, &mut theirs);
            fixed32(tag, small, &mut ours);
            encoding::fixed32::encode(tag, &small, &mut theirs);
            fixed64(tag, value, &mut ours);
            encoding::fixed64::encode(tag, &value, &mut theirs);
            bytes(tag, text.as_bytes(), &mut ours);
            encoding::string::encode(tag, &text, &mut theirs);
            prop_assert_eq!(ours, theirs);
        }
    }
}
