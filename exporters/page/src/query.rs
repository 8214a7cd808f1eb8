//! What stands behind the `?` of an address.

use std::borrow::Cow;

use crate::json;

/// A parameter that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unusable {
    pub(crate) parameter: String,
    pub(crate) allowed: String,
}

impl Unusable {
    pub(crate) fn new(parameter: &str, allowed: impl Into<String>) -> Self {
        Unusable { parameter: parameter.to_owned(), allowed: allowed.into() }
    }

    pub(crate) fn body(&self) -> Vec<u8> {
        json::object(|object| {
            let Unusable { parameter, allowed } = self;
            object.text("error", &format!("the parameter `{parameter}` cannot be used: {allowed}"));
            object.text("parameter", parameter);
            object.text("allowed", allowed);
        })
    }
}

/// The parameters, decoded, in the order they came.
#[derive(Debug)]
pub(crate) struct Query<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Query<'a> {
    /// Each name once, and one of these.
    pub(crate) fn read(text: &'a str, known: &[&str]) -> Result<Self, Unusable> {
        let mut pairs: Vec<(Cow<'_, str>, Cow<'_, str>)> = Vec::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decoded(name), decoded(value));
            if !known.contains(&&*name) {
                return Err(Unusable::new(&name, format!("there are {}", known.join(", "))));
            }
            if pairs.iter().any(|(given, _)| *given == name) {
                return Err(Unusable::new(&name, "it is given twice"));
            }
            pairs.push((name, value));
        }
        Ok(Query(pairs))
    }

    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(given, _)| given == name).map(|(_, value)| &**value)
    }
}

/// As forms encode it: `+` is a space. What is no encoding stays as it is, and bytes that are no text are replaced.
fn decoded(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| matches!(byte, b'%' | b'+')) {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        match (byte, behind) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                let digit = |byte: &u8| char::from(*byte).to_digit(16).unwrap_or_default() as u8;
                bytes.push(digit(high) << 4 | digit(low));
                rest = after;
            }
            _ => bytes.push(byte),
        }
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded_as_forms_encode_them() {
        let query =
            Query::read("route=%2Fa%20b%2F%7Bid%7D&method=G+T&&version", &["route", "method", "version"]).unwrap();
        assert_eq!(query.value("route"), Some("/a b/{id}"));
        assert_eq!((query.value("method"), query.value("version"), query.value("x")), (Some("G T"), Some(""), None));
        for (text, read) in [("%", "%"), ("%f", "%f"), ("%zz%41", "%zzA"), ("%ff", "\u{fffd}"), ("%C3%A4", "ä")] {
            assert_eq!(decoded(text), read);
        }
    }

    #[test]
    fn what_is_unknown_or_there_twice_is_named() {
        let unknown = Query::read("windw=60", &["window", "route"]).unwrap_err();
        assert_eq!((&*unknown.parameter, &*unknown.allowed), ("windw", "there are window, route"));
        let twice = Query::read("route=a&%72oute=b", &["route"]).unwrap_err();
        assert_eq!((&*twice.parameter, &*twice.allowed), ("route", "it is given twice"));
        let body: serde_json::Value = serde_json::from_slice(&unknown.body()).unwrap();
        assert_eq!(body["parameter"], "windw");
        assert!(body["error"].as_str().unwrap().contains("`windw`"), "{body}");
    }
}
