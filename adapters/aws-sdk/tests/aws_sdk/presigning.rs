//! Requests that are made and not sent.

use aws_sdk_dynamodb::config::{BehaviorVersion, Intercept};
use aws_smithy_runtime::client::auth::no_auth::NoAuthRuntimePluginV2;
use aws_smithy_runtime::client::defaults::{DefaultPluginParams, default_plugins};
use aws_smithy_runtime::client::orchestrator::endpoints::StaticUriEndpointResolver;
use aws_smithy_runtime::client::orchestrator::{StopPoint, invoke_with_stop_point};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::auth::{AuthSchemeOptionResolverParams, SharedAuthSchemeOptionResolver};
use aws_smithy_runtime_api::client::endpoint::{EndpointResolverParams, SharedEndpointResolver};
use aws_smithy_runtime_api::client::interceptors::context::Input;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, Metadata};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::{RuntimePlugins, StaticRuntimePlugin};
use aws_smithy_runtime_api::client::ser_de::{SerializeRequest, SharedRequestSerializer};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::{ConfigBag, Layer};
use tachograph_core::{Record, Share};

use crate::Scene;

#[derive(Debug)]
struct Empty;

impl SerializeRequest for Empty {
    fn serialize_input(&self, _: Input, _: &mut ConfigBag) -> Result<HttpRequest, BoxError> {
        Ok(HttpRequest::new(SdkBody::empty()))
    }
}

/// The SDK knows that it is presigning by an interceptor of this name.
#[derive(Debug)]
struct Presigning;

impl Intercept for Presigning {
    fn name(&self) -> &'static str {
        "SigV4PresigningInterceptor"
    }
}

/// Makes a request as a service's `presigned` does; returns its `X-Amzn-Trace-Id` and the record.
async fn presign(interceptor: Option<Presigning>) -> (Option<String>, Record) {
    let scene = Scene::new();
    let mut config = Layer::new("test");
    config.store_put(Metadata::new("GetObject", "S3"));
    config.store_put(SharedRequestSerializer::new(Empty));
    config.store_put(EndpointResolverParams::new(()));
    config.store_put(AuthSchemeOptionResolverParams::new(()));
    let mut components = RuntimeComponentsBuilder::new("test")
        .with_http_client(Some(scene.script.client()))
        .with_endpoint_resolver(Some(SharedEndpointResolver::new(StaticUriEndpointResolver::http_localhost(1))))
        .with_auth_scheme_option_resolver(Some(SharedAuthSchemeOptionResolver::new(
            StaticAuthSchemeOptionResolver::new(vec!["no_auth".into()]),
        )))
        .with_interceptor(tachograph_aws_sdk::interceptor());
    if let Some(interceptor) = interceptor {
        components.push_interceptor(interceptor);
    }
    let params =
        DefaultPluginParams::new().with_retry_partition_name("s3").with_behavior_version(BehaviorVersion::latest());
    let plugins = RuntimePlugins::new()
        .with_client_plugins(default_plugins(params))
        .with_client_plugin(NoAuthRuntimePluginV2::new())
        .with_client_plugin(
            StaticRuntimePlugin::new().with_config(config.freeze()).with_runtime_components(components),
        );
    let work = invoke_with_stop_point("S3", "GetObject", Input::erase(()), &plugins, StopPoint::BeforeTransmit);
    let (context, record) = scene.instance.record(work).await;
    let context = context.unwrap();
    let header = context.request().unwrap().headers().get("x-amzn-trace-id").map(str::to_owned);
    (header, record)
}

#[tokio::test(start_paused = true)]
async fn a_presigned_request_is_no_call_and_has_nothing_of_this_request_in_it() {
    let (header, record) = presign(Some(Presigning)).await;
    assert_eq!(header, None);
    assert!(record.calls().is_empty());
}

#[tokio::test(start_paused = true)]
async fn whatever_is_not_sent_is_no_call() {
    let (header, record) = presign(None).await;
    assert!(header.is_some(), "it is an operation like others until its end");
    assert!(record.calls().is_empty());
    assert_eq!((record.external().count(), record.breakdown().share(Share::External)), (0, std::time::Duration::ZERO));
}
