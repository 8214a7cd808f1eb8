//! Several invocations at once, as on Lambda Managed Instances.

use serde_json::{Value, json};
use tachograph_lambda_api::Event;

use crate::function;

#[test]
fn each_is_in_its_own_trace() {
    let function = function().concurrency(2).start();
    let slow = |digit: char| {
        let root = digit.to_string().repeat(24);
        let trace = format!("Root=1-67891233-{root};Parent=53995c3f42cd8ad8;Sampled=1");
        Event::new(json!({ "do": "slow", "ms": 500 })).trace(trace)
    };
    let (first, second) = (function.invoke(&slow('a')), function.invoke(&slow('b')));
    let expected = [(first.id().to_owned(), 'a'), (second.id().to_owned(), 'b')];
    first.answer().response();
    second.answer().response();
    assert_eq!(function.most_at_once(), 2);
    for (id, digit) in expected {
        // Nothing freezes it, so that nobody waits for what it recorded.
        let record = function.line(|line: &Value| line["aws_request_id"] == id.as_str());
        assert_eq!(record["trace_id"], format!("67891233{}", digit.to_string().repeat(24)));
        assert_eq!(record["outcome"], "completed");
    }
}
