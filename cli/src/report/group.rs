//! By what requests are told apart.

use super::fields::{self, Slot};
use super::line::Line;

/// Between the values of a group. No value has it: where one does, a space stands instead.
const SEPARATOR: char = '\u{1f}';

/// Appends the values of these members; what is missing is empty. A task's method is `task`, its route is its name.
#[inline]
pub(crate) fn write(slots: &[Slot], line: &Line<'_>, group: &mut String) {
    for (place, slot) in slots.iter().enumerate() {
        if place > 0 {
            group.push(SEPARATOR);
        }
        let value = line.value(*slot);
        match value.text() {
            Some(text) if !text.contains(SEPARATOR) => group.push_str(text),
            Some(text) => {
                group.extend(text.chars().map(|character| if character == SEPARATOR { ' ' } else { character }))
            }
            None if value.is_missing() && is_task(line) => match *slot {
                fields::METHOD => group.push_str("task"),
                fields::ROUTE => group.push_str(line.text(fields::NAME)),
                _ => {}
            },
            None => group.push_str(&value.shown().unwrap_or_default()),
        }
    }
}

/// The values of a group, as they were written.
pub(crate) fn values(group: &str) -> impl Iterator<Item = &str> {
    group.split(SEPARATOR)
}

/// Its own line says it, those of its calls and findings have its name.
fn is_task(line: &Line<'_>) -> bool {
    !line.value(fields::NAME).is_missing()
}
