//! Where a framework cannot do what the others do. `docs/frameworks.md` has the same table.

use std::fmt::Write;

use crate::Framework;

/// Something that a framework does otherwise, and why nobody can help it.
#[derive(Debug)]
pub struct Difference {
    /// Which one.
    pub framework: Framework,
    /// What is otherwise, in a few words.
    pub name: &'static str,
    /// Why.
    pub reason: &'static str,
    /// Every record in which it is seen.
    pub(crate) shows: &'static [Shows],
}

/// A record that is another than the rest expect.
#[derive(Debug)]
pub(crate) struct Shows {
    /// `theme::scenario`.
    pub(crate) scenario: &'static str,
    /// The method and the path, `GET /slow`, or what the scenario calls it.
    pub(crate) request: &'static str,
    /// Fields, and what they are instead, as JSON.
    pub(crate) instead: &'static [(&'static str, &'static str)],
}

/// A framework that takes a client's FIN for "I have said all", not for "I have left".
pub(crate) const WAITS_FOR_RESET: &str = "a client that leaves by FIN is not missed";

/// A framework whose handlers end when they end, whoever is there to hear of it.
pub(crate) const RUNS_ON: &str = "a handler runs on when its client has left";

/// All there are. Each is asserted: one that is no longer seen fails the scenarios that it names.
pub const DIFFERENCES: &[Difference] = &[];

impl Difference {
    pub(crate) fn named(framework: Framework, name: &str) -> bool {
        DIFFERENCES.iter().any(|difference| difference.framework == framework && difference.name == name)
    }
}

/// The table as the documentation has it.
pub fn table() -> String {
    let mut text = "| framework | what is otherwise | in the record | because |\n|---|---|---|---|\n".to_owned();
    for Difference { framework, name, reason, shows } in DIFFERENCES {
        let mut fields: Vec<String> = Vec::new();
        for (field, value) in shows.iter().flat_map(|shown| shown.instead) {
            let said = match *value {
                "null" => format!("no `{field}`"),
                value => format!("`{field}` {}", value.trim_matches('"')),
            };
            if !fields.contains(&said) {
                fields.push(said);
            }
        }
        writeln!(text, "| {framework} | {name} | {} | {reason} |", fields.join(", ")).unwrap();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenarios::SCENARIOS;

    #[test]
    fn each_difference_names_a_scenario_that_exists() {
        for shown in DIFFERENCES.iter().flat_map(|difference| difference.shows) {
            assert!(SCENARIOS.iter().any(|(scenario, _)| *scenario == shown.scenario), "{shown:?}");
        }
    }

    #[test]
    fn the_documentation_has_the_same_table() {
        let documentation = include_str!("../../../docs/frameworks.md");
        assert!(documentation.contains(&table()), "docs/frameworks.md should have:\n{}", table());
    }
}
