//! Against moto, which says in PEER_MOTO_URL where it is: what it keeps is read back by the SDK.

use std::fmt::Write;
use std::time::Duration;

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::config::{BehaviorVersion, Region};
use tachograph_cloudwatch_logs::{CloudWatchLogs, LogGroup, Settings};
use tachograph_core::{Handle, Service};

use crate::bench::{LIMIT, credentials, log, message_of, settings};

const STREAM: &str = "test";

fn url() -> String {
    std::env::var("PEER_MOTO_URL").expect("PEER_MOTO_URL is set: see tests/peers")
}

async fn client() -> Client {
    let config = aws_sdk_cloudwatchlogs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(url())
        .region(Region::new("eu-west-1"))
        .credentials_provider(credentials())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    Client::from_conf(config)
}

/// An instance of its own with a group of this name.
fn instance(group: &str, change: impl FnOnce(&mut Settings)) -> Handle {
    let name = Service::new("shop");
    let mut settings = settings(&url());
    settings.groups = vec![LogGroup::new(group)];
    settings.stream = STREAM.to_owned();
    change(&mut settings);
    let exporter = CloudWatchLogs::new(&name, settings).expect("it can be set up");
    Handle::builder().service(name).exporter(exporter).build()
}

/// Every line of the group's stream, in order.
async fn lines(client: &Client, group: &str) -> Vec<String> {
    let (mut all, mut token) = (Vec::new(), None);
    loop {
        let page = client.get_log_events().log_group_name(group).log_stream_name(STREAM).start_from_head(true);
        let page = page.set_next_token(token).limit(10_000).send().await.expect("there is such a stream");
        if page.events().is_empty() {
            return all;
        }
        all.extend(page.events().iter().map(|event| event.message().expect("an event has a message").to_owned()));
        token = page.next_forward_token().map(str::to_owned);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn group_stream_and_retention_are_as_they_were_said() {
    let group = "/peers/created";
    let handle = instance(group, |settings| settings.groups[0].retention_days = Some(90));
    log(&handle, "placed");
    assert!(handle.flush(LIMIT));
    let client = client().await;
    let lines: Vec<String> = lines(&client, group).await.iter().map(|line| message_of(line)).collect();
    assert_eq!(lines, ["placed"]);
    let groups = client.describe_log_groups().log_group_name_prefix(group).send().await.unwrap();
    assert_eq!(groups.log_groups()[0].retention_in_days(), Some(90));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_million_lines_arrive_each_once_and_in_order() {
    const LINES: usize = 1_000_000;
    let group = "/peers/million";
    let handle = instance(group, |_| {});
    let mut message = String::new();
    for number in 0..LINES {
        message.clear();
        write!(message, "{number}").unwrap();
        log(&handle, &message);
        // What is waited for here, a service would have to hold: not more at once than memory can.
        if number % 100_000 == 99_999 {
            assert!(handle.flush(LIMIT));
        }
    }
    assert!(handle.shutdown(Duration::from_secs(60)));
    let client = client().await;
    let lines = lines(&client, group).await;
    assert_eq!(lines.len(), LINES);
    for (number, line) in lines.iter().enumerate() {
        assert!(line.contains(&format!(r#""message":"{number}""#)), "{line} at {number}");
    }
}
