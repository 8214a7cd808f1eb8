//! What every answer has.

use std::borrow::Cow;

use tachograph_core::endpoint::Response;

use crate::access::Refusal;
use crate::json;

/// Nothing but what the page itself brings, whatever the data holds.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// With what keeps a browser from doing anything else with it.
pub(crate) fn guarded(response: Response) -> Response {
    let response = response
        .header("content-security-policy", POLICY)
        .header("x-content-type-options", "nosniff")
        .header("x-frame-options", "DENY")
        .header("referrer-policy", "no-referrer")
        .header("cross-origin-resource-policy", "same-origin")
        .header("cross-origin-opener-policy", "same-origin");
    // Who is asked for a token now may be let in next, and what is shown is nobody else's.
    if response.value("cache-control").is_some() { response } else { response.header("cache-control", "no-store") }
}

pub(crate) fn json(status: u16, body: Vec<u8>) -> Response {
    guarded(Response::new(status, "application/json", body))
}

pub(crate) fn error(status: u16, what: &str) -> Response {
    json(status, json::object(|object| object.text("error", what)))
}

pub(crate) fn asset(content_type: &'static str, body: Cow<'static, [u8]>) -> Response {
    let mut response = Response::new(200, content_type, []);
    response.body = body;
    guarded(response)
}

/// JSON where JSON was asked for, and else what a browser shows as it is.
pub(crate) fn refused(refusal: Refusal, is_page: bool) -> Response {
    let (status, what) = match refusal {
        Refusal::Closed => (
            403,
            "this page is open on the machine of the service only, at a loopback address and without a proxy: to see it \
             from elsewhere, set exporters.page.token and send it as a password, or let [admin] listen on a loopback \
             address and go there by a tunnel",
        ),
        Refusal::Unauthorized => (
            401,
            "this page needs the token of exporters.page.token: send it as `Authorization: Bearer TOKEN`, or as a password",
        ),
        Refusal::CrossSite => {
            (403, "this is for the page itself and those who come to it, and no page of another site")
        }
    };
    let response = match is_page {
        true => guarded(Response::new(status, "text/plain; charset=utf-8", format!("{what}\n"))),
        false => error(status, what),
    };
    match refusal {
        Refusal::Unauthorized => response.header("www-authenticate", "Basic realm=\"tachograph\", charset=\"UTF-8\""),
        Refusal::Closed | Refusal::CrossSite => response,
    }
}
