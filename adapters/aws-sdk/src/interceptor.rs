//! What the SDK asks at each step of an operation.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeDeserializationInterceptorContextRef, BeforeSerializationInterceptorContextRef,
    BeforeTransmitInterceptorContextMut, FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::retries::RequestAttempts;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::Headers;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use aws_types::region::Region;
use aws_types::request_id::RequestId as _;
use tachograph_core::outbound::OutgoingHeaders;
use tachograph_core::{OpenCall, Operation, Yield, current, start_call};

use crate::error_type::error_type;
use crate::marker::mark;
use crate::resource::{self, Names};

/// Measures the operations of the client in whose configuration it is. It belongs to no instance and may be in many:
/// a call goes to the request that is current when its operation is first polled.
///
/// Given to one operation only (`.customize().interceptor(..)`) it comes too late to learn what that works on.
pub fn interceptor() -> Interceptor {
    Interceptor { names: Names::new() }
}

/// See [`interceptor`].
#[derive(Debug, Clone)]
pub struct Interceptor {
    names: Names,
}

/// The call of the operation, in the SDK's bag of the operation's things: dropped with it, wherever that happens.
#[derive(Debug)]
struct Measuring(Option<OpenCall>);

impl Storable for Measuring {
    type Storer = StoreReplace<Self>;
}

struct Outgoing<'a>(&'a mut Headers);

impl OutgoingHeaders for Outgoing<'_> {
    fn contains(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    fn insert(&mut self, name: &'static str, value: &str) {
        let _ = self.0.try_insert(name, value.to_owned());
    }
}

fn call(cfg: &mut ConfigBag) -> Option<&mut OpenCall> {
    cfg.get_mut_from_interceptor_state::<Measuring>()?.0.as_mut()
}

/// A presigned request is made like any other and then handed to the caller instead of being sent. The SDK adds this
/// interceptor of its own for that.
fn is_presigning(components: &RuntimeComponents) -> bool {
    components.interceptors().any(|interceptor| interceptor.name() == "SigV4PresigningInterceptor")
}

// An error of ours would fail the user's operation, so there is none.
impl Intercept for Interceptor {
    fn name(&self) -> &'static str {
        "TachographInterceptor"
    }

    /// The only step before the SDK reads the input.
    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        mark();
        if current().is_some() {
            self.names.request(cfg);
        }
        Ok(())
    }

    /// The first step at which the operation has a name.
    fn read_before_serialization(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if cfg.load::<Measuring>().is_some() || is_presigning(components) {
            return Ok(());
        }
        let Some(metadata) = cfg.load::<Metadata>() else { return Ok(()) };
        let resource = resource::of(cfg);
        let name = resource.map(resource::name).filter(|name| !name.is_empty());
        let mut call = start_call(Operation::rpc("aws-api", metadata.service(), metadata.name(), name), None);
        if let Some(resource) = resource {
            call.set_resource(resource);
        }
        if let Some(region) = cfg.load::<Region>() {
            call.set_region(region.as_ref());
        }
        cfg.interceptor_state().store_put(Measuring(Some(call)));
        Ok(())
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let number = cfg.load::<RequestAttempts>().map_or(1, RequestAttempts::attempts);
        let Some(call) = call(cfg) else { return Ok(()) };
        call.attempt(number);
        // Of the trace's headers, this is the one that the SDK does not sign: what a proxy made of another would break that.
        call.inject_xray_trace(&mut Outgoing(context.request_mut().headers_mut()));
        Ok(())
    }

    fn read_after_transmit(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(call) = call(cfg) {
            call.responded(context.response().status().as_u16());
        }
        Ok(())
    }

    fn read_after_execution(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(mut call) = cfg.get_mut_from_interceptor_state::<Measuring>().and_then(|measuring| measuring.0.take())
        else {
            return Ok(());
        };
        if let Some(response) = context.response() {
            if let Some(id) = response.request_id() {
                call.set_request_id(id);
            }
            if let Some(body) = response.body().bytes() {
                call.brought(Yield::Bytes(body.len() as u64));
            }
        }
        match context.output_or_error() {
            Some(Ok(_)) => call.completed(),
            Some(Err(error)) => call.failed(&error_type(error)),
            // It was to be made, and not to be sent.
            None => call.withdraw(),
        }
        Ok(())
    }
}
