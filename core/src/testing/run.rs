//! What becomes of the findings of a whole run of tests.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use super::message;
use super::report::Report;
use crate::lock::lock;
use crate::record::Record;

const FINDINGS: &str = "TACHOGRAPH_TESTING_FINDINGS";
const REPORT: &str = "TACHOGRAPH_TESTING_REPORT";

/// What the environment asks for.
#[derive(Debug, PartialEq)]
struct Wanted {
    deny: bool,
    report: PathBuf,
}

/// What is made of the findings of one instance's records.
#[derive(Debug)]
pub(super) struct Run {
    report: Report,
    deny: bool,
    expected: AtomicBool,
    /// What the test is told that fails.
    told: Mutex<Vec<String>>,
}

impl Run {
    /// None where the environment asks for nothing.
    ///
    /// # Panics
    /// Where it asks for what there is not, or for a report where none can be written: a run that only seems to look for
    /// findings would be worse than one that fails.
    #[track_caller]
    pub(super) fn of_environment() -> Option<Self> {
        let wanted = match wanted(|name| env::var_os(name), env::current_exe().ok().as_deref()) {
            Ok(wanted) => wanted?,
            Err(reason) => panic!("{reason}"),
        };
        // Where tests run one at a time, they all run on this thread.
        let test = thread::current().name().filter(|name| *name != "main").map(str::to_owned);
        match Report::open(&wanted.report, test) {
            Ok(report) => {
                Some(Run { report, deny: wanted.deny, expected: AtomicBool::new(false), told: Mutex::default() })
            }
            Err(error) => {
                let path = wanted.report.display();
                panic!("{path} cannot be written: {error}; give another absolute path by {REPORT}")
            }
        }
    }

    pub(super) fn see(&self, record: &Record) {
        if self.expected.load(Ordering::Relaxed) {
            return;
        }
        let findings = super::findings(record);
        if findings.is_empty() {
            return;
        }
        let failures = findings.iter().filter_map(|finding| self.report.write(record, finding).err());
        let failures = failures.map(|error| format!("{} cannot be written: {error}", self.report.path().display()));
        let mut told = lock(&self.told);
        told.extend(failures);
        if self.deny {
            let sentence = message::has(findings.len());
            told.push(message::explain(&sentence, record, &message::REPEATABLE, &findings));
        }
    }

    pub(super) fn expect(&self) {
        self.expected.store(true, Ordering::Relaxed);
    }

    /// What the test is to be told at its end, where there is something.
    fn last_words(&self) -> Option<String> {
        let told = std::mem::take(&mut *lock(&self.told));
        let all = (!told.is_empty()).then(|| told.join("\n"))?;
        Some(format!("{all}\n({FINDINGS} is set; the report is {})", self.report.path().display()))
    }
}

/// The end of a test's instance, at which the test fails if it has to.
#[derive(Debug)]
pub(super) struct AtEnd(pub(super) Arc<Run>);

impl Drop for AtEnd {
    fn drop(&mut self) {
        // A test that fails already says something more important, and a second panic would abort all others.
        if !thread::panicking()
            && let Some(words) = self.0.last_words()
        {
            panic!("{words}");
        }
    }
}

fn wanted(variable: impl Fn(&str) -> Option<OsString>, executable: Option<&Path>) -> Result<Option<Wanted>, String> {
    let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
    let report = variable(REPORT).map(PathBuf::from);
    let deny = match variable(FINDINGS).map(|word| word.to_string_lossy().into_owned()).as_deref() {
        None if report.is_none() => return Ok(None),
        None | Some("report") => false,
        Some("deny") => true,
        Some(word) => {
            let words = "`report` writes findings to a file, `deny` makes tests with findings fail besides";
            return Err(format!("{FINDINGS} is `{word}`, which is none of its words: {words}"));
        }
    };
    let report = match report {
        Some(path) if path.is_absolute() => path,
        Some(path) => {
            let reason = "must be an absolute path, as tests run in folders of their own";
            return Err(format!("{REPORT} is `{}`, but {reason}", path.display()));
        }
        None => {
            let target = target(variable, executable);
            let missing = || format!("no folder `target` was found for the report: say by {REPORT} where it goes");
            target.ok_or_else(missing)?.join("tachograph-findings.jsonl")
        }
    };
    Ok(Some(Wanted { deny, report }))
}

