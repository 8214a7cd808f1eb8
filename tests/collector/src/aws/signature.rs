//! Signature Version 4, as whoever receives a request computes it: from the published description, and by no code of AWS's.

use std::fmt::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use http::request::Parts;
use sha2::{Digest, Sha256};

use super::Aws;

/// How far the two clocks may be apart.
const TOLERANCE: Duration = Duration::from_secs(300);

/// `Authorization`, taken apart.
struct Authorization<'a> {
    key: &'a str,
    /// `20150830`
    day: &'a str,
    region: &'a str,
    service: &'a str,
    signed_headers: &'a str,
    signature: &'a str,
}

/// Whether somebody that AWS knows has signed this request for this service, just now; else why not.
pub(super) fn verify(aws: &Aws, service: &str, head: &Parts, body: &[u8]) -> Result<(), String> {
    let authorization = text(&head.headers, "authorization").ok_or("the request is not signed")?;
    let said = Authorization::read(&authorization).ok_or(format!("{authorization:?} is no Signature Version 4"))?;
    if (said.region, said.service) != (&*aws.region, service) {
        let (region, signed_for) = (said.region, said.service);
        return Err(format!("signed for {signed_for} in {region}, and not for {service} in {}", aws.region));
    }
    let key = aws.keys.get(said.key).ok_or(format!("nobody has the key {}", said.key))?;
    let date = text(&head.headers, "x-amz-date").ok_or("x-amz-date is missing")?;
    let signed_at = time(&date).ok_or(format!("{date:?} is no time"))?;
    let now = (aws.now)();
    if !date.starts_with(said.day) {
        return Err(format!("signed on {}, and dated {date}", said.day));
    }
    if apart(signed_at, now) > TOLERANCE {
        return Err(format!("signed at {date}, which is {:?} from now", apart(signed_at, now)));
    }
    if key.expires.is_some_and(|expires| expires <= now) {
        return Err("ExpiredTokenException: The security token included in the request is expired".to_owned());
    }
    let token = text(&head.headers, "x-amz-security-token");
    if token != key.session_token {
        return Err("the session's token is not that of the key".to_owned());
    }
    every_header_that_counts_is_signed(&head.headers, said.signed_headers)?;
    let canonical = canonical_request(head, said.signed_headers, body)?;
    match said.of(&key.secret, &date, &canonical) == said.signature {
        true => Ok(()),
        false => Err("the signature is none of this request".to_owned()),
    }
}

impl<'a> Authorization<'a> {
    fn read(header: &'a str) -> Option<Self> {
        let mut parts = header.strip_prefix("AWS4-HMAC-SHA256 ")?.split(", ");
        let mut part = |name| parts.next()?.strip_prefix(name);
        let credential = part("Credential=")?;
        let (signed_headers, signature) = (part("SignedHeaders=")?, part("Signature=")?);
        let [key, day, region, service, "aws4_request"] = credential.split('/').collect::<Vec<_>>()[..] else {
            return None;
        };
        Some(Authorization { key, day, region, service, signed_headers, signature })
    }

    /// The signature that the request would have from who has this secret.
    fn of(&self, secret: &str, date: &str, canonical_request: &str) -> String {
        let Authorization { day, region, service, .. } = self;
        let scope = format!("{day}/{region}/{service}/aws4_request");
        let hash = hexadecimal(&Sha256::digest(canonical_request));
        let string = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{hash}");
        let mut key = format!("AWS4{secret}").into_bytes();
        for part in [*day, region, service, "aws4_request"] {
            key = authenticated(&key, part);
        }
        hexadecimal(&authenticated(&key, &string))
    }
}

/// What others could otherwise change on the way.
fn every_header_that_counts_is_signed(headers: &HeaderMap, signed: &str) -> Result<(), String> {
    let signed: Vec<&str> = signed.split(';').collect();
    if !signed.is_sorted() {
        return Err(format!("the signed headers are not in order: {signed:?}"));
    }
    let counts = |name: &&str| {
        let known = ["host", "content-type", "content-encoding"].contains(name);
        known || (name.starts_with("x-amz-") && *name != "x-amzn-trace-id") || name.starts_with("x-aws-")
    };
    match headers.keys().map(|name| name.as_str()).filter(counts).find(|name| !signed.contains(name)) {
        Some(name) => Err(format!("the header {name} is not signed")),
        None => Ok(()),
    }
}

fn canonical_request(head: &Parts, signed_headers: &str, body: &[u8]) -> Result<String, String> {
    let path = head.uri.path();
    if head.uri.query().is_some() || !path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte))
    {
        return Err(format!("{} has what no end point's address does", head.uri));
    }
    let mut canonical = format!("{}\n{path}\n\n", head.method);
    for name in signed_headers.split(';') {
        let value = text(&head.headers, name).ok_or(format!("{name} is signed, and is not there"))?;
        let words: Vec<&str> = value.split(' ').filter(|word| !word.is_empty()).collect();
        let _ = writeln!(canonical, "{name}:{}", words.join(" "));
    }
    let _ = write!(canonical, "\n{signed_headers}\n{}", hexadecimal(&Sha256::digest(body)));
    Ok(canonical)
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

