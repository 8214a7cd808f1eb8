//! What holds for any input, and that no literal of a statement that was written for one database is left of it.

use proptest::prelude::*;
use proptest::sample::select;

use super::steps::steps;
use super::{DIALECTS, Dialect};
use crate::sql::{MAX_SUMMARY_BYTES, MAX_TEXT_BYTES, parse};

/// In every string literal, and nowhere else.
const SECRET: &str = "sEcReT";
/// In every number.
const NUMBER: &str = "987654";

/// Pieces of statements, complete in themselves, that every database reads alike; `§` becomes the secret and `9` the number.
const COMMON: &[&str] = &[
    "SELECT",
    "FROM",
    "WHERE",
    "a",
    "b_1",
    "t.c",
    "INSERT INTO t (x, y)",
    "VALUES (",
    "UPDATE t SET",
    "IN (",
    "(",
    ")",
    ",",
    ",",
    "=",
    ";",
    ".",
    "9",
    "-9",
    "9.5e-9",
    ".9",
    "0x9",
    "'§'",
    "'§''§'",
    "'\n§'",
    "x'§'",
    "N'§'",
    "'§\\\\'",
    "?",
    ":p",
    "/* §' */",
    "-- §'\n",
    "AND",
    "AS",
    "JOIN u ON",
    "ORDER BY",
    "DISTINCT",
    "SET",
    "CREATE TABLE t",
    "''",
    "+",
    "-",
    "a-9",
    "SELECT * FROM t WHERE a = '§' AND",
    "f('§', 9)",
    "(9, '§'), (9, '§')",
    "USING",
    "RETURNING",
    "WITH",
];
const POSTGRESQL: &[&str] = &[
    "= '§\\'",
    "E'\\'§\\\\'",
    "e'§\\'§'",
    "$$§'$$",
    "$q$ § $$ ' $q$",
    "U&'§\\'",
    "\"it's\"",
    "\"a\\\"",
    "#>>",
    "#> '{§}'",
    "#-",
    "#",
    "--don't\n",
    "-- x\r",
    "/* /* ' */ ' */",
    "/* /* */ § */",
    "::text",
    "ARRAY['§', '§']",
    "a['§']",
    "a [ '§' ]",
    "a [ 9 ]",
    "a [b - 9]",
    "a[9:9]",
    "$1",
    "[",
    "]",
    "'§'::text",
    "a ?| '§'",
];
const MYSQL: &[&str] = &[
    "'\\'§'",
    "'§\\\\\\'§'",
    "= \"§\"",
    "= \"§\\\"§\"",
    "f(\"it's §\")",
    "'\"§'",
    "`it's`",
    "`a`",
    "# don't\n",
    "# /* \n",
    "#-'\n",
    "#>'\n",
    "#> x\n",
    "-- '\r\n",
    "-- \r'\n",
    "--9",
    "--'§'",
    "/* /* */",
    "/*! '§' */",
    "/*!5 '*/ §' */",
    "_utf8'§'",
    "@v",
    "@`v`",
    "trim(\"§\" FROM \"§\")",
    "AND a = \"§\"",
    "ON DUPLICATE KEY UPDATE a = \"§\", b = \"§\"",
];
const SQLITE: &[&str] = &[
    "'§\\'",
    "f(\"it's §\")",
    "= \"§\\\"",
    "AND a = \"§\"",
    "[it's]",
    "[a b]",
    "[a\"b]",
    "[--]",
    "`it's`",
    "/* /* */",
    "-- x\r'\n",
    "--'\n",
    "?1",
    "@v",
    "$v",
    "IS DISTINCT FROM \"§\"",
];

fn statement_for(dialect: &'static [&'static str]) -> impl Strategy<Value = String> {
    let piece = prop_oneof![3 => select(COMMON), 1 => select(dialect)];
    prop::collection::vec((piece, any::<bool>()), 0..24).prop_map(|pieces| {
        let joined: String = pieces.iter().flat_map(|(piece, line)| [*piece, if *line { "\n" } else { " " }]).collect();
        joined.replace('9', NUMBER).replace('§', SECRET)
    })
}

