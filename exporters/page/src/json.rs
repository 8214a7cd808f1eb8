//! JSON as it is written: straight into bytes, so that an answer takes no more room than it is long.

use tachograph_core::write_millis;

/// An object while its members are written.
pub(crate) struct Object<'a> {
    out: &'a mut Vec<u8>,
    is_first: bool,
}

/// An array while its elements are written.
pub(crate) struct Array<'a> {
    out: &'a mut Vec<u8>,
    is_first: bool,
}

/// One object.
pub(crate) fn object(write: impl FnOnce(&mut Object<'_>)) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024);
    object_into(&mut out, write);
    out
}

fn object_into(out: &mut Vec<u8>, write: impl FnOnce(&mut Object<'_>)) {
    out.push(b'{');
    write(&mut Object { out, is_first: true });
    out.push(b'}');
}

/// Members without the braces around them, to be put into objects later.
pub(crate) fn members(write: impl FnOnce(&mut Object<'_>)) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    write(&mut Object { out: &mut out, is_first: true });
    out
}

/// A string in its quotes.
fn quoted(text: &str, out: &mut Vec<u8>) {
    // Neither a text nor a vector can fail.
    let _ = serde_json::to_writer(out, text);
}

/// What JSON has no number for is none.
fn number(value: f64, out: &mut Vec<u8>) {
    if !value.is_finite() {
        return out.extend_from_slice(b"null");
    }
    // Counts are whole, but where lines were sampled.
    if value.fract() == 0.0 && value.abs() < 9e15 {
        out.extend_from_slice((value as i64).to_string().as_bytes());
    } else {
        let _ = serde_json::to_writer(out, &((value * 1e6).round() / 1e6));
    }
}

impl Object<'_> {
    fn key(&mut self, key: &str) -> &mut Vec<u8> {
        if !std::mem::replace(&mut self.is_first, false) {
            self.out.push(b',');
        }
        quoted(key, self.out);
        self.out.push(b':');
        self.out
    }

    /// Members that were written before.
    pub(crate) fn members(&mut self, members: &[u8]) {
        if members.is_empty() {
            return;
        }
        if !std::mem::replace(&mut self.is_first, false) {
            self.out.push(b',');
        }
        self.out.extend_from_slice(members);
    }

    pub(crate) fn text(&mut self, key: &str, text: &str) {
        quoted(text, self.key(key));
    }

    /// Null where it is none.
    pub(crate) fn text_or_null(&mut self, key: &str, text: Option<&str>) {
        match text {
            Some(text) => self.text(key, text),
            None => self.null(key),
        }
    }

    pub(crate) fn null(&mut self, key: &str) {
        self.key(key).extend_from_slice(b"null");
    }

    pub(crate) fn boolean(&mut self, key: &str, value: bool) {
        self.key(key).extend_from_slice(if value { b"true" } else { b"false" });
    }

    pub(crate) fn integer(&mut self, key: &str, value: u64) {
        let out = self.key(key);
        out.extend_from_slice(value.to_string().as_bytes());
    }

    pub(crate) fn integer_or_null(&mut self, key: &str, value: Option<u64>) {
        match value {
            Some(value) => self.integer(key, value),
            None => self.null(key),
        }
    }

    pub(crate) fn number(&mut self, key: &str, value: f64) {
        number(value, self.key(key));
    }

    pub(crate) fn signed(&mut self, key: &str, value: i64) {
        let out = self.key(key);
        out.extend_from_slice(value.to_string().as_bytes());
    }

    /// With all its digits. What JSON has no number for is a text, as in lines.
    pub(crate) fn float(&mut self, key: &str, value: f64) {
        let out = self.key(key);
        if value.is_finite() {
            let _ = serde_json::to_writer(out, &value);
        } else {
            quoted(&value.to_string(), out);
        }
    }

    /// Microseconds, as milliseconds.
    pub(crate) fn millis(&mut self, key: &str, micros: u64) {
        write_millis(micros, self.key(key));
    }

    /// Microseconds that were summed, as milliseconds.
    pub(crate) fn millis_of_sum(&mut self, key: &str, micros: f64) {
        self.millis(key, micros.round() as u64);
    }

    pub(crate) fn millis_or_null(&mut self, key: &str, micros: Option<u64>) {
        match micros {
            Some(micros) => self.millis(key, micros),
            None => self.null(key),
        }
    }

    /// Microseconds, which may be less than none, as milliseconds. Null where it is none, or without end.
    pub(crate) fn signed_millis(&mut self, key: &str, micros: Option<f64>) {
        number(micros.map_or(f64::NAN, |micros| micros.round() / 1e3), self.key(key));
    }

    pub(crate) fn object(&mut self, key: &str, write: impl FnOnce(&mut Object<'_>)) {
        object_into(self.key(key), write);
    }

    pub(crate) fn array(&mut self, key: &str, write: impl FnOnce(&mut Array<'_>)) {
        array_into(self.key(key), write);
    }

    pub(crate) fn length(&self) -> usize {
        self.out.len()
    }
}

fn array_into(out: &mut Vec<u8>, write: impl FnOnce(&mut Array<'_>)) {
    out.push(b'[');
    write(&mut Array { out, is_first: true });
    out.push(b']');
}

impl Array<'_> {
    fn next(&mut self) -> &mut Vec<u8> {
        if !std::mem::replace(&mut self.is_first, false) {
            self.out.push(b',');
        }
        self.out
    }

    pub(crate) fn text(&mut self, text: &str) {
        quoted(text, self.next());
    }

    pub(crate) fn number(&mut self, value: f64) {
        number(value, self.next());
    }

    pub(crate) fn millis(&mut self, micros: u64) {
        write_millis(micros, self.next());
    }

    pub(crate) fn object(&mut self, write: impl FnOnce(&mut Object<'_>)) {
        object_into(self.next(), write);
    }

    pub(crate) fn array(&mut self, write: impl FnOnce(&mut Array<'_>)) {
        array_into(self.next(), write);
    }

    pub(crate) fn length(&self) -> usize {
        self.out.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let inner = members(|object| object.text("hostile", "</script>\"\\\n\u{2028}\u{0}"));
        let written = object(|object| {
            object.members(&inner);
            object.members(&[]);
            object.integer("whole", u64::MAX);
            object.number("count", 3.0);
            object.number("part", 0.123_456_789);
            object.number("none", f64::NAN);
            object.millis("millis", 12_345);
            object.signed_millis("less", Some(-1500.0));
            object.signed_millis("no_end", Some(f64::INFINITY));
            object.array("list", |list| {
                list.number(1.0);
                list.text("b");
                list.array(|inner| inner.millis(1));
                list.object(|_| {});
            });
        });
        let read: serde_json::Value = serde_json::from_slice(&written).unwrap();
        let expected = serde_json::json!({
            "hostile": "</script>\"\\\n\u{2028}\u{0}", "whole": u64::MAX, "count": 3, "part": 0.123457, "none": null,
            "millis": 12.345, "less": -1.5, "no_end": null, "list": [1, "b", [0.001], {}],
        });
        assert_eq!(read, expected);
    }
}
