//! Which requests are measured, and what is made of them.

use std::fmt;

use crate::findings::Thresholds;
use crate::routes::Routes;
use crate::silence::Silence;

/// What is measured, and what is not; and from when on something is a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capture {
    /// Requests that pass unmeasured. Default: [`Ignore::DEFAULT`].
    pub ignore: Ignore,
    /// Names, in lower case, of the request headers that become fields `header_<name>`. Default: none, for headers
    /// carry secrets.
    pub request_headers: Vec<String>,
    /// From when on something is a [`Finding`](crate::Finding).
    pub thresholds: Thresholds,
    /// Routes, and tasks, with thresholds of their own.
    pub routes: Routes,
    /// Places of which nothing is found.
    pub silence: Silence,
    /// Whether answers say where their time went, by a header `Server-Timing`. That tells strangers, too. Default: no.
    pub server_timing: bool,
    /// Whether the parameters and the place of every call are found out, the place at once: for tests. Otherwise they are
    /// from the second time on that a request asks the same, and the names of places by and by. Default: no.
    pub every_call: bool,
}

impl Capture {
    /// Whether anything is looked for in any request.
    pub(crate) fn looks(&self) -> bool {
        self.thresholds.any_is_on() || !self.routes.is_empty()
    }
}

impl Default for Capture {
    fn default() -> Self {
        Capture {
            ignore: Ignore::new(Ignore::DEFAULT).unwrap_or_default(),
            request_headers: Vec::new(),
            thresholds: Thresholds::default(),
            routes: Routes::default(),
            silence: Silence::default(),
            server_timing: false,
            every_call: false,
        }
    }
}

/// Patterns of requests that are not measured: probes, the endpoints that serve the measurements, pre-flights.
///
/// A pattern is a path, or a method and a path. `*` at the end of a path stands for anything; a path of `*` alone for
/// every path.
///
/// ```
/// use tachograph_core::Ignore;
///
/// let ignore = Ignore::new(["/health", "/tachograph*", "OPTIONS *"])?;
/// assert!(ignore.matches("GET", "/tachograph/tail"));
/// assert!(ignore.matches("OPTIONS", "/experiments"));
/// assert!(!ignore.matches("GET", "/healthy"));
/// # Ok::<(), tachograph_core::IgnoreError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ignore {
    patterns: Vec<Pattern>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Pattern {
    method: Option<Box<str>>,
    path: Box<str>,
    prefix: bool,
}

impl Ignore {
    /// What is ignored when nothing else is said.
    pub const DEFAULT: [&str; 6] = ["/health", "/livez", "/readyz", "/metrics", "/tachograph*", "OPTIONS *"];

    /// Reads patterns; the first that is none is the error.
    pub fn new<P: AsRef<str>>(patterns: impl IntoIterator<Item = P>) -> Result<Self, IgnoreError> {
        let patterns = patterns.into_iter().map(|pattern| Pattern::parse(pattern.as_ref()));
        Ok(Ignore { patterns: patterns.collect::<Result<_, _>>()? })
    }

    /// Adds this very path, whatever characters are in it; with a last segment `{*rest}`, as an endpoint has it, all that is
    /// below.
    pub fn add_path(&mut self, path: &str) {
        let above = path.strip_suffix('}').and_then(|path| path.split_once("{*")).map(|(above, _)| above);
        self.patterns.push(Pattern { method: None, path: above.unwrap_or(path).into(), prefix: above.is_some() });
    }

    /// Whether a request passes unmeasured.
    pub fn matches(&self, method: &str, path: &str) -> bool {
        self.patterns.iter().any(|pattern| pattern.matches(method, path))
    }
}

impl Pattern {
    fn parse(pattern: &str) -> Result<Self, IgnoreError> {
        let error = || IgnoreError { pattern: pattern.into() };
        let (method, path) = match pattern.split_once(' ') {
            Some((method, path)) if !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase()) => {
                (Some(method.into()), path)
            }
            Some(_) => return Err(error()),
            None => (None, pattern),
        };
        let (path, prefix) = match path.strip_suffix('*') {
            Some(path) => (path, true),
            None => (path, false),
        };
        let rooted = path.starts_with('/') || (path.is_empty() && prefix);
        if !rooted || path.contains(['*', ' ']) {
            return Err(error());
        }
        Ok(Pattern { method, path: path.into(), prefix })
    }

    fn matches(&self, method: &str, path: &str) -> bool {
        let path = if self.prefix { path.starts_with(&*self.path) } else { path == &*self.path };
        path && self.method.as_deref().is_none_or(|ours| ours == method)
    }
}

/// A pattern of [`Ignore`] that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IgnoreError {
    pattern: Box<str>,
}

impl fmt::Display for IgnoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pattern = &self.pattern;
        write!(f, "`{pattern}` is no pattern of requests: write a path (\"/health\"), a path with `*` at its end ")?;
        write!(f, "(\"/tachograph*\"), or a method before either (\"OPTIONS *\")")
    }
}

impl std::error::Error for IgnoreError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_leaves_out_probes_and_what_we_serve() {
        let ignore = Capture::default().ignore;
        for path in ["/health", "/livez", "/readyz", "/metrics", "/tachograph", "/tachograph/requests"] {
            assert!(ignore.matches("GET", path), "{path}");
        }
        assert!(ignore.matches("OPTIONS", "/experiments/1"));
        assert!(!ignore.matches("GET", "/experiments/1"));
        assert!(!ignore.matches("GET", "/health/deep"));
    }

    #[test]
    fn a_path_is_added_as_it_is() {
        let mut ignore = Ignore::default();
        ignore.add_path("/numbers");
        assert!(ignore.matches("GET", "/numbers") && ignore.matches("POST", "/numbers"));
        assert!(!ignore.matches("GET", "/numbers/of") && !ignore.matches("GET", "/"));
        ignore.add_path("/where/{*rest}");
        assert!(ignore.matches("GET", "/where/live") && ignore.matches("GET", "/where/a/b"));
        assert!(!ignore.matches("GET", "/where") && !ignore.matches("GET", "/wherever"));
    }

    #[test]
    fn what_is_no_pattern_is_named_with_the_remedy() {
        for pattern in ["", "health", "get /health", "/a*b", "GET", "GET /a b", " /a"] {
            let error = Ignore::new([pattern]).unwrap_err().to_string();
            assert!(error.contains(&format!("`{pattern}`")) && error.contains("OPTIONS *"), "{error}");
        }
    }
}
