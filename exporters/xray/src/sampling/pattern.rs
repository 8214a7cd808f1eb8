//! Patterns of rules: `*` is any text, `?` one character, and case does not matter.

use std::str::Chars;

/// A pattern, ready to be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    /// In lower case.
    text: Box<str>,
}

impl Pattern {
    pub(crate) fn new(text: &str) -> Self {
        Pattern { text: text.chars().map(lower).collect() }
    }

    /// Whether the whole text is like this.
    ///
    /// A `*` takes as little as it can, and a character more each time that what follows does not fit. Only the last `*` has
    /// to be tried again, so that no text takes longer than its length times the pattern's.
    pub(crate) fn matches(&self, text: &str) -> bool {
        if &*self.text == "*" {
            return true;
        }
        let (mut pattern, mut text) = (self.text.chars(), text.chars());
        let mut last_star: Option<(Chars<'_>, Chars<'_>)> = None;
        loop {
            let (before, here) = (text.clone(), text.next());
            match (pattern.next(), here) {
                (None, None) => return true,
                (Some('*'), _) => {
                    text = before;
                    last_star = Some((pattern.clone(), text.clone()));
                }
                (Some('?'), Some(_)) => {}
                (Some(wanted), Some(found)) if wanted == lower(found) => {}
                _ => {
                    let Some((after_star, taken)) = &mut last_star else { return false };
                    if taken.next().is_none() {
                        return false;
                    }
                    (pattern, text) = (after_star.clone(), taken.clone());
                }
            }
        }
    }
}

/// One character for one, so that `?` stands for what it did before.
fn lower(character: char) -> char {
    if character.is_ascii() {
        return character.to_ascii_lowercase();
    }
    let mut lower = character.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(only), None) => only,
        _ => character,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matches_and_what_does_not() {
        for (pattern, fits, differs) in [
            ("*", &["", "a", "/any/thing"][..], &[][..]),
            ("", &[""], &["a"]),
            ("?", &["a", "ü", "中"], &["", "ab"]),
            ("GET", &["GET", "get"], &["GETS", "GE", ""]),
            ("/api/*", &["/api/", "/api/a/b", "/API/x"], &["/api", "/ap/", "x/api/"]),
            (
                "*.example.com",
                &["www.example.com", ".example.com", "a.b.EXAMPLE.com"],
                &["example.com", "www.example.com."],
            ),
            ("/a/*/c", &["/a/b/c", "/a//c", "/a/b/c/d/c"], &["/a/c", "/a/b/c/d"]),
            ("a*b?c", &["abxc", "aXbbyc", "abbbbc"], &["abc", "abxcd"]),
            ("**", &["", "x"], &[]),
            ("*?", &["x", "xy"], &[""]),
            ("?*?", &["xy", "xyz"], &["x"]),
            ("*a*a*a", &["aaa", "xaxaxa"], &["aa", "aaab"]),
            ("Ärger?", &["äRGERÜ"], &["arger1"]),
            ("a.c", &["a.c"], &["abc"]),
            ("a[bc]", &["a[bc]"], &["ab"]),
        ] {
            let compared = Pattern::new(pattern);
            for text in fits {
                assert!(compared.matches(text), "{pattern} {text}");
            }
            for text in differs {
                assert!(!compared.matches(text), "{pattern} {text}");
            }
        }
    }

    /// As it is defined, and as slow.
    fn is_like(pattern: &str, text: &str) -> bool {
        let rest = |text: &str| text.chars().next().map(|first| (first, text[first.len_utf8()..].to_owned()));
        match rest(pattern) {
            None => text.is_empty(),
            Some(('*', pattern)) => {
                is_like(&pattern, text) || rest(text).is_some_and(|(_, text)| is_like(&format!("*{pattern}"), &text))
            }
            Some((wanted, pattern)) => {
                rest(text).is_some_and(|(found, text)| (wanted == '?' || wanted == found) && is_like(&pattern, &text))
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn it_matches_what_it_is_defined_to(pattern in "[aü*?]{0,8}", text in "[aü]{0,10}") {
            assert_eq!(Pattern::new(&pattern).matches(&text), is_like(&pattern, &text));
        }
    }

    #[test]
    fn a_letter_whose_lower_case_is_two_is_compared_as_it_is() {
        assert!(Pattern::new("İ?").matches("İx"));
        assert!(!Pattern::new("?").matches("i\u{307}"));
    }
}
