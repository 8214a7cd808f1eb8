//! What a filter asks of a line.

use std::cmp::Ordering;

use regex::Regex;

use super::operand::Operand;
use crate::report::fields::Slot;
use crate::report::line::Line;
use crate::report::value::Value;

/// What a filter asks of a line. What is asked of a member that the line has not is false; so its negation is true.
#[derive(Debug, Clone)]
pub(crate) enum Expression {
    And(Vec<Expression>),
    Or(Vec<Expression>),
    Not(Box<Expression>),
    Compare(Slot, Comparison, Operand),
    In(Slot, Vec<Operand>),
    Matches(Slot, Regex),
    IsMissing(Slot),
    /// The member is true.
    IsTrue(Slot),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Expression {
    /// Whether the line is one of those that are asked for.
    pub(crate) fn takes(&self, line: &Line<'_>) -> bool {
        match self {
            Expression::And(all) => all.iter().all(|one| one.takes(line)),
            Expression::Or(any) => any.iter().any(|one| one.takes(line)),
            Expression::Not(inner) => !inner.takes(line),
            Expression::Compare(slot, comparison, operand) => {
                operand.order(line.value(*slot)).is_some_and(|order| comparison.holds(order))
            }
            Expression::In(slot, operands) => {
                operands.iter().any(|operand| operand.order(line.value(*slot)) == Some(Ordering::Equal))
            }
            Expression::Matches(slot, regex) => line.value(*slot).shown().is_some_and(|text| regex.is_match(&text)),
            Expression::IsMissing(slot) => line.value(*slot).is_missing(),
            Expression::IsTrue(slot) => match line.value(*slot) {
                Value::Bool(value) => *value,
                Value::Text(text) => text == "true",
                _ => false,
            },
        }
    }
}

impl Comparison {
    fn holds(self, order: Ordering) -> bool {
        match self {
            Comparison::Equal => order.is_eq(),
            Comparison::Less => order.is_lt(),
            Comparison::LessOrEqual => order.is_le(),
            Comparison::Greater => order.is_gt(),
            Comparison::GreaterOrEqual => order.is_ge(),
        }
    }
}
