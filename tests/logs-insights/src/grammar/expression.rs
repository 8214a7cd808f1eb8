//! Expressions, the loosest first.

use crate::aggregate::Aggregate;
use crate::error::Error;
use crate::expression::{Expression, Operator};
use crate::function::Function;
use crate::reader::Reader;
use crate::value::Value;

pub(super) fn expression(reader: &mut Reader<'_>) -> Result<Expression, Error> {
    let mut left = conjunction(reader)?;
    while reader.keyword("or") {
        left = binary(Operator::Or, left, conjunction(reader)?);
    }
    Ok(left)
}

fn conjunction(reader: &mut Reader<'_>) -> Result<Expression, Error> {
    let mut left = negation(reader)?;
    while reader.keyword("and") {
        left = binary(Operator::And, left, negation(reader)?);
    }
    Ok(left)
}

fn negation(reader: &mut Reader<'_>) -> Result<Expression, Error> {
    if reader.keyword("not") { Ok(Expression::Not(Box::new(negation(reader)?))) } else { comparison(reader) }
}

const COMPARISONS: [(&str, Operator); 6] = [
    ("!=", Operator::NotEqual),
    ("<=", Operator::AtMost),
    (">=", Operator::AtLeast),
    ("=", Operator::Equal),
    ("<", Operator::Less),
    (">", Operator::More),
];

fn comparison(reader: &mut Reader<'_>) -> Result<Expression, Error> {
    let left = sum(reader)?;
    if reader.symbol("=~") {
        return pattern(reader, left);
    }
    if let Some((_, operator)) = COMPARISONS.into_iter().find(|(symbol, _)| reader.symbol(symbol)) {
        return Ok(binary(operator, left, sum(reader)?));
    }
    let is_negated = reader.keyword("not");
    let found = if reader.keyword("like") {
        pattern(reader, left)?
    } else if reader.keyword("in") {
        Expression::In(Box::new(left), list(reader)?)
    } else if is_negated {
        return Err(reader.needed("`like` or `in`"));
    } else {
        return Ok(left);
    };
    Ok(if is_negated { Expression::Not(Box::new(found)) } else { found })
}

fn pattern(reader: &mut Reader<'_>, of: Expression) -> Result<Expression, Error> {
    if let Some(regex) = reader.regex()? {
        return Ok(Expression::Matches(Box::new(of), regex));
    }
    let text = reader.text()?.ok_or_else(|| reader.needed("a text or a regular expression"))?;
    Ok(Expression::Contains(Box::new(of), text))
}

/// `["OPTIONS", "HEAD"]`
fn list(reader: &mut Reader<'_>) -> Result<Vec<Value>, Error> {
    reader.need("[")?;
    let mut values = Vec::new();
    loop {
        let value = match reader.text()? {
            Some(text) => Value::Text(text),
            None => {
                let is_negative = reader.symbol("-");
                let number = reader.number()?.ok_or_else(|| reader.needed("a text or a number"))?;
                Value::Number(if is_negative { -number } else { number })
            }
        };
        values.push(value);
        if !reader.symbol(",") {
            break;
        }
    }
    reader.need("]")?;
    Ok(values)
}

fn sum(reader: &mut Reader<'_>) -> Result<Expression, Error> {
    let operators = [("+", Operator::Plus), ("-", Operator::Minus)];
    left_to_right(reader, &operators, product)
}

fn product(reader: &mut Reader<'_>) -> Result<Expression, Error> {
    let operators = [("*", Operator::Times), ("/", Operator::By), ("%", Operator::Remainder)];
    left_to_right(reader, &operators, power)
}

fn left_to_right(
    reader: &mut Reader<'_>,
    operators: &[(&str, Operator)],
    next: fn(&mut Reader<'_>) -> Result<Expression, Error>,
) -> Result<Expression, Error> {
    let mut left = next(reader)?;
    while let Some((_, operator)) = operators.iter().find(|(symbol, _)| reader.symbol(symbol)) {
        left = binary(*operator, left, next(reader)?);
    }
    Ok(left)
}

fn power(reader: &mut Reader<'_>) -> Result<Expression, Error> {
    let left = unary(reader)?;
    if reader.symbol("^") { Ok(binary(Operator::Power, left, power(reader)?)) } else { Ok(left) }
}

fn unary(reader: &mut Reader<'_>) -> Result<Expression, Error> {
    if reader.symbol("-") { Ok(Expression::Negative(Box::new(unary(reader)?))) } else { primary(reader) }
}

fn primary(reader: &mut Reader<'_>) -> Result<Expression, Error> {
    if reader.symbol("(") {
        let inner = expression(reader)?;
        reader.need(")")?;
        return Ok(inner);
    }
    if let Some(text) = reader.text()? {
        return Ok(Expression::Constant(Value::Text(text)));
    }
    if let Some(number) = reader.number()? {
        return Ok(Expression::Constant(Value::Number(number)));
    }
    let at = reader.here();
    if let Some(name) = reader.function() {
        return match (Aggregate::named(name), Function::named(name)) {
            (Some(aggregate), _) => aggregation(reader, aggregate),
            (None, Some(function)) => call(reader, at, function),
            (None, None) => Err(reader.error(at, format!("`{name}` is no function that is understood here"))),
        };
    }
    match reader.name()? {
        Some(name) => Ok(Expression::Field { name, at }),
        None => Err(reader.needed("a field, a number, a text or a function")),
    }
}

/// Behind `pct(`.
fn aggregation(reader: &mut Reader<'_>, aggregate: Aggregate) -> Result<Expression, Error> {
    if aggregate == Aggregate::Count && (reader.symbol("*)") || reader.symbol(")")) {
        return Ok(Expression::Aggregate(aggregate, None));
    }
    let argument = expression(reader)?;
    let aggregate = match aggregate {
        Aggregate::Percentile(percent) if percent.is_nan() => {
            reader.need(",")?;
            let at = reader.here();
            let percent = reader.number()?.ok_or_else(|| reader.needed("a number of percent"))?;
            if !(0.0..=100.0).contains(&percent) {
                return Err(reader.error(at, format!("{percent} is no percent: use 0 to 100")));
            }
            Aggregate::Percentile(percent)
        }
        other => other,
    };
    reader.need(")")?;
    Ok(Expression::Aggregate(aggregate, Some(Box::new(argument))))
}

/// Behind `floor(`.
fn call(reader: &mut Reader<'_>, at: usize, function: Function) -> Result<Expression, Error> {
    let mut arguments = Vec::new();
    loop {
        // The last argument of these is a period: `bin(5m)`.
        let is_period = function.takes_period() && arguments.len() + 1 == function.most;
        arguments.push(match is_period {
            true => Expression::Constant(Value::Number(reader.period()? as f64)),
            false => expression(reader)?,
        });
        if !reader.symbol(",") {
            break;
        }
    }
    reader.need(")")?;
    if !(function.least..=function.most).contains(&arguments.len()) {
        let told = format!("`{}` does not take {} arguments", function.name, arguments.len());
        return Err(reader.error(at, told));
    }
    if function.name == "bin" {
        let floor = Function::named("datefloor").unwrap_or(function);
        arguments.insert(0, Expression::Field { name: "@timestamp".to_owned(), at });
        return Ok(Expression::Call(floor, arguments));
    }
    Ok(Expression::Call(function, arguments))
}

fn binary(operator: Operator, left: Expression, right: Expression) -> Expression {
    Expression::Binary(operator, Box::new(left), Box::new(right))
}
