//! What stands in a wide line beside what the record says of itself.

use std::borrow::Cow;

use crate::line::Line;

/// What stands in a wide line beside what the record says of itself. Does nothing unless implemented.
pub(crate) trait Beside {
    /// A text of the record's, by its member's name and its key in JSON.
    #[inline(always)]
    fn text(&mut self, line: &mut Line<'_>, name: &'static str, key: &'static str, text: &str) {
        let _ = name;
        line.text(key, text);
    }

    /// Behind the last of our own members, before the application's fields.
    #[inline(always)]
    fn behind_own(&mut self, line: &mut Line<'_>) {
        let _ = line;
    }

    /// What the application's field of this name is called in the line.
    #[inline(always)]
    fn field<'n>(&self, name: &'n str) -> Cow<'n, str> {
        Cow::Borrowed(name)
    }

    /// Behind everything else, what makes the line metrics, too; false where it is none.
    #[inline(always)]
    fn metrics(&mut self, line: &mut Line<'_>) -> bool {
        let _ = line;
        false
    }
}

/// How many requests the line stands for, where that is not one for each.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Weight(pub(crate) Option<f64>);

impl Beside for Weight {
    #[inline(always)]
    fn behind_own(&mut self, line: &mut Line<'_>) {
        line.weight(*self);
    }
}
