//! What `stats` makes of many rows.

use std::collections::HashSet;

use crate::expression::{Expression, Of};
use crate::row::Row;
use crate::value::Value;

/// A function of many rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Aggregate {
    Count,
    CountDistinct,
    Sum,
    Average,
    Minimum,
    Maximum,
    Deviation,
    Percentile(f64),
    Earliest,
    Latest,
    SortsFirst,
    SortsLast,
}

impl Aggregate {
    /// The one of this name, however it is capitalized; `pct` with its percent behind it.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "count" => Aggregate::Count,
            "count_distinct" => Aggregate::CountDistinct,
            "sum" => Aggregate::Sum,
            "avg" => Aggregate::Average,
            "min" => Aggregate::Minimum,
            "max" => Aggregate::Maximum,
            "stddev" => Aggregate::Deviation,
            "pct" => Aggregate::Percentile(f64::NAN),
            "median" => Aggregate::Percentile(50.0),
            "earliest" => Aggregate::Earliest,
            "latest" => Aggregate::Latest,
            "sortsfirst" => Aggregate::SortsFirst,
            "sortslast" => Aggregate::SortsLast,
            _ => return None,
        })
    }

    /// What it is of these rows. Without an argument it counts them.
    pub(crate) fn value(self, rows: &[&Row], argument: Option<&Expression>) -> Value {
        let Some(argument) = argument else { return Value::Number(rows.len() as f64) };
        let values = || rows.iter().map(|row| argument.value(Of::Row(row))).filter(Value::is_there);
        let numbers = || values().filter_map(|value| value.number());
        let one = |value: Option<Value>| value.unwrap_or_default();
        let of_one = |number: Option<f64>| number.map_or(Value::Missing, Value::of);
        match self {
            Aggregate::Count => Value::Number(values().count() as f64),
            Aggregate::CountDistinct => {
                Value::Number(values().map(|value| value.to_string()).collect::<HashSet<_>>().len() as f64)
            }
            Aggregate::Sum => of_one(numbers().reduce(|sum, number| sum + number)),
            Aggregate::Average => Value::of(mean(numbers())),
            Aggregate::Minimum => one(values().min_by(Value::order)),
            Aggregate::Maximum => one(values().max_by(Value::order)),
            Aggregate::Deviation => {
                let mean_of_all = mean(numbers());
                Value::of(mean(numbers().map(|number| (number - mean_of_all).powi(2))).sqrt())
            }
            Aggregate::Percentile(percent) => of_one(percentile(numbers().collect(), percent)),
            Aggregate::Earliest => one(by_time(rows, argument).min_by_key(|(time, _)| *time).map(|(_, value)| value)),
            Aggregate::Latest => one(by_time(rows, argument).max_by_key(|(time, _)| *time).map(|(_, value)| value)),
            Aggregate::SortsFirst => one(values().min_by_key(Value::to_string)),
            Aggregate::SortsLast => one(values().max_by_key(Value::to_string)),
        }
    }
}

fn by_time<'r>(rows: &'r [&Row], argument: &'r Expression) -> impl Iterator<Item = (i64, Value)> {
    rows.iter().filter_map(|row| {
        let value = argument.value(Of::Row(row));
        let time = row.number("@timestamp")? as i64;
        value.is_there().then_some((time, value))
    })
}

fn mean(numbers: impl Iterator<Item = f64>) -> f64 {
    let (count, sum) = numbers.fold((0.0, 0.0), |(count, sum), number| (count + 1.0, sum + number));
    sum / count
}

/// Of the nearest rank: the smallest that so many percent do not exceed.
fn percentile(mut numbers: Vec<f64>, percent: f64) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    let rank = (percent / 100.0 * numbers.len() as f64).ceil() as usize;
    numbers.get(rank.max(1) - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, values: &[&str]) -> String {
        let rows: Vec<Row> = values
            .iter()
            .enumerate()
            .map(|(place, value)| {
                let mut row = Row::default();
                row.set("@timestamp", Value::Time(100 - place as i64));
                if !value.is_empty() {
                    row.set("x", Value::Text((*value).to_owned()));
                }
                row
            })
            .collect();
        let rows: Vec<&Row> = rows.iter().collect();
        let aggregate = match name.strip_prefix("pct ") {
            Some(percent) => Aggregate::Percentile(percent.parse().unwrap()),
            None => Aggregate::named(name).unwrap(),
        };
        aggregate.value(&rows, Some(&Expression::Field { name: "x".into(), at: 0 })).to_string()
    }

    #[test]
    fn each_does_what_its_name_says() {
        let values = ["10", "9", "", "-", "9"];
        assert_eq!(of("count", &values), "4");
        assert_eq!(of("count_distinct", &values), "3");
        assert_eq!(of("sum", &values), "28");
        assert_eq!(of("avg", &["1", "2", "-", ""]), "1.5");
        assert_eq!(of("min", &["10", "9"]), "9", "by number");
        assert_eq!(of("MAX", &["10", "9"]), "10");
        assert_eq!(of("stddev", &["1", "3"]), "1");
        assert_eq!(of("median", &["1", "2", "3"]), "2");
        assert_eq!(of("earliest", &["a", "b", ""]), "b");
        assert_eq!(of("latest", &["", "a", "b"]), "a");
        assert_eq!(of("sortsFirst", &["10", "9"]), "10", "by text");
        assert_eq!(of("sortsLast", &["10", "9"]), "9");
        for empty in ["sum", "avg", "min", "max", "stddev", "pct 99", "latest"] {
            assert_eq!(of(empty, &[""]), "", "{empty}");
        }
    }

    #[test]
    fn percentiles_are_those_of_the_nearest_rank() {
        let hundred: Vec<String> = (1..=100).map(|number| number.to_string()).collect();
        let hundred: Vec<&str> = hundred.iter().map(String::as_str).collect();
        for (percent, expected) in
            [("0", "1"), ("50", "50"), ("95", "95"), ("99", "99"), ("99.5", "100"), ("100", "100")]
        {
            assert_eq!(of(&format!("pct {percent}"), &hundred), expected);
        }
    }
}
