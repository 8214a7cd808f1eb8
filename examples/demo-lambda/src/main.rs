//! The demonstration as a function in AWS Lambda.

fn main() {}
