//! Where an endpoint answers.

use std::fmt;

/// A path, or all paths that begin with one.
#[derive(Debug, Clone)]
pub(super) struct Path {
    text: String,
    /// The length of what stands before `{*rest}`, with its slash.
    prefix: Option<usize>,
}

impl Path {
    /// Frameworks panic at a path that they cannot route, each at others: what all of them route is let through.
    pub(super) fn parse(text: String) -> Result<Self, PathError> {
        let (fixed, rest) = match text.strip_suffix('}').and_then(|text| text.split_once("/{*")) {
            Some((before, name)) => (&text[..=before.len()], Some(name)),
            None => (&*text, None),
        };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'.' | b'_' | b'~');
        let named = rest.is_none_or(|name| {
            let mut bytes = name.bytes();
            bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic())
                && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        });
        if !fixed.starts_with('/') || fixed.contains("//") || !fixed.bytes().all(plain) || !named {
            return Err(PathError { path: text, why: Why::Malformed });
        }
        let prefix = rest.map(|_| fixed.len());
        Ok(Path { text, prefix })
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// What stands before `{*rest}`, with its slash, and the name of the rest.
    pub(super) fn rest(&self) -> Option<(&str, &str)> {
        let prefix = self.prefix?;
        Some((&self.text[..prefix], &self.text[prefix + "{*".len()..self.text.len() - "}".len()]))
    }

    pub(super) fn is(&self, path: &str) -> bool {
        self.prefix.is_none() && self.text == path
    }

    /// How much of `path` is fixed by this; none where it is not below it.
    pub(super) fn covers(&self, path: &str) -> Option<usize> {
        let prefix = self.prefix?;
        (path.len() > prefix && path.starts_with(&self.text[..prefix])).then_some(prefix)
    }

    /// Whether one of the two would never be found: names of the rest make no difference.
    pub(super) fn is_same(&self, other: &Path) -> bool {
        let fixed = |path: &Path| path.prefix.unwrap_or(path.text.len());
        self.prefix.is_some() == other.prefix.is_some() && self.text[..fixed(self)] == other.text[..fixed(other)]
    }
}

/// A path at which no endpoint can be mounted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathError {
    path: String,
    why: Why,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Why {
    Malformed,
    Taken,
}

impl PathError {
    pub(super) fn taken(path: &Path) -> Self {
        PathError { path: path.text.clone(), why: Why::Taken }
    }
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = &self.path;
        match self.why {
            Why::Malformed => write!(
                f,
                "nothing can be served at the path `{path}`: write one that begins with `/` and has letters, digits and \
                 `-._~` in its segments (\"/metrics\")"
            ),
            Why::Taken => write!(f, "two endpoints want the path `{path}`: give one of them another path"),
        }
    }
}

impl std::error::Error for PathError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_every_framework_routes_is_a_path() {
        for text in ["/", "/metrics", "/internal/v1.0/health~_-", "/metrics/", "/{*path}", "/a/{*rest_1}"] {
            assert_eq!(Path::parse(text.to_owned()).unwrap().as_str(), text);
        }
    }

    #[test]
    fn what_is_no_path_is_named_with_the_remedy() {
        for text in [
            "",
            "metrics",
            "//",
            "/a//b",
            "/a b",
            "/a?b",
            "/:id",
            "/{id}",
            "/a/*",
            "/<id..>",
            "/ä",
            "/{*}",
            "/{*1}",
            "/{*a-b}",
            "/{*a}/b",
            "/{*a}/{*b}",
            "/a{*b}",
            "{*a}",
            "//{*a}",
        ] {
            let error = Path::parse(text.to_owned()).expect_err(text).to_string();
            assert!(error.contains(&format!("`{text}`")) && error.contains("\"/metrics\""), "{error}");
        }
    }

    #[test]
    fn a_rest_is_one_segment_or_more() {
        let path = Path::parse("/tachograph/{*path}".to_owned()).unwrap();
        assert_eq!(path.covers("/tachograph/requests/7"), Some(12));
        for other in ["/tachograph", "/tachograph/", "/tachographs/a", "/metrics/a"] {
            assert_eq!(path.covers(other), None, "{other}");
        }
        assert!(!path.is("/tachograph/{*path}"));
    }
}
