//! AWS Lambda.

use super::Known;
use super::aws::Aws;
use super::machine::Machine;

pub(super) fn is_here(machine: &Machine) -> bool {
    machine.variable("AWS_LAMBDA_FUNCTION_NAME").is_some()
}

pub(super) fn known(machine: &Machine) -> Known {
    Known {
        origin: "AWS::Lambda::Function",
        service_types: &["AWS::Lambda::Function"],
        aws: Aws::default().logs(machine.variable("AWS_LAMBDA_LOG_GROUP_NAME"), None).json(),
    }
}
