//! Text that comes from outside, held to a length.

use std::fmt::{self, Display, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The longest beginning of `text` that has at most `most` bytes and ends between characters.
pub fn cut(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// Formats `value` into at most `most` bytes; true where something was left out.
///
/// The user's `Display` runs here: where it panics, what it had written until then is kept.
pub fn bounded(value: &dyn Display, most: usize) -> (String, bool) {
    let mut writer = Bounded { text: String::new(), most, cut: false };
    // An error is either ours, to stop a value that writes for ever, or the value's own: what there is stays.
    let panicked = catch_unwind(AssertUnwindSafe(|| write!(writer, "{value}").is_err())).is_err();
    let cut = writer.cut || panicked;
    (writer.text, cut)
}

struct Bounded {
    text: String,
    most: usize,
    cut: bool,
}

impl fmt::Write for Bounded {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let room = self.most - self.text.len();
        if part.len() <= room {
            self.text.push_str(part);
            return Ok(());
        }
        self.text.push_str(cut(part, room));
        self.cut = true;
        Err(fmt::Error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_value_is_cut_between_characters() {
        assert_eq!(bounded(&"äöü", 5), ("äö".to_owned(), true));
        assert_eq!(bounded(&"äöü", 6), ("äöü".to_owned(), false));
    }

    #[test]
    fn a_display_that_panics_leaves_what_it_wrote() {
        struct Broken;
        impl Display for Broken {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("so far")?;
                panic!("in the middle")
            }
        }
        assert_eq!(bounded(&Broken, 100), ("so far".to_owned(), true));
    }
}
