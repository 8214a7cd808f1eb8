//! A query that runs, row by row.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::Stream;
use futures_util::stream::BoxStream;
use sqlx::{Database, Either, Error};
use tachograph_core::{OpenCall, Yield};
use tracing::Span;

use crate::affected::{changes_rows, rows_affected};
use crate::error_type::error_type;
use crate::marker::marker;
use crate::query::Pending;

/// What a query brings: rows, and behind the rows of each statement its result.
pub(crate) type Step<DB> = Either<<DB as Database>::QueryResult, <DB as Database>::Row>;
pub(crate) type Steps<'e, DB> = BoxStream<'e, Result<Step<DB>, Error>>;

/// A query that begins when it is first polled, and is measured until its last row, its error, or its drop.
pub(crate) struct Rows<'e, DB: Database> {
    steps: Option<Steps<'e, DB>>,
    marker: Span,
    progress: Progress,
    returned: u64,
    affected: Option<u64>,
    /// The caller has what it asked for, and has not asked for more.
    answered: bool,
}

enum Progress {
    Pending(Pending),
    Running(OpenCall),
    Over,
}

impl<'e, DB: Database> Rows<'e, DB> {
    pub(crate) fn new(pending: Pending, steps: Steps<'e, DB>) -> Self {
        Rows {
            steps: Some(steps),
            marker: Span::none(),
            progress: Progress::Pending(pending),
            returned: 0,
            affected: None,
            answered: false,
        }
    }

    fn start(&mut self) {
        self.progress = match std::mem::replace(&mut self.progress, Progress::Over) {
            Progress::Pending(pending) => {
                self.marker = marker();
                Progress::Running(pending.start())
            }
            other => other,
        };
    }

    fn count(&mut self, step: &Step<DB>) {
        match step {
            Either::Right(_) => self.returned += 1,
            Either::Left(result) => {
                if let Some(affected) = rows_affected::<DB>(result) {
                    self.affected = Some(self.affected.unwrap_or(0).saturating_add(affected));
                }
            }
        }
    }

    fn end(&mut self, end: impl FnOnce(OpenCall)) {
        if let Progress::Running(mut call) = std::mem::replace(&mut self.progress, Progress::Over) {
            call.brought(self.brought(&call));
            end(call);
        }
    }

    fn brought(&self, call: &OpenCall) -> Yield {
        if self.returned > 0 || !call.operation().is_some_and(changes_rows) {
            return Yield::Rows(self.returned);
        }
        self.affected.map_or(Yield::Unknown, Yield::Rows)
    }
}

impl<DB: Database> Stream for Rows<'_, DB> {
    type Item = Result<Step<DB>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if let Progress::Pending(_) = this.progress {
            this.start();
        }
        this.answered = false;
        let Some(steps) = &mut this.steps else { return Poll::Ready(None) };
        let poll = this.marker.in_scope(|| steps.as_mut().poll_next(cx));
        match &poll {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Some(Ok(step))) => this.count(step),
            Poll::Ready(Some(Err(error))) => this.end(|call| call.failed(&error_type(error))),
            Poll::Ready(None) => this.end(OpenCall::completed),
        }
        this.answered = true;
        poll
    }
}

impl<DB: Database> Drop for Rows<'_, DB> {
    fn drop(&mut self) {
        // sqlx logs a query when it is dropped.
        let steps = self.steps.take();
        self.marker.in_scope(|| drop(steps));
        let answered = self.answered;
        self.end(|call| if answered { call.completed() } else { drop(call) });
    }
}

impl<DB: Database> fmt::Debug for Rows<'_, DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").field("returned", &self.returned).finish_non_exhaustive()
    }
}
