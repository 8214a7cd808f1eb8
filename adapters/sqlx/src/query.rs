//! What is about to be asked: the text, for the record, and all of it, for sqlx.

use std::sync::Arc;

use sqlx::error::BoxDynError;
use sqlx::{Database, Error, Execute, SqlStr, Statement as _};
use tachograph_core::{Callsite, OpenCall, Operation, Yield, start_call};
use tracing::instrument::Instrument as _;

use crate::error_type::error_type;
use crate::marker::marker;
use crate::target::Target;

/// A call that is known but not made yet.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) operation: Arc<Operation>,
    pub(crate) callsite: Option<Callsite>,
}

impl Pending {
    pub(crate) fn new(target: &Target, sql: &str, callsite: Option<Callsite>) -> Self {
        Pending { operation: target.operation(sql), callsite }
    }

    /// It begins.
    pub(crate) fn start(self) -> OpenCall {
        start_call(self.operation, self.callsite)
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

/// A query whose text has been read. sqlx gives the text only for the whole query, so it is put together again.
pub(crate) enum Read<DB: Database, Q> {
    Prepared(Q),
    Text { sql: SqlStr, arguments: Result<Option<DB::Arguments>, BoxDynError>, persistent: bool },
}

impl<DB: Database, Q> Read<DB, Q> {
    pub(crate) fn new<'q>(mut query: Q, target: &Target, callsite: Option<Callsite>) -> (Pending, Self)
    where
        Q: Execute<'q, DB>,
    {
        if let Some(statement) = query.statement() {
            let pending = Pending::new(target, statement.sql().as_str(), callsite);
            return (pending, Read::Prepared(query));
        }
        // In the order in which sqlx's drivers ask: a query may answer differently once its arguments are taken.
        let arguments = query.take_arguments();
        let persistent = query.persistent();
        let sql = query.sql();
        (Pending::new(target, sql.as_str(), callsite), Read::Text { sql, arguments, persistent })
    }
}

impl<'q, DB: Database, Q: Execute<'q, DB>> Execute<'q, DB> for Read<DB, Q> {
    fn sql(self) -> SqlStr {
        match self {
            Read::Prepared(query) => query.sql(),
            Read::Text { sql, .. } => sql,
        }
    }

    fn statement(&self) -> Option<&DB::Statement> {
        match self {
            Read::Prepared(query) => query.statement(),
            Read::Text { .. } => None,
        }
    }

    fn take_arguments(&mut self) -> Result<Option<DB::Arguments>, BoxDynError> {
        match self {
            Read::Prepared(query) => query.take_arguments(),
            Read::Text { arguments, .. } => std::mem::replace(arguments, Ok(None)),
        }
    }

    fn persistent(&self) -> bool {
        match self {
            Read::Prepared(query) => query.persistent(),
            Read::Text { persistent, .. } => *persistent,
        }
    }
}
