//! What a call asks, of whom: the part that is the same each time, so that a call need not carry it.

use std::cell::RefCell;
use std::sync::Arc;

use crate::call::CallKind;
use crate::parameters::Parameters;
use crate::server::{Scheme, host_and_port};
use crate::sql::{self, BoundedCache, Dialect, Given, Statement, fnv_1a};

/// A kind of call: to whom, and what is asked there.
///
/// Operations are shared: each thread keeps the ones it has seen last, so that a query's text is read once and not
/// for each call, and no count is shared between cores.
#[derive(Debug)]
pub struct Operation {
    kind: CallKind,
    system: &'static str,
    scheme: Option<Scheme>,
    target: Box<str>,
    summary: Box<str>,
    method: Option<Box<str>>,
    statement: Option<Statement>,
    /// Of the statement, or of target and summary: the same in calls that ask the same.
    hash: u64,
    /// What stood in the text of the statement. Not part of what is asked.
    given: Given,
}

/// Whether they ask the same; with what, is not part of it.
impl PartialEq for Operation {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash
            && self.kind == other.kind
            && self.system == other.system
            && self.scheme == other.scheme
            && self.target == other.target
            && self.summary == other.summary
            && self.method == other.method
            && self.statement == other.statement
    }
}

impl Eq for Operation {}

thread_local! {
    static QUERIES: RefCell<BoundedCache<Arc<Operation>>> = RefCell::default();
    static OTHERS: RefCell<[BoundedCache<Arc<Operation>>; 10]> = RefCell::default();
}

/// Which of the caches: operations in different ones can have the same target and summary.
#[derive(Clone, Copy)]
enum Place {
    External,
    Http,
    Https,
    Grpc,
    GrpcOverHttp,
    GrpcOverHttps,
    Procedure,
    Cache,
    CacheDatabase,
    Other,
}

impl Operation {
    /// A query. `system` is OpenTelemetry's `db.system.name` (`postgresql`, `sqlite`), `target` the pool's or
    /// database's name; literals in `sql`, which is read by the rules of the system where it is known, are replaced before
    /// anything is kept.
    pub fn database(system: &'static str, target: &str, sql: &str) -> Arc<Self> {
        let make = || {
            let (statement, given) = sql::parse(Dialect::of(system), sql);
            let operation = Self::new(CallKind::Database, target, "");
            let (summary, hash) = (statement.summary().into(), statement.hash());
            Arc::new(Operation { system, summary, statement: Some(statement), hash, given, ..operation })
        };
        cached(&QUERIES, |queries| queries.get_or_insert_with(system, target, sql, make), make)
    }

    /// A call to another service: `target` is its host (and port), `summary` what is asked (`GET`, `GetItem`). One by
    /// HTTP, whose URL is known, is [`http`](Self::http).
    pub fn external(target: &str, summary: &str) -> Arc<Self> {
        Self::simple(Place::External, CallKind::External, target, summary)
    }

    /// A call by HTTP: `target` is the host, and the port unless it is the scheme's own, `method` OpenTelemetry's
    /// `http.request.method` (`GET`, `_OTHER`), which is the summary.
    pub fn http(scheme: Scheme, target: &str, method: &str) -> Arc<Self> {
        let place = match scheme {
            Scheme::Http => Place::Http,
            Scheme::Https => Place::Https,
        };
        Self::shared(place, target, method, || Operation {
            scheme: Some(scheme),
            ..Self::new(CallKind::External, target, method)
        })
    }

    /// A call of gRPC: `target` is the host (and port), `path` the service and its method, `greet.Greeter/Greet`, which
    /// is the summary. Where no host is known, the target is the service.
    pub fn grpc(scheme: Option<Scheme>, target: &str, path: &str) -> Arc<Self> {
        let place = match scheme {
            None => Place::Grpc,
            Some(Scheme::Http) => Place::GrpcOverHttp,
            Some(Scheme::Https) => Place::GrpcOverHttps,
        };
        Self::shared(place, target, path, || Operation {
            system: GRPC,
            scheme,
            method: Some(bounded(path.rsplit('/').next().unwrap_or_default())),
            ..Self::new(CallKind::External, target, path)
        })
    }

