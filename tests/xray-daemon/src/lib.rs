//! A strict daemon of AWS X-Ray for tests.
