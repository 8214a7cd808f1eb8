//! Sends lines to CloudWatch Logs.
