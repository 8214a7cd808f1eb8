//! What the language says, by small examples.

use tachograph_logs_insights::{Event, Query, Row};

fn events(lines: &[&str]) -> Vec<Event> {
    lines.iter().enumerate().map(|(place, line)| Event::new(place as i64 * 60_000, *line)).collect()
}

fn answer(query: &str, lines: &[&str]) -> Vec<Row> {
    Query::parse(query).unwrap_or_else(|refused| panic!("{query}: {refused}")).run(events(lines))
}

/// The one column that was asked for, from the first row to the last.
fn column(query: &str, lines: &[&str]) -> Vec<String> {
    let column = Query::parse(query).unwrap_or_else(|refused| panic!("{query}: {refused}")).columns()[0].clone();
    answer(query, lines).iter().map(|row| row.get(&column).to_string()).collect()
}

const LINES: [&str; 4] = [
    r#"{"n":1,"kind":"a","ok":true,"path":"/a/1"}"#,
    r#"{"n":2,"kind":"b","ok":false,"path":"/b/2","tag":"x"}"#,
    r#"{"n":3,"kind":"a","ok":false,"path":"/a/3"}"#,
    r#"{"n":10,"kind":"a","ok":true,"path":"/b/4","tag":"y"}"#,
];

/// The `n` of those that fit, in their order.
fn fitting(condition: &str) -> String {
    column(&format!("fields n | filter {condition} | sort n asc"), &LINES).join(" ")
}

#[test]
fn conditions() {
    let cases = [
        ("n = 2", "2"),
        ("n != 2", "1 3 10"),
        ("n < 3", "1 2"),
        ("n <= 3", "1 2 3"),
        ("n > 2", "3 10"),
        ("n >= 10", "10"),
        ("kind = \"a\" and n > 1", "3 10"),
        ("kind = 'b' or n = 1 and ok = 1", "1 2"),
        ("(kind = 'b' or n = 1) and ok = 0", "2"),
        ("not kind = 'a'", "2"),
        ("ok = 1", "1 10"),
        ("n in [1, 10]", "1 10"),
        ("kind not in ['a', \"c\"]", "2"),
        ("path like '/a/'", "1 3"),
        ("path like /^.a/", "1 3"),
        ("path =~ /(?i)^\\/B/", "2 10"),
        ("path not like /a/", "2 10"),
        ("ispresent(tag)", "2 10"),
        ("not isPresent(tag)", "1 3"),
        ("tag != 'x'", "1 3 10"),
        ("tag = 'x' or tag like 'y'", "2 10"),
        ("n * 2 + 1 = 7", "3"),
        ("2 ^ 3 ^ 0 = n", "2"),
        ("n % 2 = 0 AND n / 2 - -1 > 2", "10"),
        ("strcontains(path, 'b')", "2 10"),
        ("`n` = 3", "3"),
        ("n = 3 # as in a comment | filter n = 2", "3"),
        ("path = '/a/1' # it's open", "1"),
        ("kind = 'c'", ""),
        ("absent = 1", ""),
        ("absent > 1 or absent < 1", ""),
    ];
    for (condition, expected) in cases {
        assert_eq!(fitting(condition), expected, "{condition}");
    }
}

#[test]
fn what_is_shown_is_what_was_asked_for_last() {
    let rows = answer("filter n = 1", &LINES);
    assert_eq!(rows[0].names().collect::<Vec<_>>(), ["@timestamp", "@message"]);
    assert_eq!(rows[0].text("@message"), Some(LINES[0]));
    let columns = |query: &str| Query::parse(query).unwrap().columns().join(" ");
    assert_eq!(columns("fields n, abs(n - 4) | fields kind"), "n abs(n - 4) kind");
    assert_eq!(columns("fields n | display kind, n"), "kind n");
    assert_eq!(columns("stats count(*), max(n) as most by kind, bin(5m)"), "kind bin(5m) count(*) most");
    assert_eq!(columns("filter n = 1 | sort n desc | limit 1"), "@timestamp @message");
}

