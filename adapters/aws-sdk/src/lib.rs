//! Measures the operations of the AWS SDK's clients.
