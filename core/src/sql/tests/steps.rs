//! The time grows no faster than the statement: what the lexer looks at is counted.

use super::*;

/// How many bytes the lexer looks at, as often as it does.
pub(super) fn steps(dialect: Dialect, sql: &str) -> usize {
    let mut lexer = Lexer::new(sql, dialect);
    while lexer.next_token().is_some() {}
    lexer.steps.get()
}

#[test]
fn what_opens_again_and_again_is_not_looked_for_again_and_again() {
    let fillers = [
        "'",
        "''",
        "'\\'",
        "\\'",
        "\"",
        "\"\"",
        "\".\"",
        "`",
        "``",
        "` ",
        "[",
        "a[",
        "[a ",
        "[]",
        "[1] ",
        "a[b]",
        "(",
        "(((",
        ")",
        "$",
        "$$",
        "$a",
        "$a$ ",
        "$1$",
        "$a$b",
        "$ä",
        "/*",
        "/* */",
        "/*!",
        "/*!a*/",
        "/*+",
        "/*+ ' */",
        "*/",
        "/",
        "#",
        "#>",
        "#> ",
        "#\n",
        "#>\n'",
        "--",
        "-- ",
        "--x",
        "--\n",
        "--x\n",
        "--\r",
        "-",
        "e'",
        "E'\\\\",
        "E'a'\n",
        "'a'\n",
        "E'a'--\n",
        "U&'",
        "x'",
        "1",
        "1e+",
        "1e",
        "e+1",
        ".1",
        ".",
        "1.",
        "?",
        "?1",
        "?12345",
        ":a",
        ":a(",
        "@a(b",
        ":a(b)",
        "::",
        ":",
        "@",
        "ä",
        "\u{85}",
        "\u{feff}",
        "\0",
        "a.",
        "in (1,",
        "in (",
        "array[",
        "values (1),",
        "(a),",
        "select ",
        "from x,",
        "select(",
        "\"a\".",
        "N'",
        "_utf8'",
    ];
    for dialect in DIALECTS {
        for head in [
            "",
            "SELECT ",
            "SELECT a[",
            "SELECT '",
            "SELECT $a$",
            "SELECT /*",
            "SELECT a IN (",
            "# ",
            "a #> ",
            "-- \n[",
        ] {
            for filler in fillers {
                let [once, twice, four_times] = [1, 2, 4].map(|times| {
                    let sql = head.to_owned() + &filler.repeat(times * 3000 / filler.len());
                    (sql.len(), steps(dialect, &sql))
                });
                for (length, steps) in [once, twice, four_times] {
                    assert!(steps <= 16 * length, "{dialect:?}: {steps} steps for {length} of {head:?} {filler:?}");
                }
                let most = |(_, steps): (usize, usize)| 2 * steps + 600;
                assert!(twice.1 <= most(once) && four_times.1 <= most(twice), "{dialect:?}: {head:?} {filler:?}");
            }
        }
    }
}
