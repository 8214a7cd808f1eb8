//! DynamoDB as moto has it, at the URL in PEER_MOTO_URL.

use std::sync::atomic::{AtomicU32, Ordering};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use tachograph_core::testing::{self, Instance};
use tachograph_core::{CallOutcome, Record, Share, Yield};

use crate::{Scene, only};

fn client() -> Client {
    let url = std::env::var("PEER_MOTO_URL").expect("PEER_MOTO_URL is the URL of a moto server");
    let config = Scene::new()
        .config()
        .endpoint_url(url)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .interceptor(tachograph_aws_sdk::interceptor());
    Client::from_conf(config.build())
}

/// A table of its own for each test, in a server that others use too.
async fn create_table(client: &Client) -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let table = format!("experiments-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    let key = AttributeDefinition::builder().attribute_name("id").attribute_type(ScalarAttributeType::S);
    let schema = KeySchemaElement::builder().attribute_name("id").key_type(KeyType::Hash);
    let create = client
        .create_table()
        .table_name(&table)
        .attribute_definitions(key.build().unwrap())
        .key_schema(schema.build().unwrap())
        .billing_mode(BillingMode::PayPerRequest);
    create.send().await.unwrap();
    table
}

fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

fn summaries(record: &Record) -> Vec<&str> {
    record.calls().iter().map(|call| call.operation().summary()).collect()
}

#[tokio::test]
async fn operations_of_a_request_are_its_calls() {
    let client = client();
    let (table, record) = testing::instance()
        .record(async {
            let table = create_table(&client).await;
            client.put_item().table_name(&table).item("id", text("private-1")).send().await.unwrap();
            let got = client.get_item().table_name(&table).key("id", text("private-1")).send().await.unwrap();
            assert!(got.item.is_some());
            let query = client.query().table_name(&table).key_condition_expression("id = :id");
            let found = query.expression_attribute_values(":id", text("private-1")).send().await.unwrap();
            assert_eq!(found.count, 1);
            table
        })
        .await;
    let expected = ["CreateTable", "PutItem", "GetItem", "Query"].map(|method| format!("{method} {table}"));
    assert_eq!(summaries(&record), expected);
    for call in record.calls() {
        assert_eq!((call.outcome(), call.status_code(), call.attempts()), (CallOutcome::Completed, Some(200), Some(1)));
        assert_eq!((call.operation().target(), call.resource()), ("DynamoDB", Some(&*table)));
        assert!(call.request_id().is_some_and(|id| !id.is_empty()));
        assert!(matches!(call.brought(), Yield::Bytes(bytes) if bytes > 0));
    }
    assert!(record.breakdown().share(Share::External) > std::time::Duration::ZERO);
    assert_eq!(record.breakdown().total(), record.duration());
    assert!(!format!("{record:?}").contains("private"));
}

#[tokio::test]
async fn errors_of_the_service_have_its_codes() {
    let client = client();
    let table = create_table(&client).await;
    let instance = testing::instance();
    let put = || {
        let put = client.put_item().table_name(&table).item("id", text("private-1"));
        put.condition_expression("attribute_not_exists(id)").send()
    };
    put().await.unwrap();
    let (result, record) = instance.record(put()).await;
    assert!(result.unwrap_err().into_service_error().is_conditional_check_failed_exception());
    let call = only(&record);
    assert_eq!((call.error_type(), call.status_code()), (Some("ConditionalCheckFailedException"), Some(400)));

    let missing = client.get_item().table_name("missing").key("id", text("private-1")).send();
    let (_, record) = instance.record(missing).await;
    let call = only(&record);
    assert_eq!((call.error_type(), call.status_code()), (Some("ResourceNotFoundException"), Some(400)));
    assert_eq!((call.resource(), call.attempts()), (Some("missing"), Some(1)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_requests_at_once_have_their_own_calls() {
    let client = client();
    let table = create_table(&client).await;
    let instance = testing::instance();
    let work: Vec<_> = (0..50)
        .map(|number| {
            let (client, table, instance): (Client, String, Instance) =
                (client.clone(), table.clone(), instance.clone());
            tokio::spawn(async move {
                // As many operations as its number says, so that one that went astray would show.
                let operations = async {
                    for _ in 0..number % 4 {
                        client.put_item().table_name(&table).item("id", text(number.to_string())).send().await.unwrap();
                    }
                    client.get_item().table_name(&table).key("id", text(number.to_string())).send().await.unwrap();
                };
                (number, instance.record(operations).await.1)
            })
        })
        .collect();
    let mut ids = Vec::new();
    for one in work {
        let (number, record) = one.await.unwrap();
        let mut expected = vec![format!("PutItem {table}"); number % 4];
        expected.push(format!("GetItem {table}"));
        assert_eq!(summaries(&record), expected, "request {number}");
        ids.extend(record.calls().iter().map(|call| call.request_id().unwrap().to_owned()));
    }
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), all, "each operation is in one record");
    assert_eq!(instance.handle().counters().unattributed_calls, 0);
    assert_eq!(instance.handle().in_flight(), 0);
}
