//! What is read differently when it is known which database a statement is for.

use super::*;

#[test]
fn systems_have_the_rules_of_their_databases() {
    for (system, dialect) in [
        ("postgresql", Dialect::PostgreSql),
        ("mysql", Dialect::MySql),
        ("mariadb", Dialect::MySql),
        ("sqlite", Dialect::Sqlite),
        ("microsoft.sql_server", Dialect::Any),
        ("cockroachdb", Dialect::Any),
        ("", Dialect::Any),
    ] {
        assert_eq!(Dialect::of(system), dialect, "{system}");
    }
}

/// A text with the same literals, the same names, and the same operators, and what each makes of it.
#[test]
fn each_database_has_its_own_reading() {
    for (sql, any, postgresql, mysql, sqlite) in [
        (r"a = 'C:\' AND b = 'd'", "a = ?", "a = ? AND b = ?", "a = ?d?", "a = ? AND b = ?"),
        (r"a = 'it\'s' AND b = 'd'", "a = ?", "a = ?s?d?", "a = ? AND b = ?", "a = ?s?d?"),
        (r"a = E'it\'s', b = 'd'", "a = ?, b = ?", "a = ?, b = ?", "a = E?, b = ?", "a = E?s?d?"),
        (r#"a = "it\"s", b"#, "a = ?", r#"a = "it\"s?"#, "a = ?, b", "a = ?s?"),
        ("\"a\" = \"b\"", "? = ?", "\"a\" = \"b\"", "? = ?", "? = ?"),
        ("a # it's\n= 'd'", "a ?", "a # it?d?", "a = ?", "a # it?d?"),
        ("a -- it's\r= 'b'\n= c", "a ?", "a = ? = c", "a = c", "a = c"),
        ("a --b 'c\n= 'd'", "a ?", "a = ?", "a --b ?d?", "a = ?"),
        ("a /* /* */ 'b' /* */ */ c", "a ?", "a c", "a ? */ c", "a ? */ c"),
        ("a /* /* */ */* 'b' */ c", "a ?", "a * ? */ c", "a * c", "a * c"),
        ("a /* b", "a ?", "a ?", "a ?", "a"),
        ("a /*! 'b' */ c", "a ? c", "a c", "a ? c", "a c"),
        ("a /*! 'b */ c' */ d", "a ?", "a c?", "a ?", "a c?"),
        ("a /*! # */ d\n*/ c", "a ?", "a d */ c", "a ?", "a d */ c"),
        ("a /*+ b('c */ d') */ e", "a ?", "a d?", "a ?", "a d?"),
        ("a = $$b$$, $c$ $d$ $c$", "a = ?, ?", "a = ?, ?", "a = ?", "a = $$b$$, $c$ $d$ $c$"),
        ("a[1], [b c], b['d']", "a[?], [b c], b[?]", "a[?], [b c], b[?]", "a[?], [b c], b[?]", "a[1], [b c], b['d']"),
        ("[it's] = 'd'", "?", "[it?d?", "[it?d?", "[it's] = ?"),
        ("`a'b` = 'c'", "?", "`a?c?", "`a'b` = ?", "`a'b` = ?"),
        ("a ?1, b ?| 'c'", "a ?1, b ?| ?", "a ??, b ?| ?", "a ??, b ?| ?", "a ?1, b ?| ?"),
        (
            "U&'a', U&\"b\", N'c', x'd', b'1'",
            "?, U&?, ?, ?, ?",
            "?, U&\"b\", ?, ?, ?",
            "U&?, U&?, ?, ?, ?",
            "U&?, U&?, N?, ?, b?",
        ),
        ("a\u{a0}b 'c'", "a?", "a_b ?", "a_b ?", "a_b ?"),
        ("\u{feff}a = 'b'", "?", "_a = ?", "_a = ?", "a = ?"),
    ] {
        for (dialect, text) in DIALECTS.into_iter().zip([any, postgresql, mysql, sqlite]) {
            check_text(dialect, &format!("SELECT {sql}"), format!("SELECT {text}").trim_end());
        }
    }
}

#[test]
fn a_string_of_postgresql_goes_on_behind_a_line_break() {
    for (sql, text) in [
        ("SELECT E'a'\n  'it\\'s b', c", "SELECT ? ?, c"),
        ("SELECT E'a' -- b\n-- c\n'it\\'s b'\n'it\\'s', c", "SELECT ? ? ?, c"),
        ("SELECT 'a'\n'it\\' , c", "SELECT ? ? , c"),
        ("SELECT E'a' 'it\\', c", "SELECT ? ?, c"),
        ("SELECT E'a', 'it\\', c", "SELECT ?, ?, c"),
        ("SELECT E'a' /* b */\n'it\\' 'c'", "SELECT ? ?"),
    ] {
        check_text(Dialect::PostgreSql, sql, text);
    }
}

#[test]
fn names_of_postgresql_are_kept_and_are_targets() {
    let (statement, _) = super::super::parse(
        Dialect::PostgreSql,
        "SELECT \"id\", max(\"a b\") - 1 FROM U&\"caf\\00e9\" JOIN \"order\".\"line 'items'\" ON true",
    );
    assert_eq!(
        statement.text(),
        "SELECT \"id\", max(\"a b\") - ? FROM U&\"caf\\00e9\" JOIN \"order\".\"line 'items'\" ON true"
    );
    assert_eq!(statement.summary(), "SELECT U&\"caf\\00e9\" \"order\".\"line 'items'\"");
}

#[test]
fn signs_and_words_of_placeholders() {
    for (dialect, sql, text) in [
        (Dialect::PostgreSql, r"a[b:e'it\'s'], @e'it\'s', $1", "a[b:?], @?, $1"),
        (Dialect::PostgreSql, "$1::int, $99999, $100000, a$1$, :name", "$1::int, $99999, $?, a$1$, :name"),
        (Dialect::MySql, "@a := 'b', @'c', @`d`, @@global.e, $f, g$h", "@a := ?, @?, @`d`, @@global.e, $f, g$h"),
        (Dialect::Sqlite, "?1, :a, @b, $c, $d::e(f), $1(g), #h", "?1, :a, @b, $c, $d::e(f), $1(g), #h"),
        (Dialect::Sqlite, "$a(it's), 'b'", "?"),
        (Dialect::Sqlite, "$a::b(it's), 'b'", "$a:?"),
        (Dialect::Sqlite, "$2(5b', 'c')", "?"),
        (Dialect::Any, "?1, ?2nd, ?3.5", "?1, ??, ??"),
    ] {
        // Where a number ends is not what the sign of a placeholder decides.
        check_text(dialect, &format!("SELECT {sql}"), &format!("SELECT {}", text.replace("$?", "?")));
    }
}

/// Found by changing statements at random.
#[test]
fn what_is_left_out_does_not_change_how_the_rest_is_read() {
    for (dialect, sql, text) in [
        (Dialect::MySql, "SELECT a ---- 5\n", "SELECT a"),
        (Dialect::MySql, "SELECT a --/* b */c", "SELECT a --c"),
        (Dialect::MySql, "SELECT 5--9, a--b", "SELECT ?-?, a--b"),
        (Dialect::Any, "SELECT ARRAY[\u{a0}'a']", "SELECT ARRAY[?"),
        (Dialect::Any, "SELECT a IN (b(1, \u{a0}'a')", "SELECT a IN (b(?, ?"),
        (Dialect::Any, "IN ( , FROM , ", "IN ("),
        (
            Dialect::Any,
            "DELETE FROM t WHERE VALUES (1), (;2) AND a AS \"u\"",
            "DELETE FROM t WHERE VALUES (?) AND a AS \"u\"",
        ),
        (Dialect::PostgreSql, "SELECT 1 IN ((1, @a'x'), (1,-1 'x'))", "SELECT ? IN ((?, @a?))"),
        (Dialect::Any, "SELECT 'x' IN (,,,)", "SELECT ? IN ()"),
        (Dialect::PostgreSql, "SELECT IN\u{85}(1, 2)", "SELECT IN_(?, ?)"),
    ] {
        check_text(dialect, sql, text);
    }
}
