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
    pub(crate) seen: Seen,
}

/// How it is seen.
#[derive(Debug)]
pub(crate) enum Seen {
    /// In fields of these records.
    In(&'static [Shows]),
    /// So, which the scenarios that know its name look at.
    So(&'static str),
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

pub(crate) const RUNS_ON: &str = "A handler runs to its end when its client has left";
pub(crate) const ANSWERS_PANICS: &str = "A panic is answered by a 500";
pub(crate) const KNOWS_NOT_EVERY_METHOD: &str = "A method that is not in HTTP's own list has no record";
pub(crate) const SEES_A_BODY_FIRST: &str = "A request begins when 14 bytes of its body are there, or all";
pub(crate) const ENDS_WHAT_FAILS: &str = "A body that fails looks to the client as if it had ended";
pub(crate) const DOES_NOT_COMPRESS: &str = "No answer is compressed";
pub(crate) const SAYS_NO_VERSION: &str = "The version of HTTP is not known";

/// All there are. Each is asserted: one that is no longer seen fails the scenarios that it names.
pub const DIFFERENCES: &[Difference] = &[
    Difference {
        framework: Framework::ActixWeb,
        name: "A reset in the middle of a request's body ends the handler, which does not learn of it",
        reason: "the connection drops the handler before the extractor has read that the body broke off",
        seen: Seen::In(&[Shows {
            scenario: "leaving::during_the_upload_by_reset",
            request: "POST /events",
            instead: &[("outcome", r#""client_disconnected""#), ("status_code", "null"), ("response_bytes", "0")],
        }]),
    },
    Difference {
        framework: Framework::Rocket,
        name: RUNS_ON,
        reason: "each request is a task of its own, which nothing cancels; that nobody takes the answer is seen then",
        seen: Seen::In(&[
            Shows {
                scenario: "leaving::during_the_handler_by_fin",
                request: "GET /slow",
                instead: &[("status_code", "200"), ("response_bytes", "0")],
            },
            Shows {
                scenario: "leaving::during_the_handler_by_reset",
                request: "GET /slow",
                instead: &[("status_code", "200"), ("response_bytes", "0")],
            },
            Shows {
                scenario: "peers::a_query_that_its_client_gives_up_is_counted",
                request: "the one whose client left",
                instead: &[("status_code", "200"), ("response_bytes", "0"), ("db_rows", "1")],
            },
        ]),
    },
    Difference {
        framework: Framework::Rocket,
        name: ANSWERS_PANICS,
        reason: "rocket catches it and asks the catcher of 500; the others close the connection",
        seen: Seen::In(&[
            Shows {
                scenario: "answers::a_panic_is_recorded_and_hurts_nobody_else",
                request: "GET /panic",
                instead: &[("status_code", "500")],
            },
            Shows {
                scenario: "load::each_of_many_requests_has_its_line",
                request: "GET /panic",
                instead: &[("status_code", "500")],
            },
        ]),
    },
    Difference {
        framework: Framework::Rocket,
        name: "A method that a route does not have is answered by 404, and has no route",
        reason: "rocket takes the method for a part of the route, so none matches",
        seen: Seen::In(&[Shows {
            scenario: "answers::a_method_that_a_route_does_not_have_is_refused_by_it",
            request: "a method that the route does not have",
            instead: &[("status_code", "404"), ("route", "null")],
        }]),
    },
    Difference {
        framework: Framework::Rocket,
        name: KNOWS_NOT_EVERY_METHOD,
        reason: "rocket answers it by 400 before any fairing or route is asked",
        seen: Seen::So("no record"),
    },
    Difference {
        framework: Framework::Rocket,
        name: "A request's body that was not announced is not counted",
        reason: "a fairing may look at such a body's beginning, and nothing can stand in its place",
        seen: Seen::In(&[Shows {
            scenario: "bodies::a_body_in_chunks_is_counted",
            request: "POST /events",
            instead: &[("request_bytes", "null")],
        }]),
    },
    Difference {
        framework: Framework::Rocket,
        name: SEES_A_BODY_FIRST,
        reason: "rocket looks whether a form is in a body before it asks any fairing",
        seen: Seen::So("no time before that, and no record if that never is"),
    },
    Difference {
        framework: Framework::Rocket,
        name: ENDS_WHAT_FAILS,
        reason: "rocket stops to send and keeps the connection; the others close it",
        seen: Seen::So("nothing: the `outcome` is `body_failed`"),
    },
    Difference {
        framework: Framework::Rocket,
        name: DOES_NOT_COMPRESS,
        reason: "rocket 0.5 has no compression; a proxy before it does it, where nothing here counts",
        seen: Seen::So("nothing"),
    },
    Difference {
        framework: Framework::Rocket,
        name: SAYS_NO_VERSION,
        reason: "rocket 0.5 tells nobody",
        seen: Seen::So("nothing: metrics and spans have no `network.protocol.version`"),
    },
];

/// [`expected::SOME`](crate::expected::SOME) as JSON.
const SOME: &str = r#""<some>""#;

impl Difference {
    pub(crate) fn named(framework: Framework, name: &str) -> bool {
        DIFFERENCES.iter().any(|difference| difference.framework == framework && difference.name == name)
    }

    pub(crate) fn shows(&self) -> &'static [Shows] {
        match self.seen {
            Seen::In(shows) => shows,
            Seen::So(_) => &[],
        }
    }

    /// What the table says of its records.
    fn in_the_record(&self) -> String {
        let shows = match self.seen {
            Seen::In(shows) => shows,
            Seen::So(words) => return words.to_owned(),
        };
        let mut fields: Vec<String> = Vec::new();
        for (field, value) in shows.iter().flat_map(|shown| shown.instead) {
            let said = match *value {
                "null" => format!("no `{field}`"),
                SOME => format!("`{field}`"),
                value => format!("`{field}` {}", value.trim_matches('"')),
            };
            if !fields.contains(&said) {
                fields.push(said);
            }
        }
        fields.join(", ")
    }
}

/// The table as the documentation has it.
pub fn table() -> String {
    let mut text = "| framework | what is otherwise | in the record | because |\n|---|---|---|---|\n".to_owned();
    for difference in DIFFERENCES {
        let Difference { framework, name, reason, .. } = difference;
        writeln!(text, "| {framework} | {name} | {} | {reason} |", difference.in_the_record()).unwrap();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenarios;

    #[test]
    fn each_difference_names_a_scenario_that_exists() {
        for shown in DIFFERENCES.iter().flat_map(Difference::shows) {
            let is_elsewhere = cfg!(not(feature = "peer-tests")) && shown.scenario.starts_with("peers::");
            assert!(scenarios::find(shown.scenario).is_some() || is_elsewhere, "{shown:?}");
        }
    }

    #[test]
    fn the_documentation_has_the_same_table() {
        let documentation = include_str!("../../../docs/frameworks.md");
        assert!(documentation.contains(&table()), "docs/frameworks.md should have:\n{}", table());
    }
}
