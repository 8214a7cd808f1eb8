//! Sends traces, metrics and logs by OTLP, the protocol of OpenTelemetry.
