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
mod text;
mod value;
mod wrapping;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::SystemTime;

use input::Input;
use plan::Plan;
pub(crate) use show::Format;

use crate::commands::Error;

/// What is asked, as it was said.
#[derive(Debug)]
pub(crate) struct Question {
    pub(crate) files: Vec<PathBuf>,
    /// Those that the files are compared with.
    pub(crate) baseline_files: Vec<PathBuf>,
    pub(crate) top: usize,
    pub(crate) group_by: Vec<String>,
    pub(crate) filter: Option<String>,
    pub(crate) since: Option<String>,
    pub(crate) until: Option<String>,
    pub(crate) format: Format,
}

/// Answers it on stdout.
pub(crate) fn run(question: Question, now: SystemTime) -> Result<ExitCode, Error> {
    let plan = plan(&question, now)?;
    let inputs = inputs(&question);
    let read = reader::read(&plan, &inputs)?;
    let asked = result::Asked { filter: question.filter, group_by: question.group_by, top: question.top };
    let report = result::Report::new(&read, &inputs, asked);
    show::write(&report, question.format)?;
    Ok(ExitCode::SUCCESS)
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
    Ok(plan)
}

fn inputs(question: &Question) -> Vec<Input> {
    let input = |is_baseline| {
        move |path: &PathBuf| Input { path: Some(path.clone()).filter(|path| path != Path::new("-")), is_baseline }
    };
    let baseline = question.baseline_files.iter().map(input(true));
    baseline.chain(question.files.iter().map(input(false))).collect()
}
