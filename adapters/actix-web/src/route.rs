//! Which route a request has, in the one spelling that all frameworks share.

use std::fmt;
use std::rc::Rc;

use actix_web::HttpRequest;
use actix_web::dev::ResourceMap;
use actix_web::http::Uri;
use tachograph_core::Recording;

/// The route of a request that has been through the router.
pub(crate) fn matched(request: &HttpRequest) -> Option<String> {
    request.match_pattern().map(spelled)
}

/// What the path alone says of a request that is still inside, where nothing else can be seen of it.
///
/// It can be wrong where guards tell two resources of the same path apart, so [`matched`] has the last word. To ask is to
/// match the path against every resource, so that is left to those who need it: a request that waits, so that it has its
/// route if the process ends first, and one that ends without a response.
pub(crate) struct EarlyRoute {
    resources: Rc<ResourceMap>,
    uri: Uri,
}

impl EarlyRoute {
    pub(crate) fn new(resources: &Rc<ResourceMap>, uri: &Uri) -> Self {
        EarlyRoute { resources: Rc::clone(resources), uri: uri.clone() }
    }

    pub(crate) fn tell(&self, recording: &Recording) {
        if let Some(pattern) = self.resources.match_pattern(self.uri.path()) {
            recording.learn_route(&spelled(pattern));
        }
    }
}

impl fmt::Debug for EarlyRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EarlyRoute").field("uri", &self.uri).finish_non_exhaustive()
    }
}

/// `{id:\d+}` becomes `{id}`; what takes all the rest, `{path}*` or `{path:.*}`, becomes `{*path}`.
fn spelled(pattern: String) -> String {
    match pattern.contains([':', '*']) {
        true => respelled(&pattern),
        false => pattern,
    }
}

fn respelled(pattern: &str) -> String {
    let mut route = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some((literal, segment, after)) = next_segment(rest) {
        let (name, expression) = segment.split_once(':').unwrap_or((segment, ""));
        let last = after == "*";
        route.push_str(literal);
        route.push_str(if last || matches!(expression, ".*" | ".+") { "{*" } else { "{" });
        route.push_str(name);
        route.push('}');
        rest = if last { "" } else { after };
    }
    route.push_str(rest);
    route
}

/// What comes before the next segment in braces, what stands in them, and what comes after. An expression may have braces
/// of its own, in pairs.
fn next_segment(pattern: &str) -> Option<(&str, &str, &str)> {
    let (literal, segment) = pattern.split_once('{')?;
    let mut depth = 1;
    let end = segment.find(|letter| {
        depth += i32::from(letter == '{') - i32::from(letter == '}');
        depth == 0
    })?;
    Some((literal, &segment[..end], &segment[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_has_one_spelling() {
        for (pattern, route) in [
            ("/experiments", "/experiments"),
            ("/experiments/{id}", "/experiments/{id}"),
            (r"/experiments/{id:\d+}", "/experiments/{id}"),
            (r"/experiments/{id:\d+}/report", "/experiments/{id}/report"),
            ("/v{version:[[:digit:]]{1}}/{name}", "/v{version}/{name}"),
            ("/{a:x{2,3}}-{b:y}.{c}", "/{a}-{b}.{c}"),
            ("/files/{path}*", "/files/{*path}"),
            ("/files/{path:.*}", "/files/{*path}"),
            ("/files/{path:.+}", "/files/{*path}"),
            ("/{path:.*}/raw/{id}", "/{*path}/raw/{id}"),
            (r"/{scope:\w+}/{path}*", "/{scope}/{*path}"),
            ("/items:batch", "/items:batch"),
            ("/items:batch/{id}", "/items:batch/{id}"),
            ("/odd*", "/odd*"),
            ("/{broken:x", "/{broken:x"),
            ("", ""),
        ] {
            assert_eq!(spelled(pattern.to_owned()), route, "{pattern}");
        }
    }
}
