//! Statements of one database, made of pieces with what must become of them: nothing less is left, and nothing more.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::Dialect;
use crate::sql::{Given, Statement, parse};

/// In every `§` of the pieces, and nowhere else; a number is in every `9`.
const SECRET: &str = "sEcReT";
const NUMBER: &str = "987654";

/// A piece, and its text. None begins with a quote, a sign or a comma, or depends on what comes before it.
type Piece = (&'static str, &'static str);

const COMMON: &[Piece] = &[
    ("SELECT a, t.b_1", "SELECT a, t.b_1"),
    ("FROM s.t JOIN größe g ON g.a = t.a", "FROM s.t JOIN größe g ON g.a = t.a"),
    ("= '§'", "= ?"),
    ("= '§''§'''", "= ?"),
    ("= '\n§\t'", "= ?"),
    ("= ''", "= ?"),
    ("= '§/*'", "= ?"),
    ("= '§--'", "= ?"),
    ("= '\u{1f512}§ä'", "= ?"),
    ("LIKE '%§\"%' ESCAPE '#'", "LIKE ? ESCAPE ?"),
    ("= x'§', X'§'", "= ?, ?"),
    ("= 9, -9, +9, (-9)", "= ?, ?, ?, (?)"),
    ("= 9.9, .9, -.9, 9., 9e9, 9.9e-9, 9E+9", "= ?, ?, ?, ?, ?, ?, ?"),
    ("= 0x9, 0b1, 0o7, 9_9", "= ?, ?, ?, ?"),
    ("= a-9, a - 9, f(a)+9, 9*9, 9/-9", "= a-?, a - ?, f(a)+?, ?*?, ?/?"),
    ("= DATE '§', TIMESTAMP '§', INTERVAL '§' DAY", "= DATE ?, TIMESTAMP ?, INTERVAL ? DAY"),
    ("BETWEEN 9 AND '§'", "BETWEEN ? AND ?"),
    ("= CAST('§' AS text)", "= CAST(? AS text)"),
    ("= f('§', g(9, '§'), NULL, TRUE)", "= f(?, g(?, ?), NULL, TRUE)"),
    ("CASE WHEN a > 9 THEN '§' ELSE b END", "CASE WHEN a > ? THEN ? ELSE b END"),
    ("IN (SELECT c FROM u WHERE d = '§')", "IN (SELECT c FROM u WHERE d = ?)"),
    ("LIMIT 9 OFFSET 9", "LIMIT ? OFFSET ?"),
    ("WITH r (x) AS (SELECT '§')", "WITH r (x) AS (SELECT ?)"),
    ("= '§' || '§'", "= ? || ?"),
    ("; UPDATE t SET a = '§', b = 9", "; UPDATE t SET a = ?, b = ?"),
    ("= '{\"§\": 9}' -> '§' ->> 9", "= ? -> ? ->> ?"),
];

const POSTGRESQL: &[Piece] = &[
    ("= '§\\', '\\'", "= ?, ?"),
    ("= E'\\'§\\\\', e'§\\\\\\'§', E'§'''", "= ?, ?, ?"),
    ("= E'\\u00e4§\\x41'", "= ?"),
    ("= $$§'$$, $q$ § $$ ' $Q$ $q$, $ä1$ § $ä1$", "= ?, ?, ?"),
    ("= U&'§\\' UESCAPE '!', N'§\\', B'9', b'1'", "= ? UESCAPE ?, ?, ?, ?"),
    ("= \"it's\", \"a\\\", t.\"b\"\"c\", \"select\"", "= \"it's\", \"a\\\", t.\"b\"\"c\", \"select\""),
    ("FROM \"T\" AS \"t 1\"", "FROM \"T\" AS \"t 1\""),
    ("= a #>> '{§}', a #> '{§}', a #- '{§}', a # 9", "= a #>> ?, a #> ?, a #- ?, a # ?"),
    (
        "= a @> '§', a <@ '§', a @? '§', a @@ '§', a ? '§', a ?| b, a ?& b",
        "= a @> ?, a <@ ?, a @? ?, a @@ ?, a ? ?, a ?| b, a ?& b",
    ),
    ("= '§'::text, 9::int, $1::uuid, '§'::varchar(9)", "= ?::text, ?::int, $1::uuid, ?::varchar(?)"),
    ("= ARRAY['§'], a['§'], a [ 9 ], a[9:9], '{§}'::int[]", "= ARRAY[?], a[?], a [ ? ], a[?:?], ?::int[]"),
    ("= ARRAY[[9, 9], [9, 9]]", "= ARRAY[[?, ?]]"),
    ("= INTERVAL '§' YEAR TO MONTH, '§' AT TIME ZONE '§'", "= INTERVAL ? YEAR TO MONTH, ? AT TIME ZONE ?"),
    ("= a$§$ + 1", "= a$§$ + ?"),
    ("= a ` b", "= a ` b"),
    ("--don't §\n", ""),
    ("-- § '\r", ""),
    ("/* /* § ' */ § ' */", ""),
    ("/*! § ' */", ""),
];

