//! What is about to be asked: the text, for the record, and all of it, for sqlx.

use std::sync::Arc;

use sqlx::error::BoxDynError;
use sqlx::{Database, Error, Execute, SqlStr, Statement as _};
use tachograph_core::{Callsite, OpenCall, Operation, PreparedCall, Yield, prepare_call};
use tracing::instrument::Instrument as _;

use crate::error_type::error_type;
use crate::marker::marker;
use crate::parameters::{self, Unknown};
use crate::target::Target;

/// A call that is known but not made yet.
#[derive(Debug)]
pub(crate) struct Pending(PreparedCall);

impl Pending {
    pub(crate) fn new(target: &Target, sql: &str, callsite: Option<Callsite>) -> Self {
        Self::of(target.operation(sql), callsite)
    }

    /// To be made while the application asks, for where it does so is looked for on the stack.
    pub(crate) fn of(operation: Arc<Operation>, callsite: Option<Callsite>) -> Self {
        Pending(prepare_call(operation, callsite))
    }

    /// What its placeholders are given, if it is worth knowing. Only a hash of it is kept.
    pub(crate) fn look_at<DB: Database>(&mut self, arguments: Option<&mut DB::Arguments>, target: &Target) {
        let Some(arguments) = arguments else { return self.0.parameters(|_| ()) };
        if !self.0.asks_for_parameters() || target.unread().has(self.0.operation()) {
            return;
        }
        if let Err(Unknown) = self.0.try_parameters(|hasher| parameters::write::<DB>(arguments, hasher)) {
            target.unread().add(self.0.operation());
        }
    }

    /// It begins.
    pub(crate) fn start(self) -> OpenCall {
        self.0.start()
    }

    /// Measures something that brings no rows.
    pub(crate) async fn measure<T>(self, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        self.measure_rows(work, |_| Yield::Unknown).await
    }

    /// Measures something that brings rows all at once.
    pub(crate) async fn measure_rows<T>(
        self,
        work: impl Future<Output = Result<T, Error>>,
        rows: impl FnOnce(&T) -> Yield,
    ) -> Result<T, Error> {
        let mut call = self.start();
        let result = work.instrument(marker()).await;
        match &result {
            Ok(output) => {
                call.brought(rows(output));
                call.completed();
            }
            Err(error) => call.failed(&error_type(error)),
        }
        result
    }
}

/// A query that has been read. sqlx gives its parts only for the whole of it, so it is put together again.
pub(crate) struct Read<DB: Database, Q> {
    text: Text<Q>,
    arguments: Result<Option<DB::Arguments>, BoxDynError>,
    persistent: bool,
}

enum Text<Q> {
    /// Of a statement that only the query has.
    Prepared(Q),
    Plain(SqlStr),
}

impl<DB: Database, Q> Read<DB, Q> {
    pub(crate) fn new<'q>(mut query: Q, target: &Target, callsite: Option<Callsite>) -> (Pending, Self)
    where
        Q: Execute<'q, DB>,
    {
        // In the order in which sqlx's drivers ask: a query may answer differently once its arguments are taken.
        let prepared = query.statement().map(|statement| target.operation(statement.sql().as_str()));
        let mut arguments = query.take_arguments();
        let persistent = query.persistent();
        let (operation, text) = match prepared {
            Some(operation) => (operation, Text::Prepared(query)),
            None => {
                let sql = query.sql();
                (target.operation(sql.as_str()), Text::Plain(sql))
            }
        };
        let mut pending = Pending::of(operation, callsite);
        if let Ok(arguments) = &mut arguments {
            pending.look_at::<DB>(arguments.as_mut(), target);
        }
        (pending, Read { text, arguments, persistent })
    }
}

impl<'q, DB: Database, Q: Execute<'q, DB>> Execute<'q, DB> for Read<DB, Q> {
    fn sql(self) -> SqlStr {
        match self.text {
            Text::Prepared(query) => query.sql(),
            Text::Plain(sql) => sql,
        }
    }

    fn statement(&self) -> Option<&DB::Statement> {
        match &self.text {
            Text::Prepared(query) => query.statement(),
            Text::Plain(_) => None,
        }
    }

    fn take_arguments(&mut self) -> Result<Option<DB::Arguments>, BoxDynError> {
        std::mem::replace(&mut self.arguments, Ok(None))
    }

    fn persistent(&self) -> bool {
        self.persistent
    }
}

#[cfg(test)]
mod tests {
    use sqlx::sqlite::{Sqlite, SqliteConnection};
    use sqlx::{Connection as _, Executor as _, SqlSafeStr as _};

    use super::*;

    #[tokio::test]
    async fn the_driver_is_given_the_statement_that_was_prepared() {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        let statement = connection.prepare("SELECT ?".into_sql_str()).await.unwrap();
        let target = Target::new("sqlite", "main".into());
        let (_pending, mut read) = Read::<Sqlite, _>::new(statement.query().bind(1), &target, None);
        assert!(Execute::statement(&read).is_some_and(|given| std::ptr::eq(given, &statement)));
        assert_eq!(read.take_arguments().unwrap().map(|arguments| sqlx::Arguments::len(&arguments)), Some(1));
        assert_eq!(read.sql().as_str(), "SELECT ?");
    }
}
