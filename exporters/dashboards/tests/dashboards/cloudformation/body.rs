//! What CloudWatch takes as the body of a dashboard.

use std::collections::BTreeSet;

use serde_json::Value;

type Checked = Result<(), String>;

/// The widgets of a body. Panics where any rule is broken.
#[track_caller]
pub(crate) fn widgets(body: &str) -> Vec<Value> {
    let body: Value = serde_json::from_str(body).unwrap();
    if let Err(problem) = check(&body) {
        panic!("{problem}");
    }
    body["widgets"].as_array().unwrap().clone()
}

fn check(body: &Value) -> Checked {
    has_only(body, &["widgets"], &["start", "end", "periodOverride"])?;
    let start = body.get("start").and_then(Value::as_str).unwrap_or("-PT3H");
    must(start.starts_with("-PT") || start.starts_with("-P"), || format!("start is {start}"))?;
    let widgets = body["widgets"].as_array().ok_or("widgets is no list")?;
    must((1..=500).contains(&widgets.len()), || format!("{} widgets", widgets.len()))?;
    let mut taken = BTreeSet::new();
    for each in widgets {
        widget(each, &mut taken).map_err(|problem| format!("{problem} in {each}"))?;
    }
    Ok(())
}

fn widget(widget: &Value, taken: &mut BTreeSet<(u64, u64)>) -> Checked {
    has_only(widget, &["type", "x", "y", "width", "height", "properties"], &[])?;
    let number = |name: &str| widget[name].as_u64().ok_or(format!("{name} is {}", widget[name]));
    let (x, y, width, height) = (number("x")?, number("y")?, number("width")?, number("height")?);
    must((1..=24).contains(&width) && x + width <= 24, || format!("columns {x} to {}", x + width))?;
    must((1..=1000).contains(&height), || format!("height {height}"))?;
    for column in x..x + width {
        for row in y..y + height {
            must(taken.insert((column, row)), || format!("column {column}, row {row} is taken"))?;
        }
    }
    let properties = &widget["properties"];
    match widget["type"].as_str() {
        Some("text") => text(properties),
        Some("log") => log(properties),
        Some("metric") => metric(properties),
        _ => Err(format!("type {}", widget["type"])),
    }
}

fn text(properties: &Value) -> Checked {
    has_only(properties, &["markdown"], &["background"])?;
    must(properties["markdown"].as_str().is_some_and(|text| !text.is_empty()), || "no text".into())
}

fn log(properties: &Value) -> Checked {
    has_only(properties, &["query", "region", "view"], &["title", "stacked"])?;
    region(properties)?;
    let query = properties["query"].as_str().ok_or("query is no text")?;
    let rest = query.strip_prefix("SOURCE '").ok_or("the query names no source")?;
    let (group, question) = rest.split_once("' | ").ok_or("the source does not end")?;
    let is_group = (1..=512).contains(&group.len())
        && group.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_/.#-".contains(&byte));
    must(is_group, || format!("{group} is no group"))?;
    let commands = [
        "display", "fields", "filter", "stats", "sort", "limit", "parse", "dedup", "pattern", "diff", "unmask",
        "unnest",
    ];
    for command in question.split('|') {
        let first = command.split_whitespace().next().unwrap_or_default();
        must(commands.contains(&first), || format!("{first:?} is no command"))?;
    }
    let view = properties["view"].as_str().unwrap_or_default();
    must(["table", "timeSeries", "bar", "pie"].contains(&view), || format!("view {view}"))?;
    let over_time = question.contains("by bin(");
    must((view == "timeSeries") == over_time, || format!("{view} of {question}"))?;
    boolean(properties, "stacked")
}

fn metric(properties: &Value) -> Checked {
    let possible = [
        "title",
        "period",
        "stat",
        "stacked",
        "yAxis",
        "annotations",
        "view",
        "legend",
        "liveData",
        "setPeriodToTimeRange",
    ];
    has_only(properties, &["metrics", "region"], &possible)?;
    region(properties)?;
    boolean(properties, "stacked")?;
    let view = properties.get("view").map_or(Some("timeSeries"), Value::as_str).unwrap_or_default();
    must(["timeSeries", "singleValue", "gauge", "bar", "pie"].contains(&view), || format!("view {view}"))?;
    period(properties)?;
    let title = properties.get("title").map_or(Some("none"), Value::as_str);
    must(title.is_some_and(|title| !title.is_empty()), || "an empty title".into())?;
    let lines = properties["metrics"].as_array().ok_or("metrics is no list")?;
    must((1..=500).contains(&lines.len()), || format!("{} metrics", lines.len()))?;
    let mut ids = BTreeSet::new();
    let mut expressions = Vec::new();
    for each in lines {
        line(each, &mut ids, &mut expressions).map_err(|problem| format!("{problem} in {each}"))?;
    }
    for expression in expressions {
        let unknown = names(expression).find(|name| !ids.contains(*name));
        must(unknown.is_none(), || format!("{expression} knows no {unknown:?}"))?;
    }
    let is_shown =
        |line: &Value| line.as_array().unwrap().last().and_then(|end| end.get("visible")) != Some(&false.into());
    must(lines.iter().any(is_shown), || "nothing is shown".into())?;
    if let Some(axes) = properties.get("yAxis") {
        axis(axes)?;
    }
    match properties.get("annotations") {
        Some(annotations) => annotation(annotations),
        None => Ok(()),
    }
}

