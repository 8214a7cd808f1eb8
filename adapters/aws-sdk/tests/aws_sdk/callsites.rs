//! Where in the code operations are made, which nobody says.

use aws_sdk_dynamodb::Client;
use tachograph_core::testing::Instance;
use tachograph_core::{Capture, Record};

use crate::script::Step;
use crate::{Scene, get_item};

/// One that looks for the place of every call at once.
fn searching() -> Scene {
    let mut capture = Capture::default();
    capture.every_call = true;
    let mut scene = Scene::new();
    scene.instance = Instance::build(|builder| builder.clock(scene.clock.clone()).capture(capture));
    scene.script.then(Step::ok("{}")).then(Step::ok("{}"));
    scene
}

/// Asks alone and beside another, and where that was written.
async fn ask(client: &Client) -> [u32; 2] {
    get_item(client).send().await.unwrap();
    let alone = line!() - 1;
    let list = async { client.list_tables().send().await.map(drop).unwrap() };
    let together = line!() - 1;
    tokio::join!(std::future::ready(()), list);
    [alone, together]
}

fn check(record: &Record, lines: [u32; 2]) {
    let callsites: Vec<_> = record.calls().iter().map(|call| call.callsite().unwrap().to_string()).collect();
    assert_eq!(callsites, lines.map(|line| format!("{}:{line}", file!())));
}

#[tokio::test(start_paused = true)]
async fn an_operation_has_its_place() {
    let scene = searching();
    let client = scene.client();
    let (lines, record) = scene.instance.record(ask(&client)).await;
    check(&record, lines);
}

#[tokio::test(start_paused = true)]
async fn without_code_an_operation_has_its_place() {
    let scene = searching();
    let client = Client::from_conf(scene.config().build());
    let mut lines = [0; 2];
    let record = crate::capture::record(&scene, async { lines = ask(&client).await }).await;
    check(&record, lines);
}
