//! Names of errors: few, and the same for the same cause.

use std::borrow::Cow;

use sqlx::Error;

/// The database's code where it gave one, else the name of sqlx's variant.
pub(crate) fn error_type(error: &Error) -> Cow<'_, str> {
    Cow::Borrowed(match error {
        Error::Database(error) => return error.code().unwrap_or(Cow::Borrowed("database")),
        Error::Configuration(_) => "configuration",
        Error::InvalidArgument(_) => "invalid_argument",
        Error::Io(_) => "io",
        Error::Tls(_) => "tls",
        Error::Protocol(_) => "protocol",
        Error::RowNotFound => "row_not_found",
        Error::TypeNotFound { .. } => "type_not_found",
        Error::ColumnIndexOutOfBounds { .. } => "column_index_out_of_bounds",
        Error::ColumnNotFound(_) => "column_not_found",
        Error::ColumnDecode { .. } => "column_decode",
        Error::Encode(_) => "encode",
        Error::Decode(_) => "decode",
        Error::AnyDriverError(_) => "any_driver_error",
        Error::PoolTimedOut => "pool_timed_out",
        Error::PoolClosed => "pool_closed",
        Error::WorkerCrashed => "worker_crashed",
        Error::InvalidSavePointStatement => "invalid_save_point_statement",
        Error::BeginFailed => "begin_failed",
        // What OpenTelemetry has for an error without a name.
        _ => "_OTHER",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_named_by_their_variant_and_never_by_their_text() {
        let named = [
            (Error::PoolTimedOut, "pool_timed_out"),
            (Error::RowNotFound, "row_not_found"),
            (Error::Protocol("secret".to_owned()), "protocol"),
            (Error::Io(std::io::Error::other("secret")), "io"),
            (Error::ColumnDecode { index: "secret".to_owned(), source: "secret".into() }, "column_decode"),
        ];
        for (error, name) in named {
            assert_eq!(error_type(&error), name);
        }
    }
}
