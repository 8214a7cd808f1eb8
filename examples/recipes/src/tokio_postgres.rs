//! tokio-postgres 0.7, which has no hook: a trait in the client's place, by the timers for clients without an adapter.
//!
//! The same goes for any other client: name the call where it is made, `start` it, say how it ended.

use tachograph::core::Yield;
use tachograph::{OpenCall, PendingCall, database_call};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, GenericClient, Row, Transaction};

/// Parameters as tokio-postgres takes them.
pub type Parameters<'a> = &'a [&'a (dyn ToSql + Sync)];

/// Measured ways to ask, for a [`Client`] and a [`Transaction`]. They need the text of the statement, and are those of
/// tokio-postgres otherwise.
pub trait Measured: GenericClient + Sync {
    /// [`Client::query`], with the rows it brings.
    #[track_caller]
    fn measured_query(
        &self,
        sql: &str,
        parameters: Parameters<'_>,
    ) -> impl Future<Output = Result<Vec<Row>, Error>> + Send {
        let pending = pending(sql);
        async move {
            let mut call = pending.start();
            let result = self.query(sql, parameters).await;
            if let Ok(rows) = &result {
                call.brought(Yield::Rows(rows.len() as u64));
            }
            end(call, result)
        }
    }

    /// [`Client::execute`], with the rows it changes.
    #[track_caller]
    fn measured_execute(
        &self,
        sql: &str,
        parameters: Parameters<'_>,
    ) -> impl Future<Output = Result<u64, Error>> + Send {
        let pending = pending(sql);
        async move {
            let mut call = pending.start();
            let result = self.execute(sql, parameters).await;
            if let Ok(rows) = &result {
                call.brought(Yield::Rows(*rows));
            }
            end(call, result)
        }
    }
}

impl Measured for Client {}
impl Measured for Transaction<'_> {}

/// A query, at the place in the source from which the method above was called.
#[track_caller]
fn pending(sql: &str) -> PendingCall {
    database_call("postgresql", "experiments", sql)
}

fn end<T>(call: OpenCall, result: Result<T, Error>) -> Result<T, Error> {
    match &result {
        Ok(_) => call.completed(),
        // `23505`: a unique violation. Without a code, it is not the database that says so.
        Err(error) => call.failed(error.code().map_or("connection", |code| code.code())),
    }
    result
}

#[cfg(test)]
mod tests;