/// Text made of what the reader looks for, in any order.
fn confusing() -> impl Strategy<Value = String> {
    let piece = select(
        &[
            "'",
            "\"",
            "`",
            "[",
            "]",
            "(",
            ")",
            "$",
            "$a$",
            "#",
            "#>",
            "#-",
            "--",
            "/*",
            "*/",
            "\\",
            "\n",
            "\r",
            " ",
            ".",
            ",",
            ";",
            ":",
            "@",
            "?",
            "+",
            "-",
            "1",
            "e",
            "E",
            "x",
            "U&",
            "ä",
            "\u{85}",
            "\u{a0}",
            "\0",
            "in",
            "array",
            "values",
            "select",
            "from",
            "as",
            "set",
            "insert into",
            "update",
            "with",
            "a",
            "!",
            "{",
            "distinct",
            "create table",
            "delete",
            "using",
            "join",
            "/*!",
            "/*+",
            "::",
            "$1",
            "?1",
            "\u{feff}",
            "\u{2028}",
            "cast(",
        ][..],
    );
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// Whether it is known which database it is for or not.
fn assert_nothing_leaks(written_for: Dialect, sql: &str) -> Result<(), TestCaseError> {
    for dialect in [written_for, Dialect::Any] {
        let (statement, _) = parse(dialect, sql);
        for shown in [statement.text(), statement.summary()] {
            prop_assert!(!shown.contains(SECRET) && !shown.contains(NUMBER), "{dialect:?}: {shown:?} of {sql:?}");
        }
    }
    assert_canonical(sql)
}

fn assert_canonical(sql: &str) -> Result<(), TestCaseError> {
    for dialect in DIALECTS {
        let (statement, given) = parse(dialect, sql);
        prop_assert!(statement.text().len() <= MAX_TEXT_BYTES && statement.summary().len() <= MAX_SUMMARY_BYTES);
        for shown in [statement.text(), statement.summary()] {
            prop_assert!(!shown.contains(char::is_control) && !shown.contains(['\u{2028}', '\u{2029}']), "{:?}", shown);
        }
        // A cut text can end in a name that only the dot behind it made one.
        if !statement.truncated() {
            let (again, _) = parse(dialect, statement.text());
            prop_assert_eq!(again.text(), statement.text(), "{:?}: {:?}", dialect, sql);
        }
        let again = parse(dialect, sql);
        prop_assert_eq!((&again.0, again.1), (&statement, given));
        prop_assert!(steps(dialect, sql) <= 16 * sql.len() + 64, "{:?}: {:?}", dialect, sql);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_literal_of_postgresql_is_left(sql in statement_for(POSTGRESQL)) {
        assert_nothing_leaks(Dialect::PostgreSql, &sql)?;
    }

    #[test]
    fn no_literal_of_mysql_is_left(sql in statement_for(MYSQL)) {
        assert_nothing_leaks(Dialect::MySql, &sql)?;
    }

    #[test]
    fn no_literal_of_sqlite_is_left(sql in statement_for(SQLITE)) {
        assert_nothing_leaks(Dialect::Sqlite, &sql)?;
    }

    #[test]
    fn a_statement_cut_anywhere_shows_no_literal(sql in statement_for(POSTGRESQL), at in any::<prop::sample::Index>()) {
        assert_nothing_leaks(Dialect::PostgreSql, &sql[..sql.floor_char_boundary(at.index(sql.len() + 1))])?;
    }

    #[test]
    fn any_text_is_read_and_reading_it_again_changes_nothing(sql in any::<String>()) {
        assert_canonical(&sql)?;
    }

    #[test]
    fn any_bytes_are_read(bytes in any::<Vec<u8>>()) {
        assert_canonical(&String::from_utf8_lossy(&bytes))?;
    }

    #[test]
    fn confusing_text_is_read_and_reading_it_again_changes_nothing(sql in confusing()) {
        assert_canonical(&sql)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn long_text_is_bounded(sql in confusing(), times in 1..2000_usize) {
        assert_canonical(&sql.repeat(times))?;
    }
}
