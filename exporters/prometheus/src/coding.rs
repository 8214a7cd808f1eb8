//! Whether a client takes gzip, by its `Accept-Encoding` header.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::accept::quality;

/// How the page is coded on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    Identity,
    Gzip,
}

impl Coding {
    /// gzip for those who take it and do not rather have the page as it is. Somebody who takes neither is better served
    /// with the page as it is than with an error, as RFC 9110 allows.
    pub(crate) fn wanted(accept: &str) -> Coding {
        let (mut gzip, mut identity, mut others) = (None, None, None);
        for coding in accept.split(',') {
            let (name, parameters) = coding.split_once(';').unwrap_or((coding, ""));
            let wish = match &*name.trim().to_ascii_lowercase() {
                "gzip" | "x-gzip" => &mut gzip,
                "identity" => &mut identity,
                "*" => &mut others,
                _ => continue,
            };
            *wish = (*wish).max(Some(quality(parameters.split(';'))));
        }
        let gzip = gzip.or(others).unwrap_or(0);
        // What is named is wanted more than what is not.
        if gzip > 0 && gzip >= identity.unwrap_or(0) { Coding::Gzip } else { Coding::Identity }
    }

    pub(crate) fn code(self, page: String) -> Vec<u8> {
        match self {
            Coding::Identity => page.into_bytes(),
            // Pages are so repetitive that more effort makes them hardly smaller. Writing to memory cannot fail.
            Coding::Gzip => {
                let mut encoder = GzEncoder::new(Vec::with_capacity(page.len() / 16), Compression::fast());
                let _ = encoder.write_all(page.as_bytes());
                encoder.finish().unwrap_or_default()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn gzip_is_for_those_who_take_it() {
        for accept in [
            "gzip",
            "GZip",
            "x-gzip",
            "gzip, deflate, br, zstd",
            "br;q=1.0, gzip;q=0.8, *;q=0.1",
            "*",
            "identity;q=0.5, gzip;q=0.5",
            "gzip; q=0.001",
            "identity;q=0, *",
            "br, *;q=0.3",
        ] {
            assert_eq!(Coding::wanted(accept), Coding::Gzip, "{accept}");
        }
        for accept in
            ["", "identity", "br", "gzip;q=0", "gzip;q=0.000, *", "*;q=0", "identity, gzip;q=0.9", "gzipped", ",;q=1"]
        {
            assert_eq!(Coding::wanted(accept), Coding::Identity, "{accept}");
        }
    }

    #[test]
    fn what_is_coded_comes_back() {
        let page = "http_requests_total 1\n".repeat(1000);
        let coded = Coding::Gzip.code(page.clone());
        assert!(coded.len() < page.len() / 10);
        let mut decoded = String::new();
        flate2::read::GzDecoder::new(&*coded).read_to_string(&mut decoded).unwrap();
        assert_eq!(decoded, page);
        assert_eq!(Coding::Identity.code(page.clone()), page.into_bytes());
    }
}
