//! Whether something went wrong, and who is to blame: `error` the one who asked, `fault` the one who was asked.

use tachograph_core::{Call, CallOutcome, Outcome, Record};

use super::asked::AWS;
use crate::writer::{Writer, key};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Flags {
    pub(super) error: bool,
    /// The one who asked did so too often.
    pub(super) throttle: bool,
    pub(super) fault: bool,
}

const ERROR: Flags = Flags { error: true, throttle: false, fault: false };
const THROTTLE: Flags = Flags { error: true, throttle: true, fault: false };
const FAULT: Flags = Flags { error: false, throttle: false, fault: true };

impl Flags {
    /// Of a request, or a task, that has ended. The answer that was given decides; else how it ended does.
    pub(super) fn of_record(record: &Record) -> Self {
        match (record.status_code().and_then(Self::of_status), record.outcome()) {
            (Some(flags), _) => flags,
            (None, Outcome::Completed) if record.error().is_none() => Flags::default(),
            (None, Outcome::ClientDisconnected | Outcome::Cancelled) => ERROR,
            (None, Outcome::Completed | Outcome::Panicked | Outcome::BodyFailed | Outcome::OpenAtShutdown) => FAULT,
        }
    }

    pub(super) fn of_call(call: &Call) -> Self {
        let operation = call.operation();
        let failed = call.outcome() == CallOutcome::Failed;
        let error_type = call.error_type().unwrap_or_default();
        match call.status_code().and_then(Self::of_status) {
            // Most of AWS' services answer 400 to who asks too often.
            None | Some(ERROR) if failed && operation.system() == AWS && THROTTLED.contains(&error_type) => THROTTLE,
            Some(flags) => flags,
            None if failed && operation.is_grpc() => match error_type {
                "RESOURCE_EXHAUSTED" => THROTTLE,
                error_type if OF_THE_CALLER.contains(&error_type) => ERROR,
                _ => FAULT,
            },
            None if failed => FAULT,
            None => Flags::default(),
        }
    }

    fn of_status(status: u16) -> Option<Self> {
        match status {
            429 => Some(THROTTLE),
            400..500 => Some(ERROR),
            500.. => Some(FAULT),
            _ => None,
        }
    }

    pub(super) fn any(self) -> bool {
        self.error || self.fault
    }

    pub(super) fn write(self, writer: &mut Writer<'_>) {
        for (key, is_set) in
            [(key!("error"), self.error), (key!("throttle"), self.throttle), (key!("fault"), self.fault)]
        {
            if is_set {
                writer.boolean(key, true);
            }
        }
    }
}

/// The codes that AWS' own SDKs take for it.
const THROTTLED: [&str; 14] = [
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
];

/// The statuses of gRPC that mean what HTTP says by 4xx.
const OF_THE_CALLER: [&str; 9] = [
    "ABORTED",
    "ALREADY_EXISTS",
    "CANCELLED",
    "FAILED_PRECONDITION",
    "INVALID_ARGUMENT",
    "NOT_FOUND",
    "OUT_OF_RANGE",
    "PERMISSION_DENIED",
    "UNAUTHENTICATED",
];
