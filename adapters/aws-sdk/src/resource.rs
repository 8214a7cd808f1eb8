//! What an operation works on, as its input names it.

use std::sync::Arc;

use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::telemetry::{CapturedTelemetryAttributes, RequestedTelemetryAttributes};

/// The members of inputs that name a resource of DynamoDB, Lambda, Kinesis, SQS, S3 and SNS. None holds what a resource
/// contains, nor a device or a telephone number that something is sent to.
const MEMBERS: [&str; 8] =
    ["TableName", "FunctionName", "StreamName", "StreamARN", "QueueUrl", "QueueName", "Bucket", "TopicArn"];

/// Asks the SDK to keep the names, which it does while it still has the input.
#[derive(Debug, Clone)]
pub(crate) struct Names(Arc<RequestedTelemetryAttributes>);

impl Names {
    pub(crate) fn new() -> Self {
        let mut requested = RequestedTelemetryAttributes::default();
        requested.capture_only(MEMBERS);
        Names(Arc::new(requested))
    }

    /// Beside what the user has asked for.
    pub(crate) fn request(&self, cfg: &mut ConfigBag) {
        let requested = match cfg.load::<RequestedTelemetryAttributes>() {
            None => (*self.0).clone(),
            Some(theirs) => {
                let mut requested = theirs.clone();
                requested.capture_only(MEMBERS);
                requested
            }
        };
        cfg.interceptor_state().store_put(requested);
    }
}

/// The resource in full: a name, a URL, an ARN.
pub(crate) fn of(cfg: &ConfigBag) -> Option<&str> {
    let captured = cfg.load::<CapturedTelemetryAttributes>()?;
    MEMBERS.iter().find_map(|member| captured.get(member)).filter(|name| !name.is_empty())
}

/// Its name alone: the last part of a queue's URL, an ARN without whose and where it is.
pub(crate) fn name(resource: &str) -> &str {
    if resource.contains("://") {
        return resource.rsplit('/').next().unwrap_or_default();
    }
    // arn:partition:service:region:account:kind/name, with `:` or nothing before the name in some services.
    match resource.strip_prefix("arn:").and_then(|rest| rest.splitn(5, ':').nth(4)) {
        None => resource,
        Some(place) => place.split_once(['/', ':']).map_or(place, |(_, name)| name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_shown_by_its_name() {
        for (resource, expected) in [
            ("experiments", "experiments"),
            ("https://sqs.eu-west-1.amazonaws.com/123456789012/orders.fifo", "orders.fifo"),
            ("arn:aws:dynamodb:eu-west-1:123456789012:table/experiments", "experiments"),
            ("arn:aws:kinesis:eu-west-1:123456789012:stream/clicks", "clicks"),
            ("arn:aws:lambda:eu-west-1:123456789012:function:resize:live", "resize:live"),
            ("arn:aws:sns:eu-west-1:123456789012:alerts", "alerts"),
            ("arn:aws:s3:eu-west-1:123456789012:accesspoint/photos", "photos"),
            ("arn:aws:s3:::photos", "photos"),
            ("123456789012:function:resize", "123456789012:function:resize"),
            ("arn:odd", "arn:odd"),
            ("https://", ""),
        ] {
            assert_eq!(name(resource), expected, "{resource}");
        }
    }
}
