//! Whether a page is well-formed: each element is closed where it was opened, and nothing in it is half a tag.

use std::collections::BTreeMap;

/// Panics where it is not; how many there are of each element.
pub(super) fn check(page: &str) -> BTreeMap<String, usize> {
    let mut rest = page.strip_prefix("<!DOCTYPE html>\n").expect("a document type");
    let (mut open, mut elements) = (Vec::new(), BTreeMap::new());
    while let Some(at) = rest.find('<') {
        check_text(&rest[..at], open.last());
        let (tag, behind) = rest[at + 1..].split_once('>').expect("a tag that ends");
        rest = behind;
        if let Some(closed) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(closed), "before {:.100}", rest);
            continue;
        }
        let (tag, is_empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let name: String = tag.chars().take_while(char::is_ascii_alphanumeric).collect();
        assert!(!name.is_empty(), "<{tag}>");
        check_attributes(&tag[name.len()..]);
        *elements.entry(name.clone()).or_default() += 1;
        if !is_empty {
            open.push(name);
        }
    }
    assert_eq!(rest, "\n");
    assert!(open.is_empty(), "{open:?}");
    elements
}

fn check_attributes(mut attributes: &str) {
    while !attributes.is_empty() {
        let (name, rest) = attributes.split_once("=\"").unwrap_or_else(|| panic!("{attributes}"));
        assert!(name.trim_start().bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'), "{name}");
        assert!(name.starts_with(' '), "{attributes}");
        let (value, rest) = rest.split_once('"').unwrap_or_else(|| panic!("{attributes}"));
        check_text(value, None);
        attributes = rest;
    }
}

/// An ampersand begins an entity.
fn check_text(text: &str, element: Option<&String>) {
    if element.is_some_and(|element| element == "style") {
        return;
    }
    for after in text.split('&').skip(1) {
        let entity = after.split_once(';').map(|(entity, _)| entity);
        assert!(entity.is_some_and(|entity| ["amp", "lt", "gt", "quot", "#39"].contains(&entity)), "{text}");
    }
}