    /// A call of a remote procedure. `system` is OpenTelemetry's `rpc.system` (`aws-api`), `target` the service
    /// (`DynamoDB`), `method` what it is asked to do (`GetItem`) and `subject`, where it is known and one of few, what
    /// with: a table, a queue. The summary is both, `GetItem experiments`, so that calls are told apart by it.
    pub fn rpc(system: &'static str, target: &str, method: &str, subject: Option<&str>) -> Arc<Self> {
        let joined = subject.map(|subject| [method, " ", subject].concat());
        let summary = joined.as_deref().unwrap_or(method);
        Self::shared(Place::Procedure, target, summary, || Operation {
            system,
            method: Some(bounded(method)),
            ..Self::new(CallKind::External, target, summary)
        })
    }

    /// A call to a cache: `target` is its name, `summary` the command.
    pub fn cache(target: &str, summary: &str) -> Arc<Self> {
        Self::simple(Place::Cache, CallKind::Cache, target, summary)
    }

    /// A command of a cache that is a database, too: `system` is OpenTelemetry's `db.system.name`, `redis`.
    pub fn cache_of(system: &'static str, target: &str, summary: &str) -> Arc<Self> {
        let make = || Operation { system, ..Self::new(CallKind::Cache, target, summary) };
        let operation = Self::shared(Place::CacheDatabase, target, summary, make);
        // There is one system in most services, so that it is not asked for by it.
        if operation.system == system { operation } else { Arc::new(make()) }
    }

    /// Anything else worth timing.
    pub fn other(target: &str, summary: &str) -> Arc<Self> {
        Self::simple(Place::Other, CallKind::Other, target, summary)
    }

    fn simple(place: Place, kind: CallKind, target: &str, summary: &str) -> Arc<Self> {
        Self::shared(place, target, summary, || Self::new(kind, target, summary))
    }

    /// The one of this thread, made where it has none.
    fn shared(place: Place, target: &str, summary: &str, make: impl Fn() -> Self) -> Arc<Self> {
        let make = || Arc::new(make());
        cached(&OTHERS, |caches| caches[place as usize].get_or_insert_with("", target, summary, make), make)
    }

    fn new(kind: CallKind, target: &str, summary: &str) -> Self {
        let (target, summary) = (bounded(target), bounded(summary));
        let hash = fnv_1a(target.as_bytes()).rotate_left(32) ^ fnv_1a(summary.as_bytes());
        let given = Given { literals: 0, placeholders: true };
        Operation { kind, system: "", scheme: None, target, summary, method: None, statement: None, hash, given }
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

    /// The name of a remote procedure: `GetItem`, `Greet`.
    pub fn method(&self) -> Option<&str> {
        self.method.as_deref()
    }

    /// The service that a remote procedure is of: `DynamoDB`, `greet.Greeter`.
    pub fn service(&self) -> Option<&str> {
        self.method()?;
        if self.is_grpc() { self.summary.rsplit_once('/').map(|(service, _)| service) } else { Some(&self.target) }
    }

    /// Whether it is a call of gRPC.
    pub fn is_grpc(&self) -> bool {
        self.system == GRPC
    }

    /// How the URL begins, where it is known.
    pub fn scheme(&self) -> Option<Scheme> {
        self.scheme
    }

    /// The host of a call to another service, as far as the target is one; an IPv6 address is without its brackets.
    pub fn host(&self) -> Option<&str> {
        self.server().0
    }

    /// The port of a call to another service: the one that the target names, else the scheme's own.
    pub fn port(&self) -> Option<u16> {
        self.server().1
    }

    fn server(&self) -> (Option<&str>, Option<u16>) {
        let is_host = if self.is_grpc() { self.service() != Some(&self.target) } else { self.method.is_none() };
        if self.kind != CallKind::External || self.target.is_empty() || !is_host {
            return (None, None);
        }
        let (host, port) = host_and_port(&self.target, self.scheme);
        (Some(host), port)
    }

    /// The parameterised statement of a query.
    pub fn statement(&self) -> Option<&Statement> {
        self.statement.as_ref()
    }

    /// Whether it asks a database for something: BEGIN, COMMIT and their like do not.
    pub fn is_query(&self) -> bool {
        self.statement.is_some() && !self.is_transaction_control()
    }

    /// Whether it is a query that selects, `WITH` something or without, and writes nothing.
    pub(crate) fn is_read(&self) -> bool {
        let text = self.statement.as_ref().map(Statement::text).unwrap_or_default();
        let words = || text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let is = |word: &str, words: &[&str]| words.iter().any(|other| word.eq_ignore_ascii_case(other));
        match words().find(|word| !word.is_empty()) {
            Some(first) if is(first, &["SELECT"]) => true,
            Some(first) if is(first, &["WITH"]) => {
                !words().any(|word| is(word, &["INSERT", "UPDATE", "DELETE", "MERGE"]))
            }
            _ => false,
        }
    }

    /// BEGIN, COMMIT and their like: their time counts, but they are no queries.
    pub fn is_transaction_control(&self) -> bool {
        self.statement.as_ref().is_some_and(Statement::is_transaction_control)
    }

    /// The same in calls that ask the same, and hardly ever elsewhere.
    pub fn hash(&self) -> u64 {
        self.hash
    }

    /// What stands in the text of a statement beside its placeholders.
    pub(crate) fn literals(&self) -> u64 {
        self.given.literals
    }

    /// What it was asked with, where all of it stands in its text.
    pub(crate) fn parameters_in_text(&self) -> Option<Parameters> {
        (!self.given.placeholders).then(|| Parameters::of(self.given.literals, |_| ()))
    }

    /// Whether two calls asked the same. Threads keep operations of their own, so the address does not decide it.
    pub(crate) fn is_same(self: &Arc<Self>, other: &Arc<Self>) -> bool {
        Arc::ptr_eq(self, other) || self == other
    }
}

/// OpenTelemetry's `rpc.system` of gRPC.
const GRPC: &str = "grpc";

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
    fn a_query_is_read_by_the_rules_of_its_system_whoever_asked_before() {
        let sql = "SELECT \"id\" FROM t # 1\nWHERE a = 2";
        for _ in 0..2 {
            for (system, text) in [
                ("postgresql", "SELECT \"id\" FROM t # ? WHERE a = ?"),
                ("sqlite", "SELECT ? FROM t # ? WHERE a = ?"),
                ("mysql", "SELECT ? FROM t WHERE a = ?"),
                ("mariadb", "SELECT ? FROM t WHERE a = ?"),
                ("", "SELECT ? FROM t WHERE a = ?"),
            ] {
                let operation = Operation::database(system, "main", sql);
                assert_eq!((operation.system(), operation.statement().unwrap().text()), (system, text));
            }
        }
    }

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

