//! A Runtime API of AWS Lambda for tests.
