//! What a call asks, of whom: the part that is the same each time, so that a call need not carry it.

use std::cell::RefCell;
use std::sync::Arc;

use crate::call::CallKind;
use crate::sql::{self, BoundedCache, Statement};

/// A kind of call: to whom, and what is asked there.
///
/// Operations are shared: each thread keeps the ones it has seen last, so that a query's text is read once and not
/// for each call, and no count is shared between cores.
#[derive(Debug, PartialEq, Eq)]
pub struct Operation {
    kind: CallKind,
    system: &'static str,
    target: Box<str>,
    summary: Box<str>,
    method: Option<Box<str>>,
    statement: Option<Statement>,
}

thread_local! {
    static QUERIES: RefCell<BoundedCache<Arc<Operation>>> = RefCell::default();
    static OTHERS: RefCell<[BoundedCache<Arc<Operation>>; 5]> = RefCell::default();
}

impl Operation {
    /// A query. `system` is OpenTelemetry's `db.system.name` (`postgresql`, `sqlite`), `target` the pool's or
    /// database's name; literals in `sql` are replaced before anything is kept.
    pub fn database(system: &'static str, target: &str, sql: &str) -> Arc<Self> {
        let make = || {
            let statement = sql::parse(sql);
            let summary = statement.summary().into();
            Arc::new(Operation {
                kind: CallKind::Database,
                system,
                target: bounded(target),
                summary,
                method: None,
                statement: Some(statement),
            })
        };
        cached(&QUERIES, |queries| queries.get_or_insert_with(target, sql, make), make)
    }

    /// A call to another service: `target` is its host (and port), `summary` what is asked (`GET`, `GetItem`).
    pub fn external(target: &str, summary: &str) -> Arc<Self> {
        Self::simple(CallKind::External, 0, target, summary)
    }

    /// A call of a remote procedure. `system` is OpenTelemetry's `rpc.system` (`aws-api`), `target` the service
    /// (`DynamoDB`), `method` what it is asked to do (`GetItem`) and `subject`, where it is known and one of few, what
    /// with: a table, a queue. The summary is both, `GetItem experiments`, so that calls are told apart by it.
    pub fn rpc(system: &'static str, target: &str, method: &str, subject: Option<&str>) -> Arc<Self> {
        let joined = subject.map(|subject| [method, " ", subject].concat());
        let summary = joined.as_deref().unwrap_or(method);
        let make = || {
            Arc::new(Operation {
                kind: CallKind::External,
                system,
                target: bounded(target),
                summary: bounded(summary),
                method: Some(bounded(method)),
                statement: None,
            })
        };
        cached(&OTHERS, |caches| caches[3].get_or_insert_with(target, summary, make), make)
    }

    /// A call to a cache: `target` is its name, `summary` the command.
    pub fn cache(target: &str, summary: &str) -> Arc<Self> {
        Self::simple(CallKind::Cache, 1, target, summary)
    }

    /// A command of a cache that is a database, too: `system` is OpenTelemetry's `db.system.name`, `redis`.
    pub fn cache_of(system: &'static str, target: &str, summary: &str) -> Arc<Self> {
        let make = || {
            Arc::new(Operation {
                kind: CallKind::Cache,
                system,
                target: bounded(target),
                summary: bounded(summary),
                method: None,
                statement: None,
            })
        };
        let operation = cached(&OTHERS, |caches| caches[4].get_or_insert_with(target, summary, make), make);
        // There is one system in most services, so that it is not asked for by it.
        if operation.system == system { operation } else { make() }
    }

    /// Anything else worth timing.
    pub fn other(target: &str, summary: &str) -> Arc<Self> {
        Self::simple(CallKind::Other, 2, target, summary)
    }

    fn simple(kind: CallKind, place: usize, target: &str, summary: &str) -> Arc<Self> {
        let make = || {
            Arc::new(Operation {
                kind,
                system: "",
                target: bounded(target),
                summary: bounded(summary),
                method: None,
                statement: None,
            })
        };
        cached(&OTHERS, |caches| caches[place].get_or_insert_with(target, summary, make), make)
    }

    /// Whom it goes to.
    pub fn kind(&self) -> CallKind {
        self.kind
    }

    /// OpenTelemetry's `db.system.name` of a database, and of a cache where it is known; its `rpc.system` of a remote
    /// procedure; else empty.
    pub fn system(&self) -> &'static str {
        self.system
    }

    /// The pool's name, the host, the service of a remote procedure, the cache's name.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// What is asked, in a few words of low cardinality: `SELECT experiments`, `GET`.
    pub fn summary(&self) -> &str {
        &self.summary
    }

    /// The name of a remote procedure, which the summary begins with.
    pub fn method(&self) -> Option<&str> {
        self.method.as_deref()
    }

    /// The parameterised statement of a query.
    pub fn statement(&self) -> Option<&Statement> {
        self.statement.as_ref()
    }

    /// BEGIN, COMMIT and their like: their time counts, but they are no queries.
    pub fn is_transaction_control(&self) -> bool {
        self.statement.as_ref().is_some_and(Statement::is_transaction_control)
    }

    /// Whether two calls asked the same. Threads keep operations of their own, so the address does not decide it.
    pub(crate) fn is_same(self: &Arc<Self>, other: &Arc<Self>) -> bool {
        Arc::ptr_eq(self, other) || self == other
    }
}

/// A thread whose values are being destroyed can still make calls; it goes without the cache.
fn cached<C: 'static>(
    cache: &'static std::thread::LocalKey<RefCell<C>>,
    lookup: impl FnOnce(&mut C) -> Arc<Operation>,
    make: impl Fn() -> Arc<Operation>,
) -> Arc<Operation> {
    let mut lookup = Some(lookup);
    cache
        .try_with(|cache| {
            cache.try_borrow_mut().ok().and_then(|mut cache| lookup.take().map(|lookup| lookup(&mut cache)))
        })
        .ok()
        .flatten()
        .unwrap_or_else(make)
}

/// Names come from configuration and from hosts, and a host can be anything.
fn bounded(name: &str) -> Box<str> {
    crate::text::cut(name, 255).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remote_procedure_is_known_by_what_it_works_on() {
        let get = Operation::rpc("aws-api", "DynamoDB", "GetItem", Some("experiments"));
        assert_eq!((get.kind(), get.system(), get.target()), (CallKind::External, "aws-api", "DynamoDB"));
        assert_eq!((get.summary(), get.method()), ("GetItem experiments", Some("GetItem")));
        assert!(get.is_same(&Operation::rpc("aws-api", "DynamoDB", "GetItem", Some("experiments"))));
        assert!(!get.is_same(&Operation::rpc("aws-api", "DynamoDB", "GetItem", Some("flags"))));
        assert_eq!(Operation::rpc("aws-api", "DynamoDB", "ListTables", None).summary(), "ListTables");
        assert_eq!(Operation::external("partner.example", "GET").method(), None);
    }
}
