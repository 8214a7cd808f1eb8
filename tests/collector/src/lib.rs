//! A strict OTLP receiver for tests.
