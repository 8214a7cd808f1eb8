//! The id of one request, for its caller, its log lines and whoever asks about it later.

use std::fmt;

use crate::ids::hex;

/// The id of a request: the caller's own if it sent a sane one in `x-request-id`, else one made here.
///
/// A made id has the layout of a UUID version 4 (36 characters) and is stored as its bits: no memory is allocated
/// until it is rendered.
#[derive(Clone)]
pub struct RequestId(Repr);

#[derive(Clone)]
enum Repr {
    Made(u128),
    Given(Box<str>),
}

impl RequestId {
    /// The longest id that is taken from a caller, in bytes.
    pub const MAX_LENGTH: usize = 128;

    /// The id that a caller sent in `x-request-id`, or `None` if it is not sane.
    ///
    /// Sane are 1 to [`MAX_LENGTH`](Self::MAX_LENGTH) bytes, each an ASCII letter, a digit or one of
    /// `- _ . : / + = @ ~ # |`: what UUIDs, ULIDs, base64, URNs and the trace headers that serve as request ids are made
    /// of. The id goes into response headers and log lines as it stands, so whatever could end or quote something there is
    /// refused: white space, control characters, quotes, backslashes, brackets, commas, semicolons, `$`, `%`, anything
    /// beyond ASCII.
    pub fn given(value: &[u8]) -> Option<Self> {
        if value.is_empty() || value.len() > Self::MAX_LENGTH || !value.iter().all(|&byte| is_sane(byte)) {
            return None;
        }
        std::str::from_utf8(value).ok().map(|text| RequestId(Repr::Given(text.into())))
    }

    /// An id of these bits, which an [`IdSource`](crate::IdSource) gives. Six of them are overwritten by the version and
    /// the variant of a UUID.
    pub fn made(bits: u128) -> Self {
        const VERSION: (u128, u128) = (0xf << 76, 0x4 << 76);
        const VARIANT: (u128, u128) = (0x3 << 62, 0x2 << 62);
        RequestId(Repr::Made(bits & !VERSION.0 & !VARIANT.0 | VERSION.1 | VARIANT.1))
    }

    /// The text of the id, for which a made one needs `buffer`. Allocates nothing.
    pub fn encode<'a>(&'a self, buffer: &'a mut [u8; 36]) -> &'a str {
        match &self.0 {
            Repr::Given(text) => text,
            Repr::Made(bits) => {
                *buffer = uuid(*bits);
                hex::as_text(buffer)
            }
        }
    }

    /// Appends the text of the id. Nothing in it needs escaping in JSON.
    pub fn write_to(&self, output: &mut Vec<u8>) {
        match &self.0 {
            Repr::Given(text) => output.extend_from_slice(text.as_bytes()),
            Repr::Made(bits) => output.extend_from_slice(&uuid(*bits)),
        }
    }
}

fn uuid(bits: u128) -> [u8; 36] {
    let mut text = [b'-'; 36];
    for (group, lowest_bit) in [(0..8, 96), (9..13, 80), (14..18, 64), (19..23, 48), (24..36, 0)] {
        hex::write(bits >> lowest_bit, &mut text[group]);
    }
    text
}

/// Ids are equal when their texts are, wherever they came from.
impl PartialEq for RequestId {
    fn eq(&self, other: &Self) -> bool {
        self.encode(&mut [0; 36]) == other.encode(&mut [0; 36])
    }
}

impl Eq for RequestId {}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.encode(&mut [0; 36]))
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestId({self})")
    }
}

fn is_sane(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.:/+=@~#|".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{IdSource, RandomIds};
    use proptest::prelude::*;

    #[test]
    fn the_ids_that_callers_use_are_taken_as_they_are() {
        for id in [
            "7",
            "8f14e45f-ceea-467f-a83c-001b2c3d4e5f",
            "01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "pXDwNMSDcPmuqD1z_b-rHEDzhWsdMtAZ0qq0Tkw0t7NEQXsC7sWRQA==",
            "urn:uuid:8f14e45f-ceea-467f-a83c-001b2c3d4e5f",
            "Root=1-67891233-abcdef012345678912345678",
            "|7dd498e9-41d7ffee9c8cbe4f.1.",
            "host/web-1/42@eu+1~x#y",
        ] {
            assert_eq!(RequestId::given(id.as_bytes()).unwrap().to_string(), id);
        }
    }

    #[test]
    fn what_could_break_a_header_or_a_log_line_is_refused() {
        let unsafe_bytes = (0..=u8::MAX).filter(|byte| !byte.is_ascii_graphic());
        for byte in unsafe_bytes.chain(*b"\"'`\\<>()[]{},;$%&*!?^") {
            assert!(RequestId::given(&[b'a', byte, b'b']).is_none(), "{byte:#x}");
            assert!(RequestId::given(&[byte]).is_none(), "{byte:#x}");
        }
        assert!(RequestId::given("ä".as_bytes()).is_none());
    }

    #[test]
    fn the_length_is_bounded() {
        assert!(RequestId::given(b"").is_none());
        assert!(RequestId::given(&[b'a'; 128]).is_some());
        assert!(RequestId::given(&[b'a'; 129]).is_none());
        assert!(RequestId::given(&[b'a'; 100_000]).is_none());
    }

    #[test]
    fn a_made_id_has_the_layout_of_a_uuid_version_4() {
        assert_eq!(RequestId::made(u128::MAX).to_string(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(RequestId::made(0).to_string(), "00000000-0000-4000-8000-000000000000");
        assert_eq!(
            RequestId::made(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef).to_string(),
            "01234567-89ab-4def-8123-456789abcdef"
        );
    }

    #[test]
    fn an_id_that_was_made_elsewhere_is_the_same_id_here() {
        let made = RequestId::made(7);
        assert_eq!(RequestId::given(made.to_string().as_bytes()).unwrap(), made);
        assert_ne!(made, RequestId::made(8));
    }

    #[test]
    fn random_requests_have_distinct_ids() {
        let mut texts: Vec<String> = (0..1000).map(|_| RequestId::made(RandomIds.request_id()).to_string()).collect();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), 1000);
    }

    proptest! {
        #[test]
        fn any_header_gives_an_id_that_is_sane(value: Vec<u8>, bits: u128) {
            let id = RequestId::given(&value).unwrap_or_else(|| RequestId::made(bits));
            let mut output = b"id=".to_vec();
            id.write_to(&mut output);
            prop_assert_eq!(output[3..].to_vec(), id.to_string().into_bytes());
            prop_assert!(RequestId::given(&output[3..]).is_some());
        }
    }
}
