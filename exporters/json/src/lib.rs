//! Writes each record as one line of JSON or text.
