//! What every framework's demonstration has to record.
