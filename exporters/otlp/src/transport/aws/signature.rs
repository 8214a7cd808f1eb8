//! Signs a request as AWS wants it: Signature Version 4.

use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign as compute};
use aws_sigv4::sign::v4::SigningParams;
use http::{HeaderMap, HeaderName, HeaderValue, Uri};

use super::identity::Caller;
use crate::error::Error;

/// Adds to the headers what says who sends this body, and when, and that nobody has changed it.
pub(super) fn sign(
    caller: &Caller,
    service: &str,
    endpoint: &Uri,
    headers: &mut HeaderMap,
    body: &[u8],
) -> Result<(), Error> {
    let cannot = |error| Error::because("the request cannot be signed", error);
    let identity = caller.credentials.clone().into();
    let params = SigningParams::builder()
        .identity(&identity)
        .region(&caller.region)
        .name(service)
        .time(caller.now)
        .settings(SigningSettings::default())
        .build()
        .map_err(|error| Error::because("the request cannot be signed", error))?
        .into();
    // A value that is no text, which is allowed for headers of the operator's, goes unsigned.
    let texts = headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let request =
        SignableRequest::new("POST", endpoint.to_string(), texts, SignableBody::Bytes(body)).map_err(cannot)?;
    let (instructions, _) = compute(request, &params).map_err(cannot)?.into_parts();
    let (added, _) = instructions.into_parts();
    for header in added {
        let name = HeaderName::from_static(header.name());
        let mut value = HeaderValue::from_str(header.value())
            .map_err(|error| Error::because("the credentials have what no header can hold", error))?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(())
}
