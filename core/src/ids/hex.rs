//! Hexadecimal digits to numbers and back, without allocation.

/// The number that up to 32 lower-case digits stand for; `None` if there is any other byte among them.
///
/// W3C Trace Context forbids upper-case digits. Who accepts them lowers them on the way in.
pub(crate) fn parse(digits: impl IntoIterator<Item = u8>) -> Option<u128> {
    digits.into_iter().try_fold(0, |value, digit| {
        let digit = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return None,
        };
        Some(value << 4 | u128::from(digit))
    })
}

/// Fills `digits`, an even number of them, with the lowest digits of `value`, in lower case.
pub(crate) fn write(value: u128, digits: &mut [u8]) {
    for (pair, byte) in digits.rchunks_exact_mut(2).zip(value.to_le_bytes()) {
        pair.copy_from_slice(&PAIRS[usize::from(byte)]);
    }
}

/// The two digits of each byte: three ids stand in each line of a request.
static PAIRS: [[u8; 2]; 256] = {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut pairs = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        pairs[byte] = [DIGITS[byte >> 4], DIGITS[byte & 0xf]];
        byte += 1;
    }
    pairs
};

/// ASCII that was written here, as text. Empty rather than a panic if it were anything else.
pub(crate) fn as_text(ascii: &[u8]) -> &str {
    debug_assert!(ascii.is_ascii());
    std::str::from_utf8(ascii).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_lower_case_digits_are_digits() {
        assert_eq!(parse(*b"0af"), Some(0x0af));
        for byte in (0..=u8::MAX).filter(|byte| !matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            assert_eq!(parse([b'1', byte, b'1']), None, "{byte:#x}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(value: u128) {
            let mut digits = [0; 32];
            write(value, &mut digits);
            prop_assert_eq!(parse(digits), Some(value));
        }
    }
}
