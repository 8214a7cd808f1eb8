//! Signature Version 4, as far as it can be judged without the secret.

use http::HeaderMap;

/// The region that a request was signed for.
pub(crate) fn region(headers: &HeaderMap) -> Result<String, String> {
    let text = |name: &str| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.ok_or_else(|| format!("the header `{name}` is missing"))
    };
    let date = text("x-amz-date")?;
    let is_date = date.len() == 16
        && date.bytes().enumerate().all(|(at, byte)| match at {
            8 => byte == b'T',
            15 => byte == b'Z',
            _ => byte.is_ascii_digit(),
        });
    if !is_date {
        return Err(format!("`{date}` is no date of a signature"));
    }
    let authorization = text("authorization")?;
    let rest = authorization.strip_prefix("AWS4-HMAC-SHA256 ").ok_or("it is no signature of version 4")?;
    let mut parts = rest.split(", ");
    let mut part = |name: &str| {
        let part = parts.next().and_then(|part| part.strip_prefix(name)).and_then(|part| part.strip_prefix('='));
        part.ok_or_else(|| format!("the signature has no `{name}`"))
    };
    let scope: Vec<&str> = part("Credential")?.split('/').collect();
    let [key, day, region, "logs", "aws4_request"] = scope[..] else {
        return Err(format!("`{}` is no credential for logs", scope.join("/")));
    };
    if key.is_empty() || region.is_empty() || day != &date[..8] {
        return Err(format!("`{}` has no key or region, or another day than {date}", scope.join("/")));
    }
    let signed: Vec<&str> = part("SignedHeaders")?.split(';').collect();
    if !signed.is_sorted() || !["host", "x-amz-date", "x-amz-target"].iter().all(|name| signed.contains(name)) {
        return Err(format!("`{}` are not the headers to sign", signed.join(";")));
    }
    if let Some(missing) = signed.iter().find(|name| !headers.contains_key(**name)) {
        return Err(format!("the header `{missing}` is signed and missing"));
    }
    let signature = part("Signature")?;
    match signature.len() == 64 && signature.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        true => Ok(region.to_owned()),
        false => Err(format!("`{signature}` is no signature")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(authorization: &str, date: &str) -> Result<String, String> {
        let mut headers = HeaderMap::new();
        for (name, value) in [("authorization", authorization), ("x-amz-date", date)] {
            headers.insert(name, value.parse().unwrap());
        }
        headers.insert("host", "127.0.0.1".parse().unwrap());
        headers.insert("x-amz-target", "Logs_20140328.PutLogEvents".parse().unwrap());
        region(&headers)
    }

    #[test]
    fn a_signature_is_whole_and_of_one_day() {
        let hex = "0a".repeat(32);
        let (scope, names) = ("key/20261121/eu-west-1/logs/aws4_request", "host;x-amz-date;x-amz-target");
        let whole = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={names}, Signature={hex}");
        let date = "20261121T173000Z";
        assert_eq!(judged(&whole, date).as_deref(), Ok("eu-west-1"));
        assert!(judged(&whole, "20261122T173000Z").is_err());
        assert!(judged(&whole, "yesterday").is_err());
        for (from, to) in [
            ("/logs/", "/xray/"),
            ("eu-west-1", ""),
            ("key/", "/"),
            (";x-amz-target", ""),
            ("x-amz-target", "x-amz-zzz"),
            ("host;", ""),
            ("0a0a", "0A0A"),
            ("0a0a", "0a0"),
            ("AWS4-HMAC-SHA256", "Bearer"),
            ("SignedHeaders=", "Headers="),
        ] {
            assert!(judged(&whole.replacen(from, to, 1), date).is_err(), "{from} as {to}");
        }
    }
}
