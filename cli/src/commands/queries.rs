//! `tachograph queries`.

use std::io::Write;
use std::process::ExitCode;

use clap::Args;

use super::Error;
use crate::options::Options;

/// Queries for CloudWatch Logs Insights.
#[derive(Debug, Args)]
pub(crate) struct Queries {
    /// Only the query of this name.
    name: Option<String>,
}

impl Queries {
    pub(crate) fn run(self, options: &Options) -> Result<ExitCode, Error> {
        let settings = options.settings()?;
        let queries = tachograph_dashboards::queries(&settings);
        let chosen = match &self.name {
            None => &queries[..],
            Some(name) => match queries.iter().position(|query| query.name == name) {
                Some(place) => &queries[place..=place],
                None => {
                    let names: Vec<_> = queries.iter().map(|query| query.name).collect();
                    return Err(format!("there is no query `{name}`: use one of {}", names.join(", ")).into());
                }
            },
        };
        let mut text = String::new();
        for query in chosen {
            let between = if text.is_empty() { "" } else { "\n" };
            text.push_str(&format!("{between}# {}: {}\n{}", query.name, query.description, query.text));
        }
        std::io::stdout().write_all(text.as_bytes())?;
        Ok(ExitCode::SUCCESS)
    }
}
