//! What makes pools and connections executors.
//!
//! sqlx could build all but a few of the methods by itself, but it would box each step of them; the allocations saved here
//! pay for the recording.

use std::future::ready;

use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt as _, Stream, StreamExt as _, TryFutureExt as _, TryStreamExt as _};
use sqlx::{Database, Describe, Error, Execute, Executor, SqlStr};
use tachograph_core::{Callsite, Yield};

use crate::connection::Connection;
use crate::driver::Driver;
use crate::generator::generate;
use crate::located::Located;
use crate::pool::Pool;
use crate::query::{Pending, Read};
use crate::rows::{Rows, Step, Steps};
use crate::target::Target;
use crate::wait::Wait;

impl<'c, DB: Driver> Located<&'c mut Connection<'_, DB>> {
    fn steps<'e, 'q: 'e, E>(self, query: E) -> Rows<'e, DB>
    where
        'c: 'e,
        E: 'q + Execute<'q, DB>,
    {
        let (pending, query) = Read::new(query, &self.executor.target, self.callsite);
        Rows::new(pending, DB::fetch_many(self.executor.inner_mut(), query))
    }

    fn first<'e, 'q: 'e, E>(self, query: E) -> impl Future<Output = Result<Option<DB::Row>, Error>> + Send
    where
        'c: 'e,
        E: 'q + Execute<'q, DB>,
    {
        let (pending, query) = Read::new(query, &self.executor.target, self.callsite);
        pending.measure_rows(DB::fetch_optional(self.executor.inner_mut(), query), one_or_none)
    }

    fn prepared<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [DB::TypeInfo],
    ) -> impl Future<Output = Result<DB::Statement, Error>> + Send
    where
        'c: 'e,
    {
        let pending = pending_prepare::<DB>(&self.executor.target, &sql, self.callsite);
        pending.measure(DB::prepare_with(self.executor.inner_mut(), sql, parameters))
    }

    fn described(self, sql: SqlStr) -> impl Future<Output = Result<Describe<DB>, Error>> + Send {
        DB::describe(self.executor.inner_mut(), sql)
    }
}

/// Like sqlx's own, these futures and streams do not borrow the pool.
impl<DB: Driver> Located<&'_ Pool<DB>> {
    fn steps<'q, E>(self, query: E) -> impl Stream<Item = Result<Step<DB>, Error>> + Send + use<'q, DB, E>
    where
        E: 'q + Execute<'q, DB>,
    {
        let (pending, query) = Read::new(query, &self.executor.target, self.callsite);
        let wait = Wait::new(pending, self.executor.pool.acquire(), &self.executor.target);
        generate(|slot| {
            wait.and_then(async move |(pending, mut connection, _)| {
                let mut rows = Rows::<DB>::new(pending, DB::fetch_many(&mut connection, query));
                while let Some(step) = rows.try_next().await? {
                    slot.give(step).await;
                }
                Ok(())
            })
        })
    }

    fn first<'q, E>(self, query: E) -> impl Future<Output = Result<Option<DB::Row>, Error>> + Send + use<'q, DB, E>
    where
        E: 'q + Execute<'q, DB>,
    {
        let (pending, query) = Read::new(query, &self.executor.target, self.callsite);
        let wait = Wait::new(pending, self.executor.pool.acquire(), &self.executor.target);
        wait.and_then(async move |(pending, mut connection, _)| {
            pending.measure_rows(DB::fetch_optional(&mut connection, query), one_or_none).await
        })
    }

    fn prepared<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [DB::TypeInfo],
    ) -> impl Future<Output = Result<DB::Statement, Error>> + Send + use<'e, DB> {
        let pending = pending_prepare::<DB>(&self.executor.target, &sql, self.callsite);
        let wait = Wait::new(pending, self.executor.pool.acquire(), &self.executor.target);
        wait.and_then(async move |(pending, mut connection, _)| {
            pending.measure(DB::prepare_with(&mut connection, sql, parameters)).await
        })
    }

    fn described(self, sql: SqlStr) -> impl Future<Output = Result<Describe<DB>, Error>> + Send + use<DB> {
        let acquire = self.executor.pool.acquire();
        async move { DB::describe(&mut *acquire.await?, sql).await }
    }
}

fn one_or_none<T>(row: &Option<T>) -> Yield {
    Yield::Rows(u64::from(row.is_some()))
}

fn pending_prepare<DB: Database>(target: &Target, sql: &SqlStr, callsite: Option<Callsite>) -> Pending {
    // The placeholders of the text are given nothing yet: to prepare it again is to ask for the same.
    let mut pending = Pending::new(target, &format!("PREPARE {}", sql.as_str()), callsite);
    pending.look_at::<DB>(None, target);
    pending
}

macro_rules! executor {
    ($lifetime:lifetime, $executor:ty, $self:ident => $located:expr) => {
        impl<$lifetime, DB: Driver> Executor<$lifetime> for $executor {
            type Database = DB;

            fn execute<'e, 'q: 'e, E>($self, query: E) -> BoxFuture<'e, Result<DB::QueryResult, Error>>
            where
                $lifetime: 'e,
                E: 'q + Execute<'q, DB>,
            {
                $located.steps(query).try_filter_map(|step| ready(Ok(step.left()))).try_collect().boxed()
            }

            fn fetch<'e, 'q: 'e, E>($self, query: E) -> BoxStream<'e, Result<DB::Row, Error>>
            where
                $lifetime: 'e,
                E: 'q + Execute<'q, DB>,
            {
                $located.steps(query).try_filter_map(|step| ready(Ok(step.right()))).boxed()
            }

            fn fetch_many<'e, 'q: 'e, E>($self, query: E) -> Steps<'e, DB>
            where
                $lifetime: 'e,
                E: 'q + Execute<'q, DB>,
            {
                $located.steps(query).boxed()
            }

            fn fetch_all<'e, 'q: 'e, E>($self, query: E) -> BoxFuture<'e, Result<Vec<DB::Row>, Error>>
            where
                $lifetime: 'e,
                E: 'q + Execute<'q, DB>,
            {
                $located.steps(query).try_filter_map(|step| ready(Ok(step.right()))).try_collect().boxed()
            }

            fn fetch_one<'e, 'q: 'e, E>($self, query: E) -> BoxFuture<'e, Result<DB::Row, Error>>
            where
                $lifetime: 'e,
                E: 'q + Execute<'q, DB>,
            {
                $located.first(query).map(|row| row?.ok_or(Error::RowNotFound)).boxed()
            }

            fn fetch_optional<'e, 'q: 'e, E>($self, query: E) -> BoxFuture<'e, Result<Option<DB::Row>, Error>>
            where
                $lifetime: 'e,
                E: 'q + Execute<'q, DB>,
            {
                $located.first(query).boxed()
            }

            fn prepare_with<'e>(
                $self,
                sql: SqlStr,
                parameters: &'e [DB::TypeInfo],
            ) -> BoxFuture<'e, Result<DB::Statement, Error>>
            where
                $lifetime: 'e,
            {
                $located.prepared(sql, parameters).boxed()
            }

            fn describe<'e>($self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<DB>, Error>>
            where
                $lifetime: 'e,
            {
                $located.described(sql).boxed()
            }
        }
    };
}

executor!('c, Located<&'c mut Connection<'_, DB>>, self => self);
executor!('c, &'c mut Connection<'_, DB>, self => Located { executor: self, callsite: None });
executor!('p, Located<&'_ Pool<DB>>, self => self);
executor!('p, &'_ Pool<DB>, self => Located { executor: self, callsite: None });
