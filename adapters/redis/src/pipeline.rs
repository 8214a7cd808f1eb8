//! Several commands that are sent as one.

use std::borrow::Cow;

use redis::{Pipeline, Value};

use crate::answer::{Lookups, answers, server_error};
use crate::command;

/// As OpenTelemetry names them: a pipeline of one command is that command.
pub(crate) fn name(pipeline: &Pipeline) -> Cow<'static, str> {
    let several = if pipeline.is_transaction() { "MULTI" } else { "PIPELINE" };
    let mut commands = pipeline.cmd_iter().map(command::name);
    let Some(first) = commands.next() else { return several.into() };
    if pipeline.len() == 1 {
        first.into()
    } else if commands.all(|command| command == first) {
        format!("{several} {first}").into()
    } else {
        several.into()
    }
}

/// What all its commands brought together, and the first error that the server answered to one of them.
pub(crate) fn outcome<'a>(pipeline: &Pipeline, answered: &'a [Value]) -> (Option<Lookups>, Option<&'a str>) {
    let answers = answers(answered, pipeline.is_transaction());
    let each = pipeline.cmd_iter().map(command::name).zip(answers);
    let lookups = each.filter_map(|(command, answer)| Lookups::of(command, answer)).reduce(Lookups::plus);
    (lookups, answered.iter().chain(answers).find_map(server_error))
}
