//! What kind of question a call was, and what its operation alone says of it: of a span, and of whatever tells of many calls.

use tachograph_core::{CallKind, Operation, known_method};

use crate::attributes::Attributes;

/// What stands for a method that nobody knows.
const OTHER_METHOD: &str = "_OTHER";

/// The `rpc.system` of the AWS SDK.
pub(super) const AWS: &str = "aws-api";

/// What kind of question it was, which decides by which conventions it is shown.
#[derive(Clone, Copy)]
pub(super) enum Asked {
    Database,
    /// A command of a cache that is a database, too.
    CacheDatabase,
    /// By an HTTP method.
    Http,
    /// A method of gRPC, which is named as `service/method`.
    Grpc,
    Rpc,
    /// Something that the application has named.
    Named,
}

impl Asked {
    pub(super) fn of(operation: &Operation) -> Self {
        let summary = operation.summary();
        match operation.kind() {
            CallKind::Database => Asked::Database,
            CallKind::Cache if !operation.system().is_empty() => Asked::CacheDatabase,
            CallKind::External if operation.is_grpc() => Asked::Grpc,
            CallKind::External if operation.method().is_some() => Asked::Rpc,
            CallKind::External if known_method(summary).is_some() || summary == OTHER_METHOD => Asked::Http,
            _ => Asked::Named,
        }
    }

    /// The span's name, which is never empty.
    pub(super) fn name(self, operation: &Operation) -> [&str; 3] {
        let (system, target, summary) = (operation.system(), operation.target(), operation.summary());
        match self {
            Asked::Http if summary == OTHER_METHOD => ["HTTP", "", ""],
            Asked::Rpc => {
                let method = operation.method().unwrap_or(summary);
                if system == AWS { [target, ".", method] } else { [method, "", ""] }
            }
            Asked::Named if !summary.is_empty() && !target.is_empty() => [summary, " ", target],
            _ => {
                let known = [summary, system, target].into_iter().find(|name| !name.is_empty());
                [known.unwrap_or(operation.kind().as_str()), "", ""]
            }
        }
    }

    /// Who was asked, and what.
    pub(super) fn attributes(self, operation: &Operation, attributes: &mut Attributes<'_, '_>) {
        let (target, summary) = (operation.target(), operation.summary());
        match self {
            Asked::Database => {
                attributes.text_if_known("db.system.name", operation.system());
                attributes.text_if_known("db.namespace", target);
                attributes.text_if_known("db.query.summary", summary);
                attributes.text_if_any("db.query.text", operation.statement().map(|statement| statement.text()));
            }
            Asked::CacheDatabase => {
                attributes.word("db.system.name", operation.system());
                attributes.text_if_known("db.operation.name", summary);
                attributes.text_if_known("cache.name", target);
            }
            Asked::Http => {
                attributes.text("http.request.method", summary);
                server(operation, attributes);
            }
            // The conventions for remote procedures had other names before version 1.38, which is what most receivers still
            // know; either are there.
            Asked::Grpc => {
                attributes.word("rpc.system.name", operation.system());
                attributes.word("rpc.system", operation.system());
                attributes.text_if_any("rpc.service", operation.service());
                attributes.text("rpc.method", summary);
                server(operation, attributes);
            }
            Asked::Rpc => {
                attributes.word("rpc.system", operation.system());
                attributes.text_if_known("rpc.service", target);
                attributes.text_if_any("rpc.method", operation.method());
                if operation.system() == AWS && target == "DynamoDB" {
                    attributes.word("db.system.name", "aws.dynamodb");
                    attributes.text_if_any("db.operation.name", operation.method());
                }
            }
            Asked::Named if operation.kind() == CallKind::Cache => attributes.text_if_known("cache.name", target),
            Asked::Named => attributes.text_if_known("tachograph.target", target),
        }
    }
}

/// Host and port, as far as they are known.
fn server(operation: &Operation, attributes: &mut Attributes<'_, '_>) {
    attributes.text_if_any("server.address", operation.host());
    if let Some(port) = operation.port() {
        attributes.integer("server.port", port);
    }
}