/// Where cargo builds to: as it was told; or where the test lies, for cargo marks the folder that it has made; or, for a test of
/// documentation, which lies elsewhere, beside the package or above.
fn target(variable: impl Fn(&str) -> Option<OsString>, executable: Option<&Path>) -> Option<PathBuf> {
    let is_target = |folder: &Path| folder.ends_with("target") || folder.join("CACHEDIR.TAG").is_file();
    let told = || variable("CARGO_TARGET_DIR").map(PathBuf::from).filter(|folder| folder.is_absolute());
    let around = || executable?.ancestors().skip(1).find(|folder| is_target(folder)).map(Path::to_owned);
    let beside = || {
        let package = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
        package.ancestors().map(|folder| folder.join("target")).find(|folder| folder.is_dir())
    };
    told().or_else(around).or_else(beside)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where a package lies whose tests are run, and a folder that cargo builds to and has marked.
    struct Package(PathBuf);

    impl Package {
        fn new(name: &str) -> Self {
            let root = env::temp_dir().join(format!("tachograph-{}-{name}", std::process::id()));
            for folder in ["target/debug/deps", "built/debug/deps", "crates/shop"] {
                std::fs::create_dir_all(root.join(folder)).unwrap();
            }
            std::fs::write(root.join("built/CACHEDIR.TAG"), "").unwrap();
            Package(root)
        }
    }

    impl Drop for Package {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    fn wanted_with(variables: &[(&str, &str)], executable: Option<&Path>) -> Result<Option<Wanted>, String> {
        let variable = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into());
        wanted(variable, executable)
    }

    fn report_with(variables: &[(&str, &str)], executable: Option<&Path>) -> PathBuf {
        wanted_with(variables, executable).unwrap().unwrap().report
    }

    #[test]
    fn nothing_is_wanted_unless_it_is_said() {
        assert_eq!(wanted_with(&[], None), Ok(None));
        assert_eq!(wanted_with(&[(FINDINGS, ""), (REPORT, "")], None), Ok(None));
        let wanted = |deny| Ok(Some(Wanted { deny, report: "/r".into() }));
        assert_eq!(wanted_with(&[(REPORT, "/r")], None), wanted(false));
        assert_eq!(wanted_with(&[(FINDINGS, "report"), (REPORT, "/r")], None), wanted(false));
        assert_eq!(wanted_with(&[(FINDINGS, "deny"), (REPORT, "/r")], None), wanted(true));
    }

    #[test]
    fn what_does_not_fit_is_named_with_the_remedy() {
        let error = wanted_with(&[(FINDINGS, "denied"), (REPORT, "/r")], None).unwrap_err();
        assert!(error.contains("TACHOGRAPH_TESTING_FINDINGS is `denied`") && error.contains("`deny` makes"), "{error}");
        let error = wanted_with(&[(REPORT, "findings.jsonl")], None).unwrap_err();
        assert!(error.contains("TACHOGRAPH_TESTING_REPORT is `findings.jsonl`, but must be an absolute"), "{error}");
        let error = wanted_with(&[(FINDINGS, "deny")], Some(Path::new("/nowhere/deps/shop"))).unwrap_err();
        assert!(error.contains("say by TACHOGRAPH_TESTING_REPORT"), "{error}");
    }

    #[test]
    fn the_report_is_where_cargo_builds_to() {
        let package = Package::new("builds");
        let deny = (FINDINGS, "deny");
        let [report, marked] =
            ["target", "built"].map(|folder| package.0.join(folder).join("tachograph-findings.jsonl"));
        let [test, marked_test] = ["target", "built"].map(|folder| package.0.join(folder).join("debug/deps/shop-1234"));
        assert_eq!(report_with(&[deny], Some(&test)), report);
        assert_eq!(report_with(&[deny], Some(&marked_test)), marked);
        // A test of documentation lies in a folder for what is not kept.
        let member = package.0.join("crates/shop");
        let member = ("CARGO_MANIFEST_DIR", member.to_str().unwrap());
        assert_eq!(report_with(&[deny, member], Some(Path::new("/nowhere/rust_out"))), report);
        assert_eq!(report_with(&[deny, member], None), report);
        let told = ("CARGO_TARGET_DIR", "/told");
        assert_eq!(report_with(&[deny, told, member], Some(&test)), Path::new("/told/tachograph-findings.jsonl"));
        // Relative to where cargo was called, which nobody knows here.
        assert_eq!(report_with(&[deny, ("CARGO_TARGET_DIR", "built")], Some(&test)), report);
    }
}
