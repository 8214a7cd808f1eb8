//! What can be chosen above a dashboard.

use serde_json::{Value, json};

/// The name of the variable that says where numbers come from.
pub(crate) const DATASOURCE: &str = "datasource";

/// The data source that is chosen.
pub(crate) fn datasource(kind: &str) -> Value {
    json!({ "type": kind, "uid": format!("${{{DATASOURCE}}}") })
}

/// Which data source of this kind.
pub(crate) fn source(kind: &str) -> Value {
    json!({
        "hide": 0,
        "includeAll": false,
        "label": "Data source",
        "multi": false,
        "name": DATASOURCE,
        "options": [],
        "query": kind,
        "refresh": 1,
        "regex": "",
        "skipUrlSync": false,
        "type": "datasource",
    })
}

/// What a data source has been asked for, to choose one of.
pub(crate) fn of_query(name: &str, label: &str, source: &Value, query: Value, regex: &str) -> Value {
    json!({
        "datasource": source,
        "hide": 0,
        "includeAll": false,
        "label": label,
        "multi": false,
        "name": name,
        "options": [],
        "query": query,
        "refresh": 2,
        "regex": regex,
        "skipUrlSync": false,
        "sort": 1,
        "type": "query",
    })
}

/// Any number of them, or all, whatever they are: also what has none.
pub(crate) fn or_all(mut variable: Value) -> Value {
    variable["includeAll"] = true.into();
    variable["multi"] = true.into();
    variable["allValue"] = ".*".into();
    variable["current"] = json!({ "selected": true, "text": ["All"], "value": ["$__all"] });
    variable
}

/// With this one chosen until somebody chooses another.
pub(crate) fn at_first(mut variable: Value, chosen: &str) -> Value {
    variable["current"] = json!({ "selected": true, "text": chosen, "value": chosen });
    variable
}

/// Some of these: the first `chosen` until somebody chooses others.
pub(crate) fn some_of(name: &str, label: &str, all: &[&str], chosen: usize) -> Value {
    let options: Vec<Value> = all
        .iter()
        .enumerate()
        .map(|(place, value)| json!({ "selected": place < chosen, "text": value, "value": value }))
        .collect();
    json!({
        "current": { "selected": true, "text": &all[..chosen], "value": &all[..chosen] },
        "hide": 0,
        "includeAll": false,
        "label": label,
        "multi": true,
        "name": name,
        "options": options,
        "query": all.join(","),
        "skipUrlSync": false,
        "type": "custom",
    })
}

/// One of these, each as it is shown and as it is asked for.
pub(crate) fn one_of(name: &str, label: &str, all: &[(String, String)], chosen: usize) -> Value {
    let option = |place: usize| json!({ "selected": place == chosen, "text": all[place].0, "value": all[place].1 });
    let query: Vec<String> = all.iter().map(|(text, value)| format!("{text} : {value}")).collect();
    json!({
        "current": option(chosen),
        "hide": 0,
        "includeAll": false,
        "label": label,
        "multi": false,
        "name": name,
        "options": (0..all.len()).map(option).collect::<Vec<_>>(),
        "query": query.join(","),
        "skipUrlSync": false,
        "type": "custom",
    })
}

/// Whatever somebody writes there.
pub(crate) fn written(name: &str, label: &str, at_first: &str) -> Value {
    let option = json!({ "selected": true, "text": at_first, "value": at_first });
    json!({
        "current": option,
        "hide": 0,
        "label": label,
        "name": name,
        "options": [option],
        "query": at_first,
        "skipUrlSync": false,
        "type": "textbox",
    })
}
