//! Measures the invocations of a function in AWS Lambda.
