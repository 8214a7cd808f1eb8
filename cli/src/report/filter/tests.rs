use super::*;
use crate::report::line::Line;

const REQUEST: &str = r#"{"event":"request","method":"GET","route":"/experiments/{id}","status_code":503,
    "duration_ms":250.5,"response_bytes":2000000,"streaming":false,"user_id":"u-17","plan":"pro \"x\"","beta":true,
    "attempt":"3","my field":7,"big":9007199254740993,"nothing":null,"metadata":{"a":1}}"#;

fn takes(filter: &str) -> bool {
    let mut fields = Fields::default();
    let expression = parse(filter, &mut fields).unwrap_or_else(|error| panic!("{error}"));
    let mut line = Line::new(&fields);
    line.read_json(&fields, REQUEST).unwrap();
    expression.takes(&line)
}

#[test]
fn what_is_true_of_a_line_takes_it() {
    let taken = [
        "duration_ms > 200 and method not in (OPTIONS, HEAD)",
        "duration_ms >= 250.5",
        "duration_ms<=250.5 AND duration_ms==250.5",
        "duration_ms < 0.3s",
        "duration_ms > 200ms",
        "duration_ms > 250499us",
        "duration_ms < 1m and duration_ms < 1h",
        "response_bytes >= 2mb and response_bytes < 2MiB",
        "status_code = 5xx and status_code != 4xx",
        "status_code = 503",
        "status_code = '503'",
        "status_code in (500, 503)",
        "status_code >= 5xx",
        "route = /experiments/{id}",
        "route = '/experiments/{id}'",
        "route like '/experiments/%'",
        "route like /experiments/{i_}",
        "route not like '/orders%'",
        "route =~ '^/exp.*[}]$'",
        "route !~ orders",
        "plan = \"pro \\\"x\\\"\"",
        "plan = 'pro \"x\"'",
        "beta",
        "beta = true",
        "not streaming",
        "streaming != true",
        "attempt = 3 and attempt > 2",
        "`my field` = 7",
        "user_id = u-17",
        "user_id > u-16 and user_id < u-2",
        "big =~ '^9007199254740993$'",
        "version is missing",
        "nothing is missing",
        "method is not missing",
        "metadata is not missing",
        "not (version = 1)",
        "version != 1",
        "version not in (1, 2)",
        "(method = GET or method = PUT) and (beta)",
        "method = PUT and beta or method = GET",
        "not method = PUT and method = GET",
        "not not beta",
    ];
    for filter in taken {
        assert!(takes(filter), "{filter}");
    }
}

#[test]
fn what_is_not_true_of_it_leaves_it() {
    let left = [
        "duration_ms > 300",
        "duration_ms < 200",
        "duration_ms > 1s",
        "status_code = 4xx",
        "status_code < 5xx",
        "status_code not in (503)",
        "method = get",
        "method in (PUT, POST)",
        "route = '/experiments/%'",
        "route like '/experiments'",
        "route like 'experiments/%'",
        "route =~ ^orders",
        "route > 5",
        "streaming",
        "user_id",
        "version = 1",
        "version > 0",
        "version <= 0",
        "version =~ '.*'",
        "version is not missing",
        "metadata = x",
        "beta = false",
        "method = PUT and (beta or method = GET)",
        "not (method = GET or method = PUT)",
    ];
    for filter in left {
        assert!(!takes(filter), "{filter}");
    }
}

#[test]
fn what_is_wrong_is_said_and_pointed_at() {
    let wrong = |filter: &str| parse(filter, &mut Fields::default()).unwrap_err().to_string();
    assert_eq!(
        wrong("duration_ms > and method = GET"),
        "--where: expected a value; quote this one\n  duration_ms > and method = GET\n                ^"
    );
    assert_eq!(wrong("méthode = \"a"), "--where: no closing \" follows\n  méthode = \"a\n            ^");
    let cases = [
        ("", 0, "expected a field, but this is the end"),
        ("method =", 8, "expected a value, but this is the end"),
        ("method = GET POST", 13, "expected `and`, `or`, or the end"),
        ("(method = GET", 13, "expected `)`"),
        ("method = GET)", 12, "nothing was opened that this closes"),
        ("method in GET", 10, "expected `(`"),
        ("method in (GET PUT)", 15, "expected `)`"),
        ("method in ()", 11, "expected a value"),
        ("method not GET", 11, "expected `in` or `like`"),
        ("200 < duration_ms", 0, "expected a field, as `duration_ms`"),
        ("'method' = GET", 0, "a field has no quotes"),
        ("and method = GET", 0, "expected a field here"),
        ("method is GET", 10, "expected `missing` or `not missing`"),
        ("method ( GET", 7, "expected a comparison"),
        ("duration_ms > fast", 14, "`fast` is no number, and duration_ms is one"),
        ("duration_ms > 5 mb", 16, "expected `and`, `or`, or the end"),
        ("route =~ '('", 9, "this is no regular expression: unclosed group"),
    ];
    for (filter, at, what) in cases {
        let error = parse(filter, &mut Fields::default()).unwrap_err();
        assert_eq!(error.at, at, "{filter}: {error}");
        assert!(error.what.starts_with(what), "{filter}: {error}");
    }
}

#[test]
fn no_filter_is_too_deep_or_too_odd_for_us() {
    assert!(parse(&"(".repeat(100_000), &mut Fields::default()).unwrap_err().what.contains("too deeply"));
    assert!(parse(&"not ".repeat(100_000), &mut Fields::default()).unwrap_err().what.contains("too deeply"));
    for odd in ["\n\t= ", "é", "a = \"\\", "!", "a !", "`", "``", "a == == b", "a = \u{1b}[2J ("] {
        if let Err(error) = parse(odd, &mut Fields::default()) {
            assert!(!error.to_string().replace('\n', "").contains(char::is_control), "{error:?}");
        }
    }
}