const MYSQL: &[Piece] = &[
    ("= '\\'§', '§\\\\\\'§', '§\\\\'", "= ?, ?, ?"),
    ("= \"§\" AND f(\"§\\\"§\", \"it's §\"\"\")", "= ? AND f(?, ?)"),
    ("= `it's`, `a`.`b``c`, `a\\`", "= `it's`, `a`.`b``c`, `a\\`"),
    ("= _utf8mb4'§' COLLATE utf8mb4_bin, N'§\\'', b'9'", "= _utf8mb4? COLLATE utf8mb4_bin, ?, ?"),
    ("# don't §\n", ""),
    ("#§\"\n", ""),
    ("-- § '\r '\n", ""),
    ("= 9--9, a--b", "= ?-?, a--b"),
    ("/* /* § ' */", ""),
    ("= /*! '§', 9 */", "= ?"),
    ("= /*!50001 '§' */", "= ?"),
    ("/*+ SET_VAR(a = '§') */", ""),
    ("= @v, @`v`, @@global.x, $v, a$b, \\N", "= @v, @`v`, @@global.x, $v, a$b, \\N"),
    ("= a->\"$.§\", a->>'$.§'", "= a->?, a->>?"),
    ("ON DUPLICATE KEY UPDATE a = \"§\", b = \"§\"", "ON DUPLICATE KEY UPDATE a = ?, b = ?"),
    ("= CONVERT(\"§\" USING utf8)", "= CONVERT(? USING utf8)"),
    ("= a & 9, a | 9, a ^ 9, a <=> 9, a := 9", "= a & ?, a | ?, a ^ ?, a <=> ?, a := ?"),
];

const SQLITE: &[Piece] = &[
    ("= '§\\', '\\'", "= ?, ?"),
    ("= \"§\" AND f(\"§\\\", \"it's §\")", "= ? AND f(?, ?)"),
    ("= [it's], [a b], [a\"--], t.[9lives'.]", "= [it's], [a b], [a\"--], t.[9lives'.]"),
    ("= `it's`, t.`a`", "= `it's`, t.`a`"),
    ("/* /* § ' */", ""),
    ("-- § '\r '\n", ""),
    ("--'§\n", ""),
    ("= ?1, @v, $v, :v, $a::b", "= ?1, @v, $v, :v, $a::b"),
    ("IS DISTINCT FROM \"§\"", "IS DISTINCT FROM ?"),
    ("= a -> '$.§', a ->> 9, GLOB('§', b)", "= a -> ?, a ->> ?, GLOB(?, b)"),
    ("= $a$ § $a$", "= $a$ § $a$"),
];

/// What stands between two pieces, all of them alike; `§` and quotes in comments mean nothing.
const BETWEEN: &[&str] = &[" ", "\n", "\r\n\t ", "/**/", " /* § ' \" 9 */ ", " -- § it's\n", "\u{c}"];

/// What a list has, as often as it likes, and what is left of it.
const ELEMENTS: &[Piece] = &[
    ("9", "?"),
    ("'§'", "?"),
    ("?", "?"),
    ("-9.9", "?"),
    ("CAST('§' AS uuid)", "CAST(? AS uuid)"),
    ("(9, '§')", "(?, ?)"),
    ("f('§', 9)", "f(?, ?)"),
];

#[derive(Clone, Debug)]
struct Whole {
    dialect: Dialect,
    /// Pieces as they are written, and what comes behind each.
    pieces: Vec<(String, &'static str)>,
    text: String,
}

impl Whole {
    fn sql(&self) -> String {
        self.pieces.iter().flat_map(|(piece, between)| [piece.as_str(), between]).collect()
    }