/// What an expression refers to: words of small letters outside of quotes, with which ids begin.
fn names(expression: &str) -> impl Iterator<Item = &str> {
    let outside = expression.split('\'').step_by(2);
    let words =
        outside.flat_map(|part| part.split(|character: char| !character.is_ascii_alphanumeric() && character != '_'));
    words.filter(|word| word.starts_with(|first: char| first.is_ascii_lowercase()))
}

fn line<'v>(line: &'v Value, ids: &mut BTreeSet<&'v str>, expressions: &mut Vec<&'v str>) -> Checked {
    let parts = line.as_array().ok_or("it is no list")?;
    let (options, texts) = match parts.split_last() {
        Some((Value::Object(_), texts)) => (parts.last(), texts),
        _ => (None, parts.as_slice()),
    };
    if let Some(options) = options {
        let possible = ["color", "expression", "id", "label", "period", "region", "stat", "visible", "yAxis"];
        has_only(options, &[], &possible)?;
        boolean(options, "visible")?;
        period(options)?;
        let stat = options.get("stat").map_or(Some("Average"), Value::as_str).unwrap_or_default();
        must(is_stat(stat), || format!("{stat} is no statistic"))?;
        let label = options.get("label").map_or(Some("none"), Value::as_str);
        must(label.is_some_and(|label| !label.is_empty()), || "an empty label".into())?;
        if let Some(id) = options.get("id").and_then(Value::as_str) {
            let is_id = id.starts_with(|first: char| first.is_ascii_lowercase())
                && id.chars().all(|character| character.is_ascii_alphanumeric() || character == '_');
            must(is_id && ids.insert(id), || format!("{id} is no id, or another's"))?;
        }
    }
    match options.and_then(|options| options.get("expression")) {
        Some(expression) => {
            must(texts.is_empty(), || "an expression and a metric".into())?;
            let text = expression.as_str().ok_or("the expression is no text")?;
            must(text.matches('(').count() == text.matches(')').count(), || format!("{text} does not close"))?;
            must(text.len() <= 1024, || format!("{text} is too long"))?;
            expressions.push(text);
            Ok(())
        }
        None => {
            must(texts.len() >= 2 && texts.len() % 2 == 0, || format!("{} texts", texts.len()))?;
            must(texts.len() <= 2 + 60, || "more than 30 dimensions".into())?;
            let is_text = |text: &Value| text.as_str().is_some_and(|text| !text.is_empty() && text.is_ascii());
            must(texts.iter().all(is_text), || "what is no text".into())
        }
    }
}

pub(crate) fn is_stat(stat: &str) -> bool {
    let percent = stat.strip_prefix('p').and_then(|percent| percent.parse::<f64>().ok());
    ["Average", "Maximum", "Minimum", "SampleCount", "Sum"].contains(&stat)
        || percent.is_some_and(|percent| (0.0..=100.0).contains(&percent))
}

fn axis(axes: &Value) -> Checked {
    has_only(axes, &[], &["left", "right"])?;
    for axis in axes.as_object().unwrap().values() {
        has_only(axis, &[], &["label", "min", "max", "showUnits"])?;
        boolean(axis, "showUnits")?;
        let [least, most] = ["min", "max"].map(|name| axis.get(name).map(|value| value.as_f64()));
        must(least != Some(None) && most != Some(None), || format!("{axis}"))?;
    }
    Ok(())
}

