//! Which lines a filter of CloudWatch Logs takes, of the patterns that templates have: `{ (…) && ((…) || (…)) }`.

use serde_json::{Map, Value};

/// Whether a line fits.
pub(crate) fn fits(pattern: &str, line: &Map<String, Value>) -> bool {
    assert!(pattern.len() <= 1024, "{pattern} is too long");
    let inside = pattern.strip_prefix("{ ").and_then(|rest| rest.strip_suffix(" }"));
    let mut rest = inside.unwrap_or_else(|| panic!("{pattern} is no pattern of JSON"));
    let fits = any(&mut rest, line);
    assert_eq!(rest, "", "{pattern}");
    fits
}

fn any(rest: &mut &str, line: &Map<String, Value>) -> bool {
    let mut fits = all(rest, line);
    while eat(rest, " || ") {
        fits |= all(rest, line);
    }
    fits
}

fn all(rest: &mut &str, line: &Map<String, Value>) -> bool {
    let mut fits = one(rest, line);
    while eat(rest, " && ") {
        fits &= one(rest, line);
    }
    fits
}

fn one(rest: &mut &str, line: &Map<String, Value>) -> bool {
    if eat(rest, "(") {
        let fits = any(rest, line);
        assert!(eat(rest, ")"), "no end before {rest}");
        return fits;
    }
    assert!(eat(rest, "$."), "no member at {rest}");
    let end = rest.find(|character: char| !character.is_ascii_alphanumeric() && !"_-".contains(character)).unwrap();
    let member = line.get(&rest[..end]);
    *rest = &rest[end..];
    if eat(rest, " IS TRUE") {
        return member == Some(&Value::Bool(true));
    }
    if eat(rest, " IS FALSE") {
        return member == Some(&Value::Bool(false));
    }
    if eat(rest, " = *") {
        return member.is_some();
    }
    if eat(rest, " > ") {
        let end = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len());
        let than: f64 = rest[..end].parse().unwrap();
        *rest = &rest[end..];
        return member.and_then(Value::as_f64).is_some_and(|number| number > than);
    }
    assert!(eat(rest, " = \""), "no comparison at {rest}");
    let text = quoted(rest);
    member.and_then(Value::as_str) == Some(&text)
}

fn quoted(rest: &mut &str) -> String {
    let mut text = String::new();
    let mut characters = rest.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => {
                *rest = &rest[at + 1..];
                return text;
            }
            '\\' => text.extend(characters.next().map(|(_, character)| character)),
            other => text.push(other),
        }
    }
    panic!("a text does not end")
}

fn eat(rest: &mut &str, what: &str) -> bool {
    let left = rest.strip_prefix(what);
    *rest = left.unwrap_or(rest);
    left.is_some()
}

#[test]
fn patterns_take_what_they_say() {
    let line = serde_json::json!({"a": "x \"y\"", "b": 7.5, "c": true});
    let fits = |pattern: &str| fits(pattern, line.as_object().unwrap());
    assert!(fits("{ ($.a = \"x \\\"y\\\"\") && ($.b > 7) && ($.c IS TRUE) }"));
    assert!(fits("{ ($.a = \"no\") || ($.c = *) }") && fits("{ ($.a = \"no\" || $.b > 1) && ($.c IS TRUE) }"));
    assert!(
        !fits("{ ($.b > 8) }") && !fits("{ ($.c IS FALSE) }") && !fits("{ ($.d = *) }") && !fits("{ ($.b = \"7.5\") }")
    );
}
