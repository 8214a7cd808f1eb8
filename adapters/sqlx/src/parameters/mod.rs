//! What a query is given in its placeholders, as bytes that tell two queries apart.

#[cfg(any(feature = "any", feature = "mysql", feature = "postgres", feature = "sqlite"))]
mod debug;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(test)]
mod tests;
mod unread;

use std::any::Any;
use std::hash::Hasher;

use sqlx::Database;

pub(crate) use unread::Unread;

/// They are of a database that is not known here, or too long to be worth it.
#[derive(Debug)]
pub(crate) struct Unknown;

/// Writes these arguments, different ones differently: their types and values, and which are NULL. They are left as they
/// were.
///
/// sqlx has no trait for this, so the types of the databases are tried that are compiled in.
pub(crate) fn write<DB: Database>(arguments: &mut DB::Arguments, hasher: &mut dyn Hasher) -> Result<(), Unknown> {
    let arguments: &mut dyn Any = arguments;
    #[cfg(feature = "postgres")]
    if let Some(arguments) = arguments.downcast_mut::<sqlx::postgres::PgArguments>() {
        return postgres::write(arguments, hasher);
    }
    #[cfg(feature = "sqlite")]
    if let Some(arguments) = arguments.downcast_ref::<sqlx::sqlite::SqliteArguments>() {
        return debug::write(arguments, hasher);
    }
    #[cfg(feature = "mysql")]
    if let Some(arguments) = arguments.downcast_ref::<sqlx::mysql::MySqlArguments>() {
        return debug::write(arguments, hasher);
    }
    #[cfg(feature = "any")]
    if let Some(arguments) = arguments.downcast_ref::<sqlx::any::AnyArguments>() {
        return debug::write(&arguments.values.0, hasher);
    }
    let _ = (arguments, hasher);
    Err(Unknown)
}