fn authenticated(key: &[u8], message: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length is one");
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `20150830T123600Z`
fn time(text: &str) -> Option<SystemTime> {
    let digits = |from: usize, to: usize| text.get(from..to)?.parse::<u64>().ok();
    if text.len() != 16 || text.as_bytes()[8] != b'T' || text.as_bytes()[15] != b'Z' {
        return None;
    }
    let (year, month, day) = (digits(0, 4)?, digits(4, 6)?, digits(6, 8)?);
    // Days since 1970 in a calendar whose years begin in March, so that a leap day is a year's last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year.checked_sub(1)?, month + 9) };
    let days = (365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day).checked_sub(719_469)?;
    let seconds = digits(9, 11)? * 3600 + digits(11, 13)? * 60 + digits(13, 15)?;
    Some(UNIX_EPOCH + Duration::from_secs(days * 86_400 + seconds))
}

fn apart(one: SystemTime, other: SystemTime) -> Duration {
    one.duration_since(other).unwrap_or_else(|error| error.duration())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    const SENT: &str = "20150830T123600Z";

    /// `post-x-www-form-urlencoded` of AWS's published examples.
    const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
        SignedHeaders=content-length;content-type;host;x-amz-content-sha256;x-amz-date, \
        Signature=d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b";

    fn example() -> Parts {
        let request = Request::post("/")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("host", "example.amazonaws.com")
            .header("content-length", "13")
            .header("x-amz-date", SENT)
            .header("x-amz-content-sha256", "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e")
            .header("authorization", SIGNED);
        request.body(()).unwrap().into_parts().0
    }

    fn aws() -> Aws {
        Aws::new("us-east-1").key("AKIDEXAMPLE", SECRET).clock(|| time(SENT).unwrap())
    }

    #[test]
    fn the_published_examples_are_what_they_should_be() {
        assert_eq!(verify(&aws(), "service", &example(), b"Param1=value1"), Ok(()));
        let token = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267";
        let signed = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
            SignedHeaders=host;x-amz-date;x-amz-security-token, \
            Signature=07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8";
        let request = Request::get("/")
            .header("host", "example.amazonaws.com")
            .header("x-amz-date", SENT)
            .header("x-amz-security-token", token)
            .header("authorization", signed);
        let (head, ()) = request.body(()).unwrap().into_parts();
        let expires = time(SENT).unwrap() + Duration::from_secs(1);
        let aws = aws().temporary_key("AKIDEXAMPLE", SECRET, token, expires);
        assert_eq!(verify(&aws, "service", &head, b""), Ok(()));
        assert!(verify(&aws.clock(move || expires), "service", &head, b"").unwrap_err().contains("Expired"));
    }

    #[test]
    fn what_is_not_as_it_was_signed_is_refused() {
        let refused = |aws: Aws, head: Parts, body: &[u8]| verify(&aws, "service", &head, body).unwrap_err();
        let with = |name: &'static str, value: &str| {
            let mut head = example();
            head.headers.insert(name, value.parse().unwrap());
            head
        };
        let body = b"Param1=value1";
        assert!(refused(aws(), example(), b"Param1=value2").contains("none of this request"));
        assert!(refused(aws().key("AKIDEXAMPLE", "other"), example(), body).contains("none of this request"));
        assert!(refused(aws(), with("content-type", "text/plain"), body).contains("none of this request"));
        assert!(refused(aws(), with("x-aws-log-group", "/other"), body).contains("x-aws-log-group is not signed"));
        assert!(refused(aws(), with("x-amz-security-token", "t"), body).contains("token"));
        assert!(refused(aws(), with("x-amz-date", "20150831T000000Z"), body).contains("dated"));
        let later = || time("20150830T124101Z").unwrap();
        assert!(refused(aws().clock(later), example(), body).contains("from now"));
        assert!(refused(Aws::new("us-east-1").clock(later), example(), body).contains("nobody"));
        assert!(verify(&aws(), "xray", &example(), body).unwrap_err().contains("not for xray"));
        let elsewhere = Aws::new("us-east-2").key("AKIDEXAMPLE", SECRET);
        assert!(refused(elsewhere, example(), body).contains("in us-east-1"));
        let mut unsigned = example();
        unsigned.headers.remove("authorization");
        assert!(refused(aws(), unsigned, body).contains("not signed"));
    }

    #[test]
    fn times_are_read() {
        let seconds = |text| time(text).map(|time| time.duration_since(UNIX_EPOCH).unwrap().as_secs());
        assert_eq!(seconds("19700101T000000Z"), Some(0));
        assert_eq!(seconds("20150830T123600Z"), Some(1_440_938_160));
        assert_eq!(seconds("20240229T235959Z"), Some(1_709_251_199));
        assert_eq!(seconds("20240301T000000Z"), Some(1_709_251_200));
        assert_eq!(seconds("2015-08-30T12:36"), None);
    }
}
