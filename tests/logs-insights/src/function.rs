//! Functions of one row.

use crate::value::Value;

/// A function, by what it is called, how many arguments it takes, and what it makes of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Function {
    pub(crate) name: &'static str,
    pub(crate) least: usize,
    pub(crate) most: usize,
    compute: fn(&[Value]) -> Value,
}

const ANY: usize = usize::MAX;

const FUNCTIONS: [Function; 24] = [
    of("abs", 1, 1, |values| number(values, f64::abs)),
    of("ceil", 1, 1, |values| number(values, f64::ceil)),
    of("floor", 1, 1, |values| number(values, f64::floor)),
    of("log", 1, 1, |values| number(values, f64::ln)),
    of("sqrt", 1, 1, |values| number(values, f64::sqrt)),
    of("greatest", 1, ANY, |values| numbers(values, f64::max)),
    of("least", 1, ANY, |values| numbers(values, f64::min)),
    of("ispresent", 1, 1, |values| Value::of_bool(values[0].is_there())),
    of("coalesce", 1, ANY, |values| values.iter().find(|value| value.is_there()).cloned().unwrap_or_default()),
    of("isempty", 1, 1, |values| Value::of_bool(values[0].to_string().is_empty())),
    of("isblank", 1, 1, |values| Value::of_bool(values[0].to_string().trim().is_empty())),
    of("concat", 1, ANY, |values| Value::Text(values.iter().map(Value::to_string).collect())),
    of("strlen", 1, 1, |values| text(values, |text| Value::Number(text.chars().count() as f64))),
    of("toupper", 1, 1, |values| text(values, |text| Value::Text(text.to_uppercase()))),
    of("tolower", 1, 1, |values| text(values, |text| Value::Text(text.to_lowercase()))),
    of("trim", 1, 1, |values| text(values, |text| Value::Text(text.trim().to_owned()))),
    of("substr", 2, 3, |values| text(values, |text| substring(text, &values[1..]))),
    of("replace", 3, 3, |values| {
        text(values, |text| Value::Text(text.replace(&values[1].to_string(), &values[2].to_string())))
    }),
    of("strcontains", 2, 2, |values| text(values, |text| Value::of_bool(text.contains(&values[1].to_string())))),
    of("tomillis", 1, 1, |values| match values[0] {
        Value::Time(millis) => Value::Number(millis as f64),
        _ => Value::Missing,
    }),
    of("frommillis", 1, 1, |values| match values[0].number() {
        Some(millis) => Value::Time(millis as i64),
        None => Value::Missing,
    }),
    of("datefloor", 2, 2, |values| instant(values, |millis, period| millis.div_euclid(period) * period)),
    of("dateceil", 2, 2, |values| instant(values, |millis, period| -((-millis).div_euclid(period) * period))),
    // It is `datefloor(@timestamp, period)`, which the grammar makes of it.
    of("bin", 1, 1, |_| Value::Missing),
];

/// Those of which the last argument is a period.
const OF_PERIODS: [&str; 3] = ["bin", "datefloor", "dateceil"];

const CONDITIONS: [&str; 4] = ["ispresent", "isempty", "isblank", "strcontains"];

const fn of(name: &'static str, least: usize, most: usize, compute: fn(&[Value]) -> Value) -> Function {
    Function { name, least, most, compute }
}

impl Function {
    /// The function of this name, however it is capitalized.
    pub(crate) fn named(name: &str) -> Option<Self> {
        FUNCTIONS.into_iter().find(|function| function.name.eq_ignore_ascii_case(name))
    }

    pub(crate) fn value(&self, arguments: &[Value]) -> Value {
        (self.compute)(arguments)
    }

    pub(crate) fn takes_period(&self) -> bool {
        OF_PERIODS.contains(&self.name)
    }

    pub(crate) fn is_condition(&self) -> bool {
        CONDITIONS.contains(&self.name)
    }
}

