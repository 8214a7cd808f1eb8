//! The report over log files: what their lines come to, by endpoint.

mod counts;
mod fields;
mod filter;
mod gathered;
mod group;
mod hosts;
mod input;
mod line;
mod moment;
mod over_time;
mod plan;
mod reader;
mod reading;
mod recent;
mod result;
mod show;
mod sides;
mod text;
mod value;
mod wrapping;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::SystemTime;

use tachograph_summary::{Sensitivity, Verdict};

use counts::Fate;
use gathered::Gathered;
use input::Input;
use plan::{Plan, Sides};
use result::Trend;
pub(crate) use show::Format;

use crate::commands::Error;

/// What is asked, as it was said.
#[derive(Debug)]
pub(crate) struct Question {
    pub(crate) files: Vec<PathBuf>,
    pub(crate) top: usize,
    pub(crate) group_by: Vec<String>,
    pub(crate) filter: Option<String>,
    pub(crate) since: Option<String>,
    pub(crate) until: Option<String>,
    pub(crate) format: Format,
    pub(crate) compare: Option<Compare>,
}

/// What is compared, as it was said.
#[derive(Debug)]
pub(crate) struct Compare {
    pub(crate) by: By,
    /// What makes the exit code 1.
    pub(crate) fail_on: Vec<FailOn>,
    pub(crate) sensitivity: Sensitivity,
}

#[derive(Debug)]
pub(crate) enum By {
    Member {
        name: String,
        baseline: Option<String>,
        candidate: Option<String>,
    },
    /// The files with these.
    Files(Vec<PathBuf>),
}

/// What makes the exit code 1, where two are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum FailOn {
    /// An endpoint takes longer, and that is more than chance.
    Slower,
    /// More of its requests fail.
    Errors,
    /// Its requests make more queries.
    Queries,
    /// Nothing does.
    Nothing,
}

/// What an endpoint that became worse makes the exit code.
const WORSE: u8 = 1;

/// Answers it on stdout. The code is 1 where something became worse that must not.
pub(crate) fn run(question: Question, now: SystemTime) -> Result<ExitCode, Error> {
    let plan = plan(&question, now)?;
    let inputs = inputs(&question);
    let read = reader::read(&plan, &inputs)?;
    let compare = question.compare.as_ref().map(|compare| chosen(compare, &read.gathered)).transpose()?;
    let asked = result::Asked { filter: question.filter, group_by: question.group_by, top: question.top, compare };
    let report = result::Report::new(&read, &inputs, asked);
    show::write(&report, question.format)?;
    for note in beside(&plan, &read.gathered) {
        eprintln!("tachograph: {note}");
    }
    let worse = match (&question.compare, &report.comparison) {
        (Some(compare), Some(comparison)) => compare.fail_on.iter().flat_map(|on| on.met_by(comparison)).collect(),
        _ => Vec::new(),
    };
    if worse.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("tachograph: {}", worse.join("; "));
    Ok(ExitCode::from(WORSE))
}

/// What is odd enough to be said to whoever looks at what it ended with, and not at the report.
fn beside(plan: &Plan, gathered: &Gathered) -> Vec<String> {
    let has_requests = gathered.counts.of(Fate::Request) > 0;
    let unseen = plan.fields.named().iter().zip(&gathered.seen).filter(|(_, seen)| !**seen);
    let mut notes: Vec<String> =
        unseen.map(|((name, _), _)| format!("no request has `{}`", text::one_line(name))).collect();
    if !has_requests {
        notes.push("there is no request that was asked for".to_owned());
    }
    notes
}

fn chosen(compare: &Compare, gathered: &Gathered) -> Result<result::Compare, String> {
    let (by, sides) = match &compare.by {
        By::Member { name, baseline, candidate } => {
            (name.as_str(), sides::choose(name, &gathered.sides, baseline.as_deref(), candidate.as_deref())?)
        }
        By::Files(_) => ("files", sides::of_files(&gathered.sides)?),
    };
    Ok(result::Compare { by: by.to_owned(), sides, sensitivity: compare.sensitivity.clone() })
}

impl FailOn {
    /// What it is met by, in words.
    fn met_by(self, comparison: &result::Comparison) -> impl Iterator<Item = String> {
        let (is_met, what): (fn(&result::Compared) -> bool, _) = match self {
            FailOn::Slower => (|compared| compared.verdict == Verdict::Slower, "is slower"),
            FailOn::Errors => (|compared| compared.errors == Trend::More, "has more errors"),
            FailOn::Queries => (|compared| compared.queries == Trend::More, "makes more queries"),
            FailOn::Nothing => (|_| false, ""),
        };
        let met = comparison.groups.iter().filter(move |compared| is_met(compared));
        met.map(move |compared| format!("{} {what}", text::one_line(&show::name(&compared.group))))
    }
}

fn plan(question: &Question, now: SystemTime) -> Result<Plan, Error> {
    let time = |option: &str, text: &Option<String>| {
        let asked = text.as_ref().map(|text| moment::asked(text, now));
        asked.transpose().map_err(|error| format!("{option}: {error}"))
    };
    let mut plan =
        Plan { since: time("--since", &question.since)?, until: time("--until", &question.until)?, ..Plan::default() };
    let filter = question.filter.as_ref().map(|filter| filter::parse(filter, &mut plan.fields));
    plan.filter = filter.transpose()?;
    plan.group_by = question.group_by.iter().map(|member| plan.fields.ask(member)).collect();
    plan.sides = match question.compare.as_ref().map(|compare| &compare.by) {
        None => Sides::One,
        Some(By::Member { name, .. }) => Sides::Member(plan.fields.ask(name)),
        Some(By::Files(_)) => Sides::Files,
    };
    Ok(plan)
}

fn inputs(question: &Question) -> Vec<Input> {
    let input = |is_baseline| {
        move |path: &PathBuf| Input { path: Some(path.clone()).filter(|path| path != Path::new("-")), is_baseline }
    };
    let baseline = match question.compare.as_ref().map(|compare| &compare.by) {
        Some(By::Files(files)) => files.as_slice(),
        _ => &[],
    };
    baseline.iter().map(input(true)).chain(question.files.iter().map(input(false))).collect()
}
