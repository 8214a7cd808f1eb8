use serde_json::json;
use tachograph_lambda_api::{Event, Function};

#[test]
fn play() {
    let function = Function::of(env!("CARGO_BIN_EXE_demo-lambda")).start();
    for what in [
        json!({"do": "report", "id": 7}),
        json!({"do": "list"}),
        json!({"do":"fail"}),
        json!({"do":"panic"}),
        json!({"what": 1}),
    ] {
        let answer = function
            .invoke(
                &Event::new(what).trace("Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1"),
            )
            .answer();
        println!("{answer:?}");
        function.frozen();
        println!("{}\n", function.written());
    }
    println!("{}", function.said());
}
