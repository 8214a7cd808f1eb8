//! The ids by which a request, its trace and its spans are found again.

pub(crate) mod hex;
mod source;

use std::fmt;
use std::num::{NonZeroU64, NonZeroU128};

pub use source::{IdSource, RandomIds, SequentialIds};

/// The id that all parts of one trace share: 128 bits, never zero.
///
/// It is displayed as W3C Trace Context and OpenTelemetry write it, 32 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TraceId(NonZeroU128);

impl TraceId {
    /// The id of this value, or `None` for zero, which every trace format reserves for "no id".
    pub const fn new(value: u128) -> Option<Self> {
        match NonZeroU128::new(value) {
            Some(value) => Some(TraceId(value)),
            None => None,
        }
    }

    /// The value of the id.
    pub const fn get(self) -> u128 {
        self.0.get()
    }

    /// The 32 hexadecimal digits, in ASCII.
    pub fn hex(self) -> [u8; 32] {
        let mut digits = [0; 32];
        hex::write(self.get(), &mut digits);
        digits
    }

    /// Writes the 32 hexadecimal digits into `buffer` and returns them as text. Allocates nothing.
    pub fn write_hex(self, buffer: &mut [u8; 32]) -> &str {
        hex::write(self.get(), buffer);
        hex::as_text(buffer)
    }

    /// Writes the id as AWS X-Ray spells it, `1-` 8 digits `-` 24 digits, into `buffer` and returns it as text.
    ///
    /// The bits are the same as in [`write_hex`](Self::write_hex). X-Ray reads the first 8 digits as the second in
    /// which the trace began, but takes ids without a time in them as well.
    pub fn write_xray(self, buffer: &mut [u8; 35]) -> &str {
        buffer[..2].copy_from_slice(b"1-");
        hex::write(self.get() >> 96, &mut buffer[2..10]);
        buffer[10] = b'-';
        hex::write(self.get(), &mut buffer[11..]);
        hex::as_text(buffer)
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.write_hex(&mut [0; 32]))
    }
}

impl fmt::Debug for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TraceId({self})")
    }
}

/// The id of one request or one call within a trace: 64 bits, never zero.
///
/// It is displayed as 16 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SpanId(NonZeroU64);

impl SpanId {
    /// The id of this value, or `None` for zero, which every trace format reserves for "no id".
    pub const fn new(value: u64) -> Option<Self> {
        match NonZeroU64::new(value) {
            Some(value) => Some(SpanId(value)),
            None => None,
        }
    }

    /// The value of the id.
    pub const fn get(self) -> u64 {
        self.0.get()
    }

    /// The 16 hexadecimal digits, in ASCII.
    pub fn hex(self) -> [u8; 16] {
        let mut digits = [0; 16];
        hex::write(self.get().into(), &mut digits);
        digits
    }

    /// Writes the 16 hexadecimal digits into `buffer` and returns them as text. Allocates nothing.
    pub fn write_hex(self, buffer: &mut [u8; 16]) -> &str {
        hex::write(self.get().into(), buffer);
        hex::as_text(buffer)
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.write_hex(&mut [0; 16]))
    }
}

impl fmt::Debug for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SpanId({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn zero_is_no_id() {
        assert_eq!(TraceId::new(0), None);
        assert_eq!(SpanId::new(0), None);
    }

    #[test]
    fn small_ids_keep_their_leading_zeros() {
        let trace_id = TraceId::new(0x2a).unwrap();
        assert_eq!(trace_id.to_string(), "0000000000000000000000000000002a");
        assert_eq!(trace_id.write_xray(&mut [0; 35]), "1-00000000-00000000000000000000002a");
        assert_eq!(SpanId::new(0x2a).unwrap().to_string(), "000000000000002a");
    }

    #[test]
    fn xray_spells_the_same_bits_in_groups() {
        let trace_id = TraceId::new(0x5759_e988_bd86_2e3f_e1be_46a9_9427_2793).unwrap();
        assert_eq!(trace_id.write_xray(&mut [0; 35]), "1-5759e988-bd862e3fe1be46a994272793");
    }

    #[test]
    fn an_optional_id_takes_no_more_room_than_an_id() {
        assert_eq!(size_of::<Option<TraceId>>(), 16);
        assert_eq!(size_of::<Option<SpanId>>(), 8);
    }

    proptest! {
        #[test]
        fn ids_are_written_as_the_standard_library_writes_hexadecimal(value in 1u128.., span in 1u64..) {
            prop_assert_eq!(TraceId::new(value).unwrap().to_string(), format!("{value:032x}"));
            prop_assert_eq!(SpanId::new(span).unwrap().to_string(), format!("{span:016x}"));
        }
    }
}
