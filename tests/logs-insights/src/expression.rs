//! What can be computed.

use regex::Regex;

use crate::aggregate::Aggregate;
use crate::function::Function;
use crate::row::Row;
use crate::value::Value;

/// Something that has a value in each row, or in each group of rows.
#[derive(Debug, Clone)]
pub(crate) enum Expression {
    Constant(Value),
    Field { name: String, at: usize },
    Call(Function, Vec<Expression>),
    Aggregate(Aggregate, Option<Box<Expression>>),
    Negative(Box<Expression>),
    Not(Box<Expression>),
    Binary(Operator, Box<Expression>, Box<Expression>),
    Contains(Box<Expression>, String),
    Matches(Box<Expression>, Regex),
    In(Box<Expression>, Vec<Value>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    AtMost,
    More,
    AtLeast,
    Plus,
    Minus,
    Times,
    By,
    Remainder,
    Power,
}

/// What an expression is asked of.
#[derive(Clone, Copy)]
pub(crate) enum Of<'r> {
    Row(&'r Row),
    Group(&'r [&'r Row]),
}

impl Expression {
    pub(crate) fn value(&self, of: Of<'_>) -> Value {
        match self {
            Expression::Constant(value) => value.clone(),
            Expression::Field { name, .. } => match of {
                Of::Row(row) => row.get(name).clone(),
                // The grammar lets no field stand outside of an aggregation.
                Of::Group(_) => Value::Missing,
            },
            Expression::Call(function, arguments) => {
                let values: Vec<Value> = arguments.iter().map(|argument| argument.value(of)).collect();
                function.value(&values)
            }
            Expression::Aggregate(aggregate, argument) => match of {
                Of::Group(rows) => aggregate.value(rows, argument.as_deref()),
                Of::Row(_) => Value::Missing,
            },
            Expression::Negative(inner) => inner.value(of).number().map_or(Value::Missing, |number| Value::of(-number)),
            Expression::Not(inner) => Value::of_bool(!inner.value(of).is_true()),
            Expression::Binary(operator, left, right) => operator.value(&left.value(of), || right.value(of)),
            Expression::Contains(inner, text) => {
                let value = inner.value(of);
                Value::of_bool(value.is_there() && value.to_string().contains(text))
            }
            Expression::Matches(inner, regex) => {
                let value = inner.value(of);
                Value::of_bool(value.is_there() && regex.is_match(&value.to_string()))
            }
            Expression::In(inner, choices) => {
                let value = inner.value(of);
                Value::of_bool(choices.iter().any(|choice| Operator::Equal.compares(&value, choice)))
            }
        }
    }

    /// Whether it says yes or no.
    pub(crate) fn is_condition(&self) -> bool {
        match self {
            Expression::Not(_) | Expression::Contains(..) | Expression::Matches(..) | Expression::In(..) => true,
            Expression::Binary(operator, ..) => operator.is_condition(),
            Expression::Call(function, _) => function.is_condition(),
            _ => false,
        }
    }

    /// Calls this for each expression in it, and itself; for those inside an aggregation it says so.
    pub(crate) fn visit<'e>(&'e self, is_in_aggregate: bool, visit: &mut impl FnMut(&'e Expression, bool)) {
        visit(self, is_in_aggregate);
        match self {
            Expression::Constant(_) | Expression::Field { .. } => {}
            Expression::Call(_, arguments) => arguments.iter().for_each(|inner| inner.visit(is_in_aggregate, visit)),
            Expression::Aggregate(_, argument) => argument.iter().for_each(|inner| inner.visit(true, visit)),
            Expression::Binary(_, left, right) => {
                left.visit(is_in_aggregate, visit);
                right.visit(is_in_aggregate, visit);
            }
            Expression::Negative(inner)
            | Expression::Not(inner)
            | Expression::Contains(inner, _)
            | Expression::Matches(inner, _)
            | Expression::In(inner, _) => inner.visit(is_in_aggregate, visit),
        }
    }
}

impl Operator {
    fn value(self, left: &Value, right: impl FnOnce() -> Value) -> Value {
        match self {
            Operator::Or => Value::of_bool(left.is_true() || right().is_true()),
            Operator::And => Value::of_bool(left.is_true() && right().is_true()),
            _ if self.is_condition() => Value::of_bool(self.compares(left, &right())),
            _ => match (left.number(), right().number()) {
                (Some(left), Some(right)) => Value::of(self.computed(left, right)),
                _ => Value::Missing,
            },
        }
    }

    fn compares(self, left: &Value, right: &Value) -> bool {
        let order = left.compare(right);
        match self {
            Operator::Equal => order.is_some_and(|order| order.is_eq()),
            Operator::Less => order.is_some_and(|order| order.is_lt()),
            Operator::AtMost => order.is_some_and(|order| order.is_le()),
            Operator::More => order.is_some_and(|order| order.is_gt()),
            Operator::AtLeast => order.is_some_and(|order| order.is_ge()),
            _ => !order.is_some_and(|order| order.is_eq()),
        }
    }

    fn computed(self, left: f64, right: f64) -> f64 {
        match self {
            Operator::Plus => left + right,
            Operator::Minus => left - right,
            Operator::Times => left * right,
            Operator::By => left / right,
            Operator::Remainder => left % right,
            _ => left.powf(right),
        }
    }

    fn is_condition(self) -> bool {
        (self as u8) < Operator::Plus as u8
    }
}
