//! What becomes of a test that asks too much: its message, its report, its end. Those that fail do so in processes of their
//! own, as the environment says.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tachograph::core::{OpenRequest, RequestHead};
use tachograph::testing::{self, Instance};
use tachograph::{assert_max_queries, database_call};

/// Set in the processes that the tests here start.
const CASE: &str = "BUDGETS_CASE";

/// Each is asked from this place.
fn ask(sql: &str, parameter: u32) {
    database_call("sqlite", "main", sql).parameters(&parameter).start().completed();
}

fn task(t: &Instance) {
    let mut open = OpenRequest::open_task(t.handle(), "rollup", None);
    open.poll(|| (0..2).for_each(|id| ask("SELECT name FROM users WHERE id = $1", id)));
    open.complete();
}

fn request(t: &Instance, queries: u32) {
    let head = RequestHead { method: "GET", path: "/list", route: Some("/list"), ..RequestHead::default() };
    let mut open = OpenRequest::open(t.handle(), head).unwrap();
    open.poll(|| (0..queries).for_each(|id| ask("SELECT name FROM users WHERE id = $1", id)));
    open.respond(200, Some(0), false);
    open.complete();
}

/// Runs a case in a process of its own, with these variables.
fn run(case: &str, variables: &[(&str, &Path)]) -> Output {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "budgets::a_case_that_a_test_here_runs", "--nocapture", "--test-threads=2"]);
    child.env(CASE, case);
    child.env_remove("TACHOGRAPH_TESTING_FINDINGS").env_remove("TACHOGRAPH_TESTING_REPORT").env("RUST_BACKTRACE", "0");
    child.envs(variables.iter().copied()).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_case_that_a_test_here_runs() {
    let Ok(case) = std::env::var(CASE) else { return };
    let t = testing::instance();
    match case.as_str() {
        "loop" => request(&t, 2),
        "no loop" => request(&t, 1),
        "loop in a task" => task(&t),
        "expected" => {
            t.expect_findings();
            request(&t, 2);
        }
        "clones" => {
            let clone = t.clone();
            request(&clone, 2);
            drop(clone);
            eprintln!("after the clone");
        }
        "fails by itself" => {
            request(&t, 2);
            panic!("it fails by itself");
        }
        "assertion" => {
            request(&t, 1);
            assert_max_queries!(t.take()[0], 0);
        }
        "many" => (0..200).for_each(|_| request(&t, 2)),
        "configuration" => {
            tachograph::Config::load().unwrap();
        }
        other => panic!("there is no case {other}"),
    }
}

#[test]
fn findings_are_reported_and_deny_makes_their_tests_fail() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("of/this/run.jsonl");
    let report = ("TACHOGRAPH_TESTING_REPORT", path.as_path());
    let word = |word| ("TACHOGRAPH_TESTING_FINDINGS", Path::new(word));

    let denied = run("loop", &[word("deny"), report]);
    assert_eq!(denied.status.code(), Some(101), "{}", said(&denied));
    let text = said(&denied);
    let file = file!();
    let place = format!("at {file}:{}", line_of("database_call("));
    let message = format!(
        "GET /list (200) has a finding:
  2 x SELECT name FROM users WHERE id = $1    TIME   2 different parameters   {place}
  N+1: 2 x SELECT users {place}, TIME; load all rows by one query: with a JOIN, or with IN or ANY over the keys
(TACHOGRAPH_TESTING_FINDINGS is set; the report is {})",
        path.display()
    );
    // How long it took is the machine's affair.
    assert!(message.split("TIME").all(|part| text.contains(part)), "{text}");
    let line = only_line(&path);
    let (timestamp, line) = line.split_once(r#"Z",""#).unwrap();
    assert!(timestamp.starts_with(r#"{"timestamp":"2"#), "{timestamp}");
    let instance = line_of("testing::instance();");
    let expected = format!(
        r#"test":"budgets::a_case_that_a_test_here_runs","instance":"{file}:{instance}","method":"GET","route":"/list","status_code":200,"finding":"n_plus_one","summary":"SELECT users","statement":"SELECT name FROM users WHERE id = $1","target":"main","callsite":"{file}:{}","count":2,"limit":2,"distinct_parameters":2,"hint":"load all rows by one query: with a JOIN, or with IN or ANY over the keys"}}"#,
        line_of("database_call(")
    );
    assert_eq!(line, expected);

    fs::remove_file(&path).unwrap();
    let reported = run("loop", &[word("report"), report]);
    assert!(reported.status.success(), "{}", said(&reported));
    only_line(&path);
    let reported = run("loop", &[report]);
    assert!(reported.status.success(), "{}", said(&reported));
    assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 2, "it is appended");
}

#[test]
fn what_has_no_findings_passes_and_leaves_an_empty_report() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("findings.jsonl");
    let deny = [("TACHOGRAPH_TESTING_FINDINGS", Path::new("deny")), ("TACHOGRAPH_TESTING_REPORT", &path)];
    for case in ["no loop", "expected"] {
        let passed = run(case, &deny);
        assert!(passed.status.success(), "{case}: {}", said(&passed));
        assert_eq!(fs::read_to_string(&path).unwrap(), "", "{case}");
    }
    assert!(run("loop", &[]).status.success(), "nothing is wanted");
}

