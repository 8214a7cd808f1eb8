//! What is asked of sqlx's connections, as a trait of the database.

use futures_util::future::BoxFuture;
use sqlx::{Database, Describe, Error, Execute, Executor, SqlStr};

use crate::rows::Steps;

/// A database whose connections can be measured: each of sqlx's. There is nothing to implement.
///
/// Code that is generic over the database needs no more than for sqlx itself: that
/// `for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>`.
// With that bound itself at our executors, the compiler would look for an executor `&mut _` among them, which needs an
// executor `&mut _`, and so on: programs that do not even use them would no longer compile. A bound on the database ends
// this, since for an unknown database it is left open.
pub trait Driver: Database {
    #[doc(hidden)]
    fn fetch_many<'e, 'q: 'e, E>(connection: &'e mut Self::Connection, query: E) -> Steps<'e, Self>
    where
        E: 'q + Execute<'q, Self>;

    #[doc(hidden)]
    fn fetch_optional<'e, 'q: 'e, E>(
        connection: &'e mut Self::Connection,
        query: E,
    ) -> BoxFuture<'e, Result<Option<Self::Row>, Error>>
    where
        E: 'q + Execute<'q, Self>;

    #[doc(hidden)]
    fn prepare_with<'e>(
        connection: &'e mut Self::Connection,
        sql: SqlStr,
        parameters: &'e [Self::TypeInfo],
    ) -> BoxFuture<'e, Result<Self::Statement, Error>>;

    #[doc(hidden)]
    fn describe(connection: &mut Self::Connection, sql: SqlStr) -> BoxFuture<'_, Result<Describe<Self>, Error>>;
}

impl<DB> Driver for DB
where
    DB: Database,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    fn fetch_many<'e, 'q: 'e, E>(connection: &'e mut DB::Connection, query: E) -> Steps<'e, DB>
    where
        E: 'q + Execute<'q, DB>,
    {
        connection.fetch_many(query)
    }

    fn fetch_optional<'e, 'q: 'e, E>(
        connection: &'e mut DB::Connection,
        query: E,
    ) -> BoxFuture<'e, Result<Option<DB::Row>, Error>>
    where
        E: 'q + Execute<'q, DB>,
    {
        connection.fetch_optional(query)
    }

    fn prepare_with<'e>(
        connection: &'e mut DB::Connection,
        sql: SqlStr,
        parameters: &'e [DB::TypeInfo],
    ) -> BoxFuture<'e, Result<DB::Statement, Error>> {
        connection.prepare_with(sql, parameters)
    }

    fn describe(connection: &mut DB::Connection, sql: SqlStr) -> BoxFuture<'_, Result<Describe<DB>, Error>> {
        connection.describe(sql)
    }
}
