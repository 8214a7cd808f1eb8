//! A strict receiver of CloudWatch Logs for tests.
