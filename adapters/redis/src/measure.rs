//! One call, from the first poll of its future to its answer.

use redis::{Cmd, Pipeline, RedisFuture, RedisResult, Value};
use tachograph_core::{Callsite, OpenCall, Operation, start_call};

use crate::answer::{Lookups, server_error};
use crate::error_type::{error_type, server_code};
use crate::{command, pipeline};

pub(crate) async fn command(
    target: &str,
    callsite: Option<Callsite>,
    command: &Cmd,
    answer: RedisFuture<'_, Value>,
) -> RedisResult<Value> {
    let name = command::name(command);
    let call = start_call(Operation::cache_of("redis", target, name), callsite);
    let answer = answer.await;
    end(call, answer.as_ref().map(|answer| (Lookups::of(name, answer), server_error(answer))));
    answer
}

pub(crate) async fn pipeline(
    target: &str,
    callsite: Option<Callsite>,
    pipeline: &Pipeline,
    answers: RedisFuture<'_, Vec<Value>>,
) -> RedisResult<Vec<Value>> {
    let call = start_call(Operation::cache_of("redis", target, &pipeline::name(pipeline)), callsite);
    let answers = answers.await;
    end(call, answers.as_ref().map(|answers| pipeline::outcome(pipeline, answers)));
    answers
}

/// What it brought and the server's error, or that there was no answer.
fn end(mut call: OpenCall, outcome: Result<(Option<Lookups>, Option<&str>), &redis::RedisError>) {
    match outcome {
        Ok((lookups, server_error)) => {
            if let Some(lookups) = lookups {
                call.brought(lookups.into());
            }
            match server_error {
                Some(code) => call.failed(server_code(code)),
                None => call.completed(),
            }
        }
        Err(error) => call.failed(error_type(error)),
    }
}