#[test]
fn rows_are_sorted_limited_and_told_apart() {
    let newest_first = column("fields n", &LINES);
    assert_eq!(newest_first, ["10", "3", "2", "1"]);
    assert_eq!(column("fields n | sort kind desc, n asc", &LINES), ["2", "1", "3", "10"]);
    assert_eq!(column("fields n | sort n | limit 2", &LINES), ["1", "2"]);
    assert_eq!(column("fields n | limit 2 | sort n", &LINES), ["3", "10"], "one after the other");
    assert_eq!(column("fields n | sort n | dedup kind", &LINES), ["1", "2"]);
    assert_eq!(
        column("fields n | sort n | dedup tag", &LINES),
        ["1", "2", "3", "10"],
        "what is missing is no duplicate"
    );
    assert_eq!(column("fields n | sort n | dedup kind, ok | limit 2", &LINES), ["1", "2"]);
}

#[test]
fn groups_are_counted_and_computed_with() {
    let rows = answer(
        "stats count(*) as times, sum(n) / count(n) as average, pct(n, 50) as p50, count(tag) as tags, sum(ok) as fine, \
         latest(path) as last by kind | sort times desc",
        &LINES,
    );
    let of = |row: &Row| row.names().map(|name| row.get(name).to_string()).collect::<Vec<_>>().join(" ");
    assert_eq!(of(&rows[0]), "a 3 4.666666666666667 3 1 2 /b/4");
    assert_eq!(of(&rows[1]), "b 1 2 2 1 0 /b/2");
    assert_eq!(column("stats count() as c by bin(2m) as at | sort at asc | display c", &LINES), ["2", "2"]);
    assert_eq!(column("stats max(n) as most by kind | stats sum(most)", &LINES), ["12"]);
    assert_eq!(column("filter n > 99 | stats count(*)", &LINES), ["0"], "without groups there is one");
    assert_eq!(column("filter n > 99 | stats count(*) by kind", &LINES), [""; 0]);
    assert_eq!(column("stats count(*) by tag", &LINES).len(), 3, "what has none is a group, too");
}

