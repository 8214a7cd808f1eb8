//! What one datagram carries: a line that says how to read it, and one document.

/// The largest that UDP carries over IPv4.
const MOST_BYTES: usize = 65_507;

const HEADER: &[u8] = br#"{"format":"json","version":1}"#;

/// The bytes of the document, or what is wrong.
pub(crate) fn document(datagram: &[u8]) -> Result<&[u8], String> {
    let what = format!("datagram of {} bytes", datagram.len());
    if datagram.len() > MOST_BYTES {
        return Err(format!("{what}: that is more than {MOST_BYTES}"));
    }
    let Some(end) = datagram.iter().position(|&byte| byte == b'\n') else {
        return Err(format!("{what}: no line ends in it"));
    };
    let (header, document) = (&datagram[..end], &datagram[end + 1..]);
    // The daemon reads it as JSON; AWS' own SDKs differ in where they put spaces, and in nothing else.
    let without_spaces: Vec<u8> = header.iter().copied().filter(|&byte| byte != b' ').collect();
    if without_spaces != HEADER {
        return Err(format!("{what}: its first line is {:?}", String::from_utf8_lossy(header)));
    }
    if document.is_empty() {
        return Err(format!("{what}: there is no document behind its first line"));
    }
    Ok(document)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_stands_behind_a_line_that_says_so() {
        for header in [r#"{"format":"json","version":1}"#, r#"{"format": "json", "version": 1}"#] {
            assert_eq!(document(format!("{header}\n{{}}").as_bytes()), Ok(b"{}".as_slice()));
        }
    }

    #[test]
    fn any_other_datagram_is_refused() {
        for (datagram, of) in [
            ("{}", "no line ends in it"),
            ("", "no line ends in it"),
            ("{}\n{}", "its first line is"),
            ("{\"format\":\"json\",\"version\":2}\n{}", "its first line is"),
            ("{\"format\":\"json\",\"version\":1}\r\n{}", "its first line is"),
            ("{\"format\":\"json\",\"version\":1}\n", "there is no document"),
        ] {
            let refused = document(datagram.as_bytes()).unwrap_err();
            assert!(refused.contains(of), "{datagram:?}: {refused}");
        }
        let large = [HEADER, b"\n", &vec![b' '; MOST_BYTES]].concat();
        assert!(document(&large).unwrap_err().contains("more than 65507"));
        assert!(document(&large[..MOST_BYTES]).is_ok());
    }
}
