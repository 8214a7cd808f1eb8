//! The names of the conventions, and the types of their values.

use serde_json::Value;

use crate::check::Check;

/// Namespaces in which every name is one of the conventions.
const NAMESPACES: [&str; 13] = [
    "client.",
    "code.",
    "db.",
    "error.",
    "http.",
    "network.",
    "os.",
    "process.",
    "server.",
    "service.",
    "telemetry.",
    "url.",
    "user_agent.",
];

const TEXTS: [&str; 54] = [
    "client.address",
    "code.file.path",
    "code.function.name",
    "code.stacktrace",
    "cpu.mode",
    "db.client.connection.pool.name",
    "db.client.connection.state",
    "db.collection.name",
    "db.namespace",
    "db.operation.name",
    "db.query.summary",
    "db.query.text",
    "db.response.status_code",
    "db.stored_procedure.name",
    "db.system.name",
    "error.message",
    "error.type",
    "exception.message",
    "exception.stacktrace",
    "exception.type",
    "http.connection.state",
    "http.request.method",
    "http.request.method_original",
    "http.route",
    "network.local.address",
    "network.peer.address",
    "network.protocol.name",
    "network.protocol.version",
    "network.transport",
    "network.type",
    "os.type",
    "process.cpu.state",
    "process.executable.name",
    "process.runtime.description",
    "process.runtime.name",
    "process.runtime.version",
    "server.address",
    "service.instance.id",
    "service.name",
    "service.namespace",
    "service.version",
    "telemetry.distro.name",
    "telemetry.distro.version",
    "telemetry.sdk.language",
    "telemetry.sdk.name",
    "telemetry.sdk.version",
    "url.fragment",
    "url.full",
    "url.path",
    "url.query",
    "url.scheme",
    "url.template",
    "user_agent.name",
    "user_agent.original",
];

const WHOLE_NUMBERS: [&str; 16] = [
    "client.port",
    "code.column.number",
    "code.line.number",
    "db.operation.batch.size",
    "db.response.returned_rows",
    "http.request.body.size",
    "http.request.resend_count",
    "http.request.size",
    "http.response.body.size",
    "http.response.size",
    "http.response.status_code",
    "network.local.port",
    "network.peer.port",
    "process.parent_pid",
    "process.pid",
    "server.port",
];

/// Names whose ends are anybody's.
const FAMILIES: [&str; 3] = ["db.query.parameter.", "http.request.header.", "http.response.header."];

/// Names that the conventions had before they were stable.
const OUTDATED: [&str; 34] = [
    "code.column",
    "code.filepath",
    "code.function",
    "code.lineno",
    "code.namespace",
    "db.connection_string",
    "db.name",
    "db.operation",
    "db.redis.database_index",
    "db.sql.table",
    "db.statement",
    "db.system",
    "db.user",
    "deployment.environment",
    "http.client_ip",
    "http.flavor",
    "http.host",
    "http.method",
    "http.request_content_length",
    "http.response_content_length",
    "http.scheme",
    "http.server_name",
    "http.status_code",
    "http.target",
    "http.url",
    "http.user_agent",
    "net.host.name",
    "net.host.port",
    "net.peer.ip",
    "net.peer.name",
    "net.peer.port",
    "net.protocol.name",
    "net.protocol.version",
    "net.transport",
];

/// Looks at one attribute of anything.
pub(crate) fn attribute(check: &mut Check, name: &str, value: &Value) {
    check.require(!OUTDATED.contains(&name), format_args!("{name} is a name of before the conventions were stable"));
    let is_text = TEXTS.contains(&name);
    let is_whole = WHOLE_NUMBERS.contains(&name);
    check.require(!is_text || value.is_string(), format_args!("{name} is no text: {value}"));
    check.require(!is_text || value != "", format_args!("{name} is empty, and so better left out"));
    check.require(!is_whole || value.is_i64(), format_args!("{name} is no whole number: {value}"));
    let is_reserved = NAMESPACES.iter().any(|namespace| name.starts_with(namespace));
    let is_known = is_text || is_whole || FAMILIES.iter().any(|family| name.starts_with(family));
    let is_outdated = OUTDATED.contains(&name);
    check.require(!is_reserved || is_known || is_outdated, format_args!("the conventions have no {name}"));
}