    #[test]
    fn a_call_by_http_knows_its_port_where_the_target_names_none() {
        let get = |scheme, target| Operation::http(scheme, target, "GET");
        let (plain, secure) = (get(Scheme::Http, "partner.example"), get(Scheme::Https, "partner.example"));
        assert_eq!((plain.target(), plain.summary(), plain.system()), ("partner.example", "GET", ""));
        assert_eq!((plain.host(), plain.port(), secure.port()), (Some("partner.example"), Some(80), Some(443)));
        assert!(!plain.is_same(&secure));
        assert!(secure.is_same(&get(Scheme::Https, "partner.example")), "not the one of http, which came first");
        let named = get(Scheme::Https, "[::1]:8443");
        assert_eq!((named.scheme(), named.host(), named.port()), (Some(Scheme::Https), Some("::1"), Some(8443)));
    }

    #[test]
    fn what_has_no_url_claims_no_port() {
        let server = |operation: Arc<Operation>| (operation.host().map(str::to_owned), operation.port());
        assert_eq!(server(Operation::external("partner", "GET")), (Some("partner".to_owned()), None));
        assert_eq!(server(Operation::external("partner:80", "GET")), (Some("partner".to_owned()), Some(80)));
        assert_eq!(server(Operation::http(Scheme::Http, "", "GET")), (None, None));
        assert_eq!(server(Operation::rpc("aws-api", "DynamoDB", "GetItem", None)), (None, None));
        assert_eq!(server(Operation::cache("flags:1", "GET")), (None, None));
        assert_eq!(server(Operation::database("sqlite", "main:1", "SELECT 1")), (None, None));
    }

    #[test]
    fn a_call_of_grpc_is_known_by_its_service_and_method() {
        let greet = |scheme, target| Operation::grpc(scheme, target, "greet.Greeter/Greet");
        let call = greet(None, "greeter:50051");
        assert_eq!((call.target(), call.summary(), call.system()), ("greeter:50051", "greet.Greeter/Greet", "grpc"));
        assert_eq!((call.service(), call.method()), (Some("greet.Greeter"), Some("Greet")));
        assert_eq!((call.host(), call.port()), (Some("greeter"), Some(50051)));
        assert_eq!(greet(Some(Scheme::Https), "greeter").port(), Some(443));
        assert_eq!(greet(None, "greeter").port(), None);
        assert_eq!(greet(None, "greet.Greeter").host(), None, "the service is no host");
        let bare = Operation::grpc(None, "greeter", "Greet");
        assert_eq!((bare.service(), bare.method()), (None, Some("Greet")));
    }
}
