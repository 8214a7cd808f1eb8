//! Which names there are, command by command.

use std::collections::BTreeSet;

use crate::command::Named;
use crate::error::Error;
use crate::expression::Expression;
use crate::reader::Reader;

/// What a query reads of events, and what it makes itself.
#[derive(Default)]
pub(super) struct Names {
    /// Fields of events that it reads.
    pub(super) read: BTreeSet<String>,
    made: BTreeSet<String>,
    /// Behind `stats` there is nothing but what it made.
    are_all: bool,
}

impl Names {
    /// It reads a field.
    pub(super) fn read(&mut self, reader: &Reader<'_>, name: &str, at: usize) -> Result<(), Error> {
        if self.made.contains(name) {
            return Ok(());
        }
        if self.are_all {
            let made: Vec<&str> = self.made.iter().map(String::as_str).collect();
            let told = format!("`{name}` is not there any more: `stats` left {}", made.join(", "));
            return Err(reader.error(at, told));
        }
        self.read.insert(name.to_owned());
        Ok(())
    }

    /// It reads what stands in this expression, of rows.
    pub(super) fn read_all(&mut self, reader: &Reader<'_>, expression: &Expression, at: usize) -> Result<(), Error> {
        let mut wrong = None;
        expression.visit(false, &mut |inner, _| {
            let told = match inner {
                Expression::Field { name, at } => self.read(reader, name, *at).err(),
                Expression::Aggregate(..) => Some(reader.error(at, "only `stats` looks at many rows at once")),
                _ => None,
            };
            wrong = wrong.take().or(told);
        });
        wrong.map_or(Ok(()), Err)
    }

    /// It makes a field of this name.
    pub(super) fn make(&mut self, reader: &Reader<'_>, name: &str, at: usize) -> Result<(), Error> {
        match self.made.insert(name.to_owned()) {
            true => Ok(()),
            false => Err(reader.error(at, format!("there is a `{name}` already: call it otherwise"))),
        }
    }

    /// It has made groups: these and what was computed of them is all that there is.
    pub(super) fn grouped(
        &mut self,
        reader: &Reader<'_>,
        values: &[Named],
        by: &[Named],
        at: usize,
    ) -> Result<(), Error> {
        by.iter().try_for_each(|named| self.read_all(reader, &named.expression, at))?;
        for named in values {
            self.read_in_aggregates(reader, named, at)?;
        }
        self.made.clear();
        self.are_all = true;
        by.iter().chain(values).try_for_each(|named| self.make(reader, &named.name, at))
    }

    fn read_in_aggregates(&mut self, reader: &Reader<'_>, named: &Named, at: usize) -> Result<(), Error> {
        let (mut wrong, mut aggregates) = (None, 0);
        named.expression.visit(false, &mut |inner, is_in_aggregate| {
            let told = match inner {
                Expression::Field { name, at } if is_in_aggregate => self.read(reader, name, *at).err(),
                Expression::Field { name, at } => {
                    Some(reader.error(*at, format!("`{name}` is of one row: say what of it, such as `max({name})`")))
                }
                Expression::Aggregate(..) if is_in_aggregate => {
                    Some(reader.error(at, "what is of many rows cannot be looked at as of one"))
                }
                Expression::Aggregate(..) => {
                    aggregates += 1;
                    None
                }
                _ => None,
            };
            wrong = wrong.take().or(told);
        });
        match (wrong, aggregates) {
            (Some(wrong), _) => Err(wrong),
            (None, 0) => Err(reader.error(at, format!("`{}` is no aggregation", named.name))),
            (None, _) => Ok(()),
        }
    }
}