#[test]
fn texts_are_taken_apart() {
    let lines = ["[profiler] GET /a%20b 12.34 200", "[shop::orders] info two words id=3", "none of it"];
    let glob = r#"parse "[*] * *" as logger, first, rest | sort rest asc | display rest"#;
    assert_eq!(column(glob, &lines), ["", "/a%20b 12.34 200", "two words id=3"]);
    let groups =
        r"parse @message /\[(?<logger>\w+)\] (?:GET|PUT) (?<path>\S+)/ | filter ispresent(path) | display path";
    assert_eq!(column(groups, &lines), ["/a%20b"]);
    let again = r#"parse "GET * " as path | parse path "/*%" as begin | filter ispresent(begin) | display begin"#;
    assert_eq!(column(again, &lines), ["a"]);
    assert_eq!(column(r#"parse "GET * " as path | stats max(path)"#, &lines), ["/a%20b"]);
}

#[test]
fn groups_of_logs_can_be_named_before_all_else() {
    let query = Query::parse("SOURCE '/shop/requests' | source \"/shop/errors\" | fields n").unwrap();
    assert_eq!(query.sources(), ["/shop/requests", "/shop/errors"]);
    assert!(Query::parse("fields n | SOURCE '/a'").is_err());
}

#[test]
fn it_says_which_fields_of_events_it_reads() {
    let query = "parse path '/*/*' as first, second | fields n * 2 as twice | filter first = 'a' and ok = 1 \
                 | stats sum(twice) as all by kind, bin(1h) | sort all desc | display kind, all";
    let query = Query::parse(query).unwrap();
    assert_eq!(query.fields().collect::<Vec<_>>(), ["@timestamp", "kind", "n", "ok", "path"]);
}

#[test]
fn what_is_not_in_the_language_is_refused_with_its_place() {
    let cases = [
        ("", "line 1, column 1: a command is needed, not the end"),
        ("select n", "column 1: `select` is no command"),
        ("pattern @message", "`pattern` is no command that is understood here"),
        ("fields n |", "a command is needed"),
        ("fields n\n| filtr n = 1", "line 2, column 3: `filtr` is no command"),
        ("fields n, ", "a field, a number, a text or a function is needed"),
        ("fields n m", "`|` or the end is needed, not `m`"),
        ("fields as", "`as` is a word of the language"),
        ("fields count(*)", "only `stats` looks at many rows at once"),
        ("fields n * 2 as n2, n * 3 as n2", "there is a `n2` already"),
        ("filter n", "`filter` needs a condition"),
        ("filter n == 1", "a field, a number, a text or a function is needed, not `=`"),
        ("filter n = 'open", "the text does not end"),
        ("filter n like /open", "the regular expression does not end"),
        ("filter n like /(/", "no regular expression"),
        ("filter n like 5", "a text or a regular expression is needed"),
        ("filter n not 5", "`like` or `in` is needed"),
        ("filter n in ('a')", "`[` is needed"),
        ("filter n in [a]", "a text or a number is needed"),
        ("filter (n = 1", "`)` is needed, not the end"),
        ("filter average(n) > 1", "`average` is no function"),
        ("filter floor(n, 2) > 1", "`floor` does not take 2 arguments"),
        ("filter replace(n, 'a') = 1", "`replace` does not take 2 arguments"),
        ("parse @message '* *' as a", "1 names for 2 `*`"),
        ("parse @message '*' as a, b", "2 names for 1 `*`"),
        ("parse @message '*'", "`as` is needed"),
        ("parse @message '*' as a | parse @message '*' as a", "there is a `a` already"),
        ("parse @message /(\\d+)/", "each group of the regular expression needs a name"),
        ("parse @message", "a text or a regular expression is needed"),
        ("stats n by kind", "`n` is of one row"),
        ("stats 1 by kind", "`1` is no aggregation"),
        ("stats sum(n) + n", "`n` is of one row"),
        ("stats sum(max(n))", "what is of many rows cannot be looked at as of one"),
        ("stats sum() by kind", "a field, a number, a text or a function is needed"),
        ("stats count(*) by sum(n)", "only `stats` looks at many rows at once"),
        ("stats count(*) as c by kind | sort n desc", "`n` is not there any more: `stats` left c, kind"),
        ("stats count(*) as c by kind | filter n > 1", "`n` is not there any more"),
        ("stats count(*) as c, max(n) as c", "there is a `c` already"),
        ("stats count(*) as a | stats max(a) as b | stats max(b)", "at most 2 `stats`"),
        ("stats pct(n) by kind", "`,` is needed"),
        ("stats pct(n, 101) by kind", "101 is no percent"),
        ("stats count(*) by bin(5)", "a period is needed"),
        ("stats count(*) by bin(1y)", "a period is needed"),
        ("stats count(*) by bin(0m)", "a period is needed"),
        ("sort count(*) desc", "`|` or the end is needed"),
        ("limit 0", "0 rows cannot be asked for"),
        ("limit 10001", "use 1 to 10000"),
        ("limit 1.5", "1.5 rows cannot be asked for"),
        ("limit many", "a number is needed"),
        ("dedup kind | sort n", "nothing but `limit` can stand behind `dedup`"),
        ("display n | display kind", "only the last `display` of a query counts"),
        ("display sum(n)", "`|` or the end is needed"),
        ("fields `n", "a name that begins with a backtick ends with another"),
        ("SOURCE shop | fields n", "the name of a group in quotes is needed"),
    ];
    for (query, expected) in cases {
        let refused = match Query::parse(query) {
            Ok(_) => panic!("{query} is understood"),
            Err(refused) => refused.to_string(),
        };
        assert!(refused.contains(expected), "{query}\n{refused}\n{expected}");
    }
    let long = format!("fields n # {}", "x".repeat(10_000));
    assert!(Query::parse(&long).unwrap_err().to_string().contains("at most 10000 characters"));
}
