//! SQL text reduced to what may leave the process: the statement with its literals replaced, and a short summary.
//!
//! One pass over the text: the lexer's tokens, which are those of a dialect, go to the outline, which finds operations
//! and targets and knows where only a name can stand, and to the text, which joins them again and shortens lists.

mod blank;
mod cache;
mod dialect;
mod given;
mod lexer;
mod outline;
mod position;
mod quoted;
mod shape;
mod text;
mod words;

#[cfg(test)]
mod tests;

pub(crate) use cache::BoundedCache;
pub(crate) use dialect::Dialect;
pub(crate) use given::Given;

use given::Giving;
use lexer::{Kind, Lexer};
use outline::Outline;
use text::Text;

/// The longest parameterised text that is kept, in bytes.
pub(crate) const MAX_TEXT_BYTES: usize = 2048;

/// The longest summary that is kept, in bytes; the conventions allow as many characters.
pub(crate) const MAX_SUMMARY_BYTES: usize = 255;

/// How much of a statement is read, in bytes. More than is kept, because long literals and lists shrink.
const MAX_READ_BYTES: usize = 16 * 1024;

/// A statement without its literals, and its summary, as the OpenTelemetry semantic conventions have them.
///
/// It is read by the rules of PostgreSQL, MySQL (and MariaDB) or SQLite, where the system is known to be one of them, as
/// they are by default: with `standard_conforming_strings` in PostgreSQL, without `NO_BACKSLASH_ESCAPES` in MySQL. A text
/// for another system is read by all of these rules at once, and what could be a literal by any of them is treated as one:
///
/// - Where they disagree about where a literal ends, everything from there on is one `?`: a quote after a backslash
///   outside `E'…'`; quotes in a `#` comment, in a `--` comment that no blank follows, in nested block comments, in a
///   text between dollars, and such as are not closed in the same brackets; blanks beyond ASCII.
/// - A double-quoted text is a name in PostgreSQL but a string in MySQL (or a name, by its `sql_mode`), and SQLite takes
///   it for either. Except for PostgreSQL it is kept only where nothing but a name can stand: next to a dot, behind `AS`,
///   as a table, in the column list of an `INSERT`, left of the `=` in `SET`. Everywhere else it becomes `?`.
/// - A single-quoted text is never a name, although SQLite and the examples of the conventions allow it.
///
/// By any rules, what follows a quote or a block comment that is never closed is one `?` (to SQLite such a comment is a
/// comment), and so is a comment that MySQL executes, `/*! … */`.
///
/// `$1`, `?1`, `:name` and `@name` stay as they are. Of lists, `IN (1, 2)` and `ARRAY[1, 2]`, what has the form of the
/// first element is left out, casts and all, and of `VALUES (1, 2), (3, 4)` all but the first row, so that one statement
/// of an application is one text whatever the number of values. Comments are dropped; white space and control characters
/// become one space, or `_` within a word. `NULL`, `TRUE` and `FALSE` stay: they say how a statement works, not of whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    text: Box<str>,
    summary: Box<str>,
    hash: u64,
    truncated: bool,
    transaction_control: bool,
}

impl Statement {
    /// The parameterised text (`db.query.text`), on one line and at most 2048 bytes long.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the statement was too long, so that [`text`](Self::text) is only its beginning. The cut is never inside a
    /// word or a name.
    pub fn truncated(&self) -> bool {
        self.truncated
    }

    /// The operations and their targets in the order of the text (`db.query.summary`), such as
    /// `INSERT shipping_details SELECT orders`; at most 255 bytes long, cut between two of them. Empty if the
    /// text does not begin with a command of SQL.
    pub fn summary(&self) -> &str {
        &self.summary
    }

    /// Whether the statement only begins, ends or divides a transaction: `BEGIN`, `START TRANSACTION`, `COMMIT`, `END`,
    /// `ROLLBACK`, `ABORT`, `SAVEPOINT` or `RELEASE`.
    pub fn is_transaction_control(&self) -> bool {
        self.transaction_control
    }

    /// The 64-bit FNV-1a hash of [`text`](Self::text): the same in every process and version that gives the same text.
    pub fn hash(&self) -> u64 {
        self.hash
    }
}

/// Reduces `sql` to a [`Statement`], and says what was given with it. Any text is accepted; what is not SQL has an empty
/// summary.
///
/// The work is bounded: of a longer text only the first 16 KiB are read, and what is kept of them is complete in itself.
pub(crate) fn parse(dialect: Dialect, sql: &str) -> (Statement, Given) {
    let read = &sql[..sql.floor_char_boundary(MAX_READ_BYTES)];
    let mut lexer = Lexer::new(read, dialect);
    let mut outline = Outline::new(read);
    let mut text = Text::new(read.len());
    let mut given = Giving::new();
    while let Some(mut token) = lexer.next_token() {
        if token.kind == Kind::DoubleQuoted {
            token = if outline.expects_name() { token.into_name() } else { token.into_value() };
        }
        given.read(&token, read);
        outline.read(&token);
        text.read(token);
    }
    let (summary, transaction_control) = outline.finish();
    let (text, cut) = text.finish();
    let statement = Statement {
        hash: fnv_1a(text.as_bytes()),
        text: text.into_boxed_str(),
        summary: summary.into_boxed_str(),
        truncated: cut || read.len() < sql.len(),
        transaction_control,
    };
    (statement, given.finish())
}

pub(crate) fn fnv_1a(bytes: &[u8]) -> u64 {
    fnv_1a_on(0xcbf2_9ce4_8422_2325, bytes)
}

/// Goes on from the hash of what came before.
fn fnv_1a_on(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
