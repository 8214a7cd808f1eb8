//! What a query does, step by step.

use std::collections::HashSet;

use regex::Regex;

use crate::expression::{Expression, Of};
use crate::row::Row;
use crate::value::Value;

/// One step. Those that only choose what is shown (`display`) have none.
#[derive(Debug, Clone)]
pub(crate) enum Command {
    Fields(Vec<Named>),
    Filter(Expression),
    Parse { field: String, pattern: Regex, names: Vec<String> },
    Stats { values: Vec<Named>, by: Vec<Named> },
    Sort(Vec<(String, Direction)>),
    Limit(usize),
    Dedup(Vec<String>),
}

/// An expression, and what it is called.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) expression: Expression,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Ascending,
    Descending,
}

impl Command {
    pub(crate) fn run(&self, mut rows: Vec<Row>) -> Vec<Row> {
        match self {
            Command::Fields(fields) => {
                rows.iter_mut().for_each(|row| add(fields, row));
                rows
            }
            Command::Filter(condition) => {
                rows.retain(|row| condition.value(Of::Row(row)).is_true());
                rows
            }
            Command::Parse { field, pattern, names } => {
                rows.iter_mut().for_each(|row| parse(field, pattern, names, row));
                rows
            }
            Command::Stats { values, by } => stats(values, by, &rows),
            Command::Sort(keys) => {
                rows.sort_by(|one, another| {
                    let orders = keys.iter().map(|(name, direction)| {
                        let order = one.get(name).order(another.get(name));
                        if *direction == Direction::Descending { order.reverse() } else { order }
                    });
                    orders.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
                });
                rows
            }
            Command::Limit(most) => {
                rows.truncate(*most);
                rows
            }
            Command::Dedup(names) => {
                let mut seen = HashSet::new();
                rows.retain(|row| {
                    let values: Vec<&Value> = names.iter().map(|name| row.get(name)).collect();
                    let is_whole = values.iter().all(|value| value.is_there());
                    !is_whole || seen.insert(values.iter().map(ToString::to_string).collect::<Vec<_>>())
                });
                rows
            }
        }
    }
}

fn add(fields: &[Named], row: &mut Row) {
    for field in fields {
        let value = field.expression.value(Of::Row(row));
        if value.is_there() {
            row.set(&field.name, value);
        }
    }
}

fn parse(field: &str, pattern: &Regex, names: &[String], row: &mut Row) {
    let text = row.get(field).to_string();
    let Some(found) = pattern.captures(&text) else { return };
    for (place, name) in names.iter().enumerate() {
        if let Some(part) = found.get(place + 1) {
            row.set(name, Value::Text(part.as_str().to_owned()));
        }
    }
}

/// A row for each group, in the order in which groups are met.
fn stats(values: &[Named], by: &[Named], rows: &[Row]) -> Vec<Row> {
    let mut groups: Vec<(Row, Vec<&Row>)> = Vec::new();
    for row in rows {
        let mut key = Row::default();
        by.iter().for_each(|named| key.set(&named.name, named.expression.value(Of::Row(row))));
        match groups.iter_mut().find(|(other, _)| *other == key) {
            Some((_, members)) => members.push(row),
            None => groups.push((key, vec![row])),
        }
    }
    // Without groups there is one of all, even where there is nothing.
    if by.is_empty() && groups.is_empty() {
        groups.push((Row::default(), Vec::new()));
    }
    groups
        .into_iter()
        .map(|(mut row, members)| {
            values.iter().for_each(|named| row.set(&named.name, named.expression.value(Of::Group(&members))));
            row
        })
        .collect()
}
