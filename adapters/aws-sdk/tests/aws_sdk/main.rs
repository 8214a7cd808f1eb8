//! A client of DynamoDB whose network is a script, and whose times are moved by hand.

mod calls;
mod callsites;
mod capture;
mod failures;
mod headers;
mod network;
#[cfg(feature = "peer-tests")]
mod peers;
mod presigning;
mod script;

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Builder, Credentials, Region};
use tachograph_core::testing::Instance;
use tachograph_core::{Call, ManualClock, Record};

use crate::script::Script;

const MS: Duration = Duration::from_millis(1);

/// An instance, its clock and the network of its client.
struct Scene {
    clock: ManualClock,
    instance: Instance,
    script: Script,
}

impl Scene {
    fn new() -> Self {
        let clock = ManualClock::new();
        Scene { instance: Instance::with_clock(clock.clone()), script: Script::new(&clock), clock }
    }

    fn config(&self) -> Builder {
        aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(Credentials::new("AKIDEXAMPLE", "secret-key", None, None, "test"))
            .retry_config(RetryConfig::standard().with_max_attempts(3))
            .http_client(self.script.client())
    }

    fn client(&self) -> Client {
        Client::from_conf(self.config().interceptor(tachograph_aws_sdk::interceptor()).build())
    }
}

fn get_item(client: &Client) -> aws_sdk_dynamodb::operation::get_item::builders::GetItemFluentBuilder {
    use aws_sdk_dynamodb::types::AttributeValue;
    client.get_item().table_name("experiments").key("id", AttributeValue::S("private-key".into()))
}

fn only(record: &Record) -> &Call {
    let [call] = record.calls() else { panic!("one call: {:?}", record.calls()) };
    call
}
