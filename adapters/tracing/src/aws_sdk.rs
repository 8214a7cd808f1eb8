//! The span that the AWS SDK makes around each operation, taken for a call.

use tachograph_core::{Handle, OpenCall, Operation, current, start_call};
use tracing::Metadata;
use tracing::field::{Field, Visit};
use tracing::span::Attributes;

/// Where all targets of such spans begin: `aws_sdk_dynamodb::operation::get_item`.
pub(crate) const SERVICES: &str = "aws_sdk";

/// Whether it is the span around an operation: it lives from the first poll of the operation's future until that is
/// dropped. Our filter lets it come where it is wanted.
pub(crate) fn is_operation(metadata: &Metadata<'_>) -> bool {
    metadata.target().strip_prefix(SERVICES).is_some_and(|service| service.contains("::operation::"))
        && metadata.fields().field(SERVICE).is_some()
        && metadata.fields().field(METHOD).is_some()
}

const SERVICE: &str = "rpc.service";
const METHOD: &str = "rpc.method";

/// Kept in the extensions of the span, until it is closed or somebody else says that he measures the operation.
pub(crate) enum WatchedCall {
    Open(OpenCall),
    OfNobody,
}

impl WatchedCall {
    /// The operation begins, for the request that is current: its span is made when its future is polled.
    pub(crate) fn start(attributes: &Attributes<'_>) -> Self {
        if current().is_none() {
            return WatchedCall::OfNobody;
        }
        let mut names = Names::default();
        attributes.record(&mut names);
        WatchedCall::Open(start_call(Operation::rpc("aws-api", &names.service, &names.method, None), None))
    }

    /// The operation is over, well or not.
    pub(crate) fn end(self, handle: &Handle) {
        match self {
            WatchedCall::Open(call) => call.ended(),
            WatchedCall::OfNobody => handle.count_unattributed_call(),
        }
    }

    /// It is counted by somebody else.
    pub(crate) fn withdraw(self) {
        if let WatchedCall::Open(call) = self {
            call.withdraw();
        }
    }
}

#[derive(Default)]
struct Names {
    service: String,
    method: String,
}

impl Visit for Names {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            SERVICE => value.clone_into(&mut self.service),
            METHOD => value.clone_into(&mut self.method),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}
