//! The query that a subsegment made, and its namespace.

use serde_json::Value;

use crate::check::{Check, LONG_TEXT, Members, TEXT};

const SQL: Members = &[
    ("connection_string", LONG_TEXT),
    ("url", LONG_TEXT),
    ("sanitized_query", LONG_TEXT),
    ("database_type", LONG_TEXT),
    ("database_version", LONG_TEXT),
    ("driver_version", LONG_TEXT),
    ("user", TEXT),
    ("preparation", LONG_TEXT),
];

pub(super) fn check(check: &mut Check, json: &Value) {
    let namespace = &json["namespace"];
    let is_one = namespace.is_null() || namespace == "aws" || namespace == "remote";
    check.require(is_one, format_args!("namespace is {namespace}, neither aws nor remote"));
    let sql = &json["sql"];
    if check.members("sql", sql, SQL).is_none() {
        return;
    }
    check.require(namespace == "remote", "sql without namespace remote: it would not be on the map");
    let preparation = &sql["preparation"];
    let is_one = preparation.is_null() || preparation == "call" || preparation == "statement";
    check.require(is_one, format_args!("sql.preparation is {preparation}, neither call nor statement"));
}