    fn parse(&self) -> (Statement, Given) {
        parse(self.dialect, &self.sql())
    }
}

fn list() -> impl Strategy<Value = (String, String)> {
    let rows = (1..20_usize).prop_map(|rows| {
        (format!("INTO t (a, b) VALUES {}", vec!["(9, '§')"; rows].join(",")), "INTO t (a, b) VALUES (?, ?)".to_owned())
    });
    let elements =
        (select(ELEMENTS), 1..40_usize, select(&[",", ", ", " ,\n"][..])).prop_map(|((sql, text), count, comma)| {
            (format!("= a IN ({})", vec![sql; count].join(comma)), format!("= a IN ({text})"))
        });
    prop_oneof![rows, elements]
}

fn whole(dialect: Dialect, own: &'static [Piece]) -> impl Strategy<Value = Whole> {
    let fixed = |pieces| select(pieces).prop_map(|(sql, text): Piece| (sql.to_owned(), text.to_owned()));
    let piece = prop_oneof![6 => fixed(COMMON), 6 => fixed(own), 2 => list()];
    // What is never closed is the end of it.
    let unclosed = select(&["", "", "", "= '§", "= '9''", "= x'§"][..]);
    (prop::collection::vec((piece, select(BETWEEN)), 1..20), unclosed).prop_map(move |(pieces, unclosed)| {
        let written = |piece: &str| piece.replace('9', NUMBER).replace('§', SECRET);
        let mut text: Vec<String> =
            pieces.iter().map(|((_, text), _)| text.replace('§', SECRET).replace('9', NUMBER)).collect();
        text.push(if unclosed.is_empty() { String::new() } else { "= ?".to_owned() });
        text.retain(|piece| !piece.is_empty());
        let mut pieces: Vec<_> = pieces.into_iter().map(|((sql, _), between)| (written(&sql), between)).collect();
        pieces.push((written(unclosed), ""));
        Whole { dialect, pieces, text: text.join(" ") }
    })
}

fn of_any_database() -> impl Strategy<Value = Whole> {
    prop_oneof![whole(Dialect::PostgreSql, POSTGRESQL), whole(Dialect::MySql, MYSQL), whole(Dialect::Sqlite, SQLITE),]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn all_but_the_literals_is_left(whole in of_any_database()) {
        let (statement, _) = whole.parse();
        if statement.truncated() {
            prop_assert!(whole.text.starts_with(statement.text()));
        } else {
            prop_assert_eq!(statement.text(), whole.text.as_str(), "{:?}", whole.sql());
        }
    }

    #[test]
    fn comments_and_white_space_are_not_part_of_what_is_asked(
        whole in of_any_database(),
        between in prop::collection::vec(select(BETWEEN), 20),
    ) {
        let mut other = whole.clone();
        let last = other.pieces.len() - 1;
        other.pieces[..last].iter_mut().zip(between).for_each(|(piece, between)| piece.1 = between);
        let ((one, given), (two, given_again)) = (whole.parse(), other.parse());
        prop_assert_eq!((one.text(), one.hash(), given), (two.text(), two.hash(), given_again));
    }

    #[test]
    fn each_literal_is_part_of_what_was_given(whole in of_any_database(), at in any::<Index>()) {
        let (statement, given) = whole.parse();
        let mut other = whole.clone();
        let at = at.index(other.pieces.len());
        let piece = &mut other.pieces[at].0;
        let is_comment = ["--", "/* ", "/*+", "/*!", "#"].iter().any(|opening| piece.starts_with(opening));
        let kept = piece.contains("[") || piece.contains("$a$") || piece.contains("a$");
        let changed = piece.replacen(SECRET, "sEcReU", 1);
        let changed = if changed == *piece { piece.replacen(NUMBER, "987655", 1) } else { changed };
        prop_assume!(!is_comment && !kept && changed != *piece);
        *piece = changed;
        let (again, given_again) = other.parse();
        prop_assert_eq!(again.text(), statement.text());
        prop_assert_ne!(given_again.literals, given.literals, "{:?}", other.sql());
        prop_assert_eq!(given_again.placeholders, given.placeholders);
    }
}