fn annotation(annotations: &Value) -> Checked {
    has_only(annotations, &[], &["horizontal", "vertical"])?;
    for line in annotations["horizontal"].as_array().ok_or("no list of annotations")? {
        has_only(line, &["value"], &["label", "color", "fill", "visible", "yAxis"])?;
        must(line["value"].is_number(), || format!("{line}"))?;
        let fill = line.get("fill").map_or(Some("none"), Value::as_str).unwrap_or_default();
        must(["none", "above", "below"].contains(&fill), || format!("fill {fill}"))?;
        let color = line.get("color").and_then(Value::as_str).unwrap_or("#000000");
        let is_color = color.len() == 7 && color.starts_with('#') && u32::from_str_radix(&color[1..], 16).is_ok();
        must(is_color, || format!("color {color}"))?;
    }
    Ok(())
}

fn period(properties: &Value) -> Checked {
    let Some(period) = properties.get("period") else { return Ok(()) };
    let is_period =
        period.as_u64().is_some_and(|period| [1, 5, 10, 30].contains(&period) || (period > 0 && period % 60 == 0));
    must(is_period, || format!("period {period}"))
}

fn region(properties: &Value) -> Checked {
    let region = properties["region"].as_str().unwrap_or_default();
    must(region.split('-').count() >= 3 && region.is_ascii(), || format!("region {region}"))
}

fn boolean(value: &Value, name: &str) -> Checked {
    must(value.get(name).is_none_or(Value::is_boolean), || format!("{name} is {}", value[name]))
}

fn has_only(value: &Value, needed: &[&str], possible: &[&str]) -> Checked {
    let members = value.as_object().ok_or_else(|| format!("{value} is no object"))?;
    must(needed.iter().all(|name| members.contains_key(*name)), || format!("not all of {needed:?}"))?;
    let unknown = members.keys().find(|name| ![needed, possible].concat().contains(&name.as_str()));
    must(unknown.is_none(), || format!("{unknown:?} is unknown"))
}

fn must(holds: bool, what: impl FnOnce() -> String) -> Checked {
    if holds { Ok(()) } else { Err(what()) }
}

#[test]
fn what_breaks_a_rule_is_found() {
    use serde_json::json;
    let metric = |properties: Value| {
        let mut all = json!({"metrics": [["A", "b"]], "region": "eu-west-1"});
        all.as_object_mut().unwrap().extend(properties.as_object().unwrap().clone());
        json!({"type": "metric", "x": 0, "y": 0, "width": 6, "height": 6, "properties": all})
    };
    let of = |widgets: Value| check(&json!({"widgets": widgets}));
    assert_eq!(of(json!([metric(json!({}))])), Ok(()));
    let broken = [
        json!({"metrics": []}),
        json!({"metrics": [["A"]]}),
        json!({"metrics": [["A", "b", "c"]]}),
        json!({"metrics": [["A", "b", {"stat": "p101"}]]}),
        json!({"metrics": [["A", "b", {"visible": false}]]}),
        json!({"metrics": [["A", "b", {"id": "A"}]]}),
        json!({"metrics": [[{"expression": "a / b"}]]}),
        json!({"metrics": [["A", "b", {"unit": "ms"}]]}),
        json!({"period": 45}),
        json!({"view": "lines"}),
        json!({"region": "${AWS::Region}"}),
        json!({"annotations": {"horizontal": [{"label": "a"}]}}),
        json!({"annotations": {"horizontal": [{"value": 1, "fill": "over"}]}}),
        json!({"yAxis": {"left": {"unit": "ms"}}}),
        json!({"colour": "red"}),
    ];
    for properties in broken {
        assert!(of(json!([metric(properties.clone())])).is_err(), "{properties}");
    }
    let mut beside = metric(json!({}));
    assert!(of(json!([beside.clone(), beside.clone()])).is_err(), "one lies over the other");
    beside["x"] = 6.into();
    assert_eq!(of(json!([metric(json!({})), beside.clone()])), Ok(()));
    beside["x"] = 20.into();
    assert!(of(json!([beside])).is_err(), "there are 24 columns");
    let log = |query: &str, view: &str| {
        let properties = json!({"query": query, "view": view, "region": "eu-west-1"});
        of(json!([{"type": "log", "x": 0, "y": 0, "width": 6, "height": 6, "properties": properties}]))
    };
    assert_eq!(log("SOURCE '/a' | filter a = 1 | stats count(*) by bin(5m)", "timeSeries"), Ok(()));
    for (query, view) in [
        ("filter a = 1", "table"),
        ("SOURCE '/a b' | filter a = 1", "table"),
        ("SOURCE '/a' | # words", "table"),
        ("SOURCE '/a' | filter a = 1", "timeSeries"),
        ("SOURCE '/a' | filter a = 1", "lines"),
    ] {
        assert!(log(query, view).is_err(), "{query}");
    }
}
