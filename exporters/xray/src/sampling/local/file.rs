//! The file of local rules.

use serde_json::{Map, Value};

use super::super::criteria::Criteria;
use super::super::pattern::Pattern;
use super::{LocalRules, Share};

type Object = Map<String, Value>;

pub(super) fn parse(json: &[u8]) -> Result<LocalRules, String> {
    let file: Value = serde_json::from_slice(json).map_err(|error| format!("are no JSON: {error}"))?;
    let file = file.as_object().ok_or("are no JSON object")?;
    let host = match file.get("version").map(|version| version.as_u64()) {
        Some(Some(2)) => "host",
        Some(Some(1)) => "service_name",
        _ => return Err("are of no version that is known: say \"version\": 2".into()),
    };
    let default = match file.get("default") {
        Some(Value::Object(default)) => default,
        _ => return Err("have no default: say \"default\": {\"fixed_target\": 1, \"rate\": 0.05}".into()),
    };
    if let Some(name) = [host, "http_method", "url_path"].into_iter().find(|name| default.contains_key(*name)) {
        return Err(format!("have a {name} in their default, which is for every request: leave it out"));
    }
    let default = share(default).map_err(|wrong| format!("have a default with {wrong}"))?;
    let rules = match file.get("rules") {
        None | Some(Value::Null) => &[][..],
        Some(Value::Array(rules)) => rules,
        Some(_) => return Err("have rules that are no list".into()),
    };
    let numbered = rules.iter().enumerate().map(|(index, rule_)| {
        rule(rule_, host).map_err(|wrong| format!("have a rule (number {}) with {wrong}", index + 1))
    });
    Ok(LocalRules { rules: numbered.collect::<Result<_, _>>()?, default })
}

fn rule(rule: &Value, host: &str) -> Result<(Criteria, Share), String> {
    let rule = rule.as_object().ok_or("nothing in it: it is no object")?;
    let pattern = |name: &str| match rule.get(name).and_then(Value::as_str) {
        None | Some("") => Err(format!("no {name}: say \"{name}\": \"*\" for any")),
        Some(text) => Ok(Pattern::new(text)),
    };
    let criteria = Criteria {
        host: pattern(host)?,
        method: pattern("http_method")?,
        path: pattern("url_path")?,
        ..Criteria::any()
    };
    Ok((criteria, share(rule)?))
}

fn share(rule: &Object) -> Result<Share, String> {
    let each_second = rule.get("fixed_target").and_then(Value::as_u64);
    let rate = rule.get("rate").and_then(Value::as_f64).filter(|rate| (0.0..=1.0).contains(rate));
    Ok(Share {
        each_second: each_second.ok_or("no fixed_target: say how many requests a second, a whole number")?,
        rate: rate.ok_or("no rate: say which part of the rest, from 0 to 1")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_1_has_another_name_for_the_host() {
        let file = |version, host| {
            format!(
                r#"{{"version": {version}, "default": {{"fixed_target": 0, "rate": 0}}, "rules":
                [{{"{host}": "a", "http_method": "b", "url_path": "c", "fixed_target": 1, "rate": 1, "new": []}}]}}"#
            )
        };
        let first = parse(file(1, "service_name").as_bytes()).unwrap();
        assert_eq!(first, parse(file(2, "host").as_bytes()).unwrap());
        assert_eq!(first.rules[0].0.host, Pattern::new("a"));
        assert!(parse(file(1, "host").as_bytes()).is_err() && parse(file(2, "service_name").as_bytes()).is_err());
    }

    #[test]
    fn errors_name_what_is_wrong_and_the_remedy() {
        let with_rule =
            |rule: &str| format!(r#"{{"version":2,"default":{{"fixed_target":1,"rate":0}},"rules":[{rule}]}}"#);
        let rule = |share: &str| with_rule(&format!(r#"{{"host":"*","http_method":"*","url_path":"*",{share}}}"#));
        for (json, wrong) in [
            ("".to_owned(), "are no JSON: "),
            ("[]".to_owned(), "are no JSON object"),
            ("{}".to_owned(), "are of no version that is known: say \"version\": 2"),
            (r#"{"version":3}"#.to_owned(), "are of no version"),
            (r#"{"version":"2"}"#.to_owned(), "are of no version"),
            (r#"{"version":2}"#.to_owned(), "have no default: say"),
            (r#"{"version":2,"default":{}}"#.to_owned(), "have a default with no fixed_target: say"),
            (r#"{"version":2,"default":{"fixed_target":1}}"#.to_owned(), "have a default with no rate: say"),
            (r#"{"version":2,"default":{"fixed_target":1,"rate":5}}"#.to_owned(), "have a default with no rate"),
            (
                r#"{"version":2,"default":{"url_path":"*","fixed_target":1,"rate":0}}"#.to_owned(),
                "have a url_path in their",
            ),
            (
                r#"{"version":2,"default":{"fixed_target":1,"rate":0},"rules":{}}"#.to_owned(),
                "have rules that are no list",
            ),
            (with_rule("7"), "have a rule (number 1) with nothing in it"),
            (with_rule(r#"{"host":"*","http_method":"*"}"#), "have a rule (number 1) with no url_path: say"),
            (with_rule(r#"{"host":"","http_method":"*"}"#), "have a rule (number 1) with no host: say"),
            (rule(r#""fixed_target":-1,"rate":0"#), "have a rule (number 1) with no fixed_target"),
            (rule(r#""fixed_target":1.5,"rate":0"#), "have a rule (number 1) with no fixed_target"),
            (rule(r#""fixed_target":1,"rate":-0.1"#), "have a rule (number 1) with no rate"),
        ] {
            let error = LocalRules::from_json(json.as_bytes()).expect_err(&json).to_string();
            assert!(error.starts_with(&format!("the sampling rules {wrong}")), "{error}");
        }
    }

    #[test]
    fn errors_name_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rules.json");
        let missing = LocalRules::read(&path).unwrap_err().to_string();
        assert!(missing.starts_with(&format!("cannot read the sampling rules in {}: ", path.display())), "{missing}");
        std::fs::write(&path, "{}").unwrap();
        let wrong = LocalRules::read(&path).unwrap_err().to_string();
        assert!(wrong.starts_with(&format!("the sampling rules in {} are of no version", path.display())), "{wrong}");
        std::fs::write(&path, r#"{"version":2,"default":{"fixed_target":1,"rate":0.05}}"#).unwrap();
        assert_eq!(LocalRules::read(&path).unwrap(), LocalRules::default());
    }
}
