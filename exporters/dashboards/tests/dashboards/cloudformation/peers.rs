//! What judges templates, and what takes their resources, finds nothing wrong: cfn-lint, and moto in the place of AWS.
//! `PEER_PYTHON` is a Python that has both and AWS' own SDK, `PEER_MOTO_URL` where moto answers.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tachograph_dashboards::{Settings, cloudwatch_alarms, cloudwatch_dashboards};

use super::stack::{ACCOUNT, Stack};
use super::{changed, many, named};

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: start tests/peers/run"))
}

/// What a program of Python writes that reads this.
fn python(arguments: &[&str], input: &str) -> String {
    let mut command = Command::new(variable("PEER_PYTHON"));
    let mut program = command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    program.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = program.wait_with_output().unwrap();
    let written = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{arguments:?}: {written}");
    written
}

/// The program `cfn-lint`.
const LINT: &str = "from cfnlint.runner import main; main()";

#[test]
fn cfn_lint_finds_nothing() {
    let folder = concat!(env!("CARGO_TARGET_TMPDIR"), "/templates");
    std::fs::create_dir_all(folder).unwrap();
    let mut arguments = vec!["-c".to_owned(), LINT.to_owned()];
    for (what, settings) in many() {
        let templates = [("dashboards", cloudwatch_dashboards(&settings)), ("alarms", cloudwatch_alarms(&settings))];
        for (kind, template) in templates {
            let file = format!("{folder}/{kind} - {what}.json");
            std::fs::write(&file, template.unwrap()).unwrap();
            arguments.push(file);
        }
    }
    // Its hints, too.
    arguments.extend(["--include-checks".to_owned(), "I".to_owned()]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    assert_eq!(python(&arguments, ""), "");

    let broken = format!("{folder}/broken.json");
    std::fs::write(&broken, "{}").unwrap();
    let found = python(&["-c", LINT, &broken, "--non-zero-exit-code", "none"], "");
    assert!(found.contains("'Resources'"), "{found}");
}

/// Those of the dashboards and those of the alarms.
type Parameters<'a> = [&'a [(&'a str, &'a str)]; 2];

/// Creates what these templates have, and returns it with what is there then.
fn created(templates: [String; 2], parameters: Parameters<'_>) -> Vec<(String, Value, Value)> {
    let mut created = Vec::new();
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/peers/cloudwatch.py");
    for (template, parameters) in templates.iter().zip(parameters) {
        let stack = Stack::deploy(template, parameters);
        let resources: Vec<Value> =
            stack.resources.iter().map(|(name, (kind, properties))| json!([name, kind, properties])).collect();
        let written = python(&[program, &variable("PEER_MOTO_URL")], &json!(resources).to_string());
        let mut found: Value = serde_json::from_str(&written).unwrap();
        for (name, (_, properties)) in stack.resources {
            let read = found[&name].take();
            created.push((name, properties, read));
        }
    }
    created
}

/// Whether all that was asked for is there. What nobody asked for can be there, too: times, states, defaults.
fn is_there(asked: &Value, found: &Value) -> bool {
    match (asked, found) {
        (Value::Object(asked), Value::Object(found)) => {
            asked.iter().all(|(name, value)| found.get(name).is_some_and(|found| is_there(value, found)))
        }
        (Value::Array(asked), Value::Array(found)) => {
            asked.len() == found.len() && asked.iter().zip(found).all(|(asked, found)| is_there(asked, found))
        }
        // 5 and 5.0
        (Value::Number(asked), Value::Number(found)) => asked.as_f64() == found.as_f64(),
        _ => asked == found,
    }
}

#[test]
fn what_is_created_is_there_as_it_was_asked_for() {
    let named = changed(named(), |settings| {
        settings.environment = Some("test".into());
        // It is created, and moto may have that of the last time.
        settings.log_group = format!("/experiments-api/{}", std::process::id());
    });
    let asked = changed(Settings::new("asked"), |settings| {
        settings.log_group = format!("/asked/{}", std::process::id());
        settings.counters = named.counters.clone();
    });
    let all = [
        ("CountLines", "true"),
        ("Function", "resize-asked"),
        ("Cluster", "main"),
        ("Table", "flags"),
        ("Stream", "events"),
    ];
    let watched = [
        ("Function", "resize-asked"),
        ("Stream", "events"),
        ("DeadLetterQueue", "dlq"),
        ("TopicArn", "arn:aws:sns:eu-central-1:123456789012:Topic"),
    ];
    let stacks: [(&Settings, Parameters<'_>); 2] =
        [(&named, [&[("CountLines", "true")], &[]]), (&asked, [&all, &watched])];
    let mut count = 0;
    for (settings, parameters) in stacks {
        let templates = [cloudwatch_dashboards(settings).unwrap(), cloudwatch_alarms(settings).unwrap()];
        for (name, asked, found) in created(templates, parameters) {
            assert!(is_there(&asked, &found), "{name}: {asked:#} is {found:#}");
            count += 1;
        }
    }
    assert!(count > 70, "{count} resources in the account {ACCOUNT}");
}