#[test]
fn tasks_are_reported_by_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("findings.jsonl");
    assert!(run("loop in a task", &[("TACHOGRAPH_TESTING_REPORT", &path)]).status.success());
    let line = only_line(&path);
    assert!(line.contains(r#","task":"rollup","finding":"n_plus_one","#), "{line}");
}

/// Every write to it fails, as to a disk that is full.
#[cfg(target_os = "linux")]
#[test]
fn a_report_that_cannot_be_written_to_its_end_makes_the_test_fail() {
    let lost = run("loop", &[("TACHOGRAPH_TESTING_REPORT", Path::new("/dev/full"))]);
    assert_eq!(lost.status.code(), Some(101));
    assert!(said(&lost).contains("/dev/full cannot be written: No space left on device"), "{}", said(&lost));
}

#[test]
fn a_test_fails_when_its_last_instance_goes_and_not_if_it_fails_already() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("findings.jsonl");
    let deny = [("TACHOGRAPH_TESTING_FINDINGS", Path::new("deny")), ("TACHOGRAPH_TESTING_REPORT", &path)];
    let clones = run("clones", &deny);
    assert_eq!(clones.status.code(), Some(101));
    let text = said(&clones);
    assert!(text.find("after the clone").unwrap() < text.find("has a finding").unwrap(), "{text}");

    let failed = run("fails by itself", &deny);
    assert_eq!(failed.status.code(), Some(101), "it did not abort: {failed:?}");
    assert!(said(&failed).contains("it fails by itself") && !said(&failed).contains("has a finding"), "{failed:?}");
}

#[test]
fn what_the_environment_says_wrongly_is_said_where_the_instance_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let place = format!("panicked at {}:{}:", file!(), line_of("testing::instance();"));
    let below = file.join("findings.jsonl");
    let unwritable = run("no loop", &[("TACHOGRAPH_TESTING_REPORT", &below)]);
    let text = said(&unwritable);
    assert!(text.contains(&place) && text.contains(&format!("{} cannot be written: ", below.display())), "{text}");
    let unknown = run("no loop", &[("TACHOGRAPH_TESTING_FINDINGS", Path::new("denied"))]);
    let text = said(&unknown);
    assert!(text.contains(&place) && text.contains("is `denied`, which is none of its words"), "{text}");
    assert_eq!((unwritable.status.code(), unknown.status.code()), (Some(101), Some(101)));
}

#[test]
fn an_assertion_fails_at_its_own_line() {
    let text = said(&run("assertion", &[]));
    let place = format!("panicked at {}:{}:", file!(), line_of("assert_max_queries!(t"));
    assert!(text.contains(&place), "{text}");
}

#[test]
fn lines_of_processes_that_run_side_by_side_are_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("findings.jsonl");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert!(run("many", &[("TACHOGRAPH_TESTING_REPORT", &path)]).status.success()));
        }
    });
    let text = fs::read_to_string(&path).unwrap();
    let whole = |line: &str| line.starts_with(r#"{"timestamp":"#) && line.ends_with(r#"over the keys"}"#);
    assert!(text.lines().all(|line| whole(line) && line.matches("timestamp").count() == 1));
    assert_eq!(text.lines().count(), 4 * 200);
}

#[test]
fn a_service_in_a_test_takes_these_variables_for_none_of_its_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("findings.jsonl");
    let deny = [("TACHOGRAPH_TESTING_FINDINGS", Path::new("deny")), ("TACHOGRAPH_TESTING_REPORT", &path)];
    let loaded = run("configuration", &deny);
    assert!(loaded.status.success(), "{}", said(&loaded));
}

#[test]
fn what_is_changed_of_what_tests_capture_leaves_the_rest() {
    let mut capture = testing::capture();
    capture.thresholds.max_queries = 0;
    let t = Instance::build(|builder| builder.capture(capture));
    t.expect_findings();
    request(&t, 1);
    let findings = testing::findings(&t.take()[0]);
    assert_eq!(findings.iter().map(|finding| finding.kind().as_str()).collect::<Vec<_>>(), ["too_many_queries"]);
    assert!(t.handle().capture().every_call);
}

fn only_line(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let line = text.strip_suffix('\n').unwrap();
    assert!(!line.contains('\n'), "{text}");
    line.to_owned()
}

/// The first line of this file that has this in it.
fn line_of(code: &str) -> usize {
    1 + include_str!("budgets.rs").lines().position(|line| line.contains(code)).unwrap()
}