fn number(values: &[Value], compute: fn(f64) -> f64) -> Value {
    values[0].number().map_or(Value::Missing, |number| Value::of(compute(number)))
}

fn numbers(values: &[Value], choose: fn(f64, f64) -> f64) -> Value {
    values.iter().filter_map(Value::number).reduce(choose).map_or(Value::Missing, Value::of)
}

fn text(values: &[Value], compute: impl FnOnce(&str) -> Value) -> Value {
    if values[0].is_there() { compute(&values[0].to_string()) } else { Value::Missing }
}

fn substring(text: &str, bounds: &[Value]) -> Value {
    let bound = |place: usize| bounds.get(place).and_then(Value::number).map(|number| number.max(0.0) as usize);
    let rest = text.chars().skip(bound(0).unwrap_or(0));
    Value::Text(rest.take(bound(1).unwrap_or(usize::MAX)).collect())
}

fn instant(values: &[Value], compute: fn(i64, i64) -> i64) -> Value {
    match (&values[0], values[1].number()) {
        (Value::Time(millis), Some(period)) => Value::Time(compute(*millis, period as i64)),
        _ => Value::Missing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(name: &str, arguments: &[Value]) -> String {
        Function::named(name).unwrap().value(arguments).to_string()
    }

    #[test]
    fn each_does_what_its_name_says() {
        let text = |text: &str| Value::Text(text.to_owned());
        let number = Value::Number;
        assert_eq!(called("abs", &[number(-2.5)]), "2.5");
        assert_eq!(called("ceil", &[text("2.1")]), "3");
        assert_eq!(called("FLOOR", &[number(-2.1)]), "-3");
        assert_eq!(called("sqrt", &[number(-1.0)]), "", "no number that could be shown");
        assert_eq!(called("greatest", &[number(1.0), Value::Missing, text("3")]), "3");
        assert_eq!(called("least", &[number(1.0), text("3")]), "1");
        assert_eq!(called("isPresent", &[Value::Missing]), "0");
        assert_eq!(called("coalesce", &[Value::Missing, text("a"), text("b")]), "a");
        assert_eq!(called("isempty", &[text("")]), "1");
        assert_eq!(called("isblank", &[text(" ")]), "1");
        assert_eq!(called("concat", &[text("a"), number(1.5)]), "a1.5");
        assert_eq!(called("strlen", &[text("äb")]), "2");
        assert_eq!(called("toupper", &[text("a")]), "A");
        assert_eq!(called("tolower", &[text("A")]), "a");
        assert_eq!(called("trim", &[text(" a ")]), "a");
        assert_eq!(called("substr", &[text("xyZfooxyZ"), number(3.0), number(3.0)]), "foo");
        assert_eq!(called("substr", &[text("abc"), number(1.0)]), "bc");
        assert_eq!(called("replace", &[text("foo"), text("o"), text("0")]), "f00");
        assert_eq!(called("strcontains", &[text("foo"), text("oo")]), "1");
        assert_eq!(called("strlen", &[Value::Missing]), "");
        assert_eq!(called("log", &[number(1.0)]), "0");
        assert!(Function::named("average").is_none());
    }

    #[test]
    fn instants_are_rounded_to_periods() {
        let (at, hour) = (Value::Time(3_600_001), Value::Number(3_600_000.0));
        assert_eq!(called("datefloor", &[at.clone(), hour.clone()]), "1970-01-01 01:00:00.000");
        assert_eq!(called("dateceil", &[at.clone(), hour.clone()]), "1970-01-01 02:00:00.000");
        assert_eq!(called("dateceil", &[Value::Time(3_600_000), hour]), "1970-01-01 01:00:00.000");
        assert_eq!(called("toMillis", &[at]), "3600001");
        assert_eq!(called("fromMillis", &[Value::Number(1.0)]), "1970-01-01 00:00:00.001");
        assert_eq!(called("toMillis", &[Value::Number(1.0)]), "", "a number is no instant");
    }
}
