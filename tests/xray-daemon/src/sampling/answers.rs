//! What is answered.

use std::fmt;
use std::sync::Arc;

use serde_json::{Value, json};

use super::types::{Answer, Rule, Statistics, Target, Targets};
use crate::received::Received;

type Compute = dyn Fn(&[Statistics]) -> Targets + Send + Sync;

/// What is set to be served.
#[derive(Clone)]
pub(crate) struct Answers {
    pub(crate) answer: Answer,
    pub(crate) pages: Vec<Vec<Rule>>,
    pub(crate) targets: Arc<Compute>,
}

/// What goes back.
#[derive(Debug)]
pub(crate) enum Reply {
    Send(u16, Vec<u8>),
    Nothing,
}

impl Default for Answers {
    fn default() -> Self {
        Answers { answer: Answer::Truth, pages: vec![vec![Rule::default()]], targets: Arc::new(|_| Targets::default()) }
    }
}

impl fmt::Debug for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answers").field("answer", &self.answer).field("pages", &self.pages).finish_non_exhaustive()
    }
}

impl Answers {
    /// The same targets each time, of which only those are given that were asked for.
    pub(crate) fn fixed(targets: Vec<Target>) -> Arc<Compute> {
        Arc::new(move |told| {
            let is_told = |target: &&Target| told.iter().any(|of| of.rule == target.rule);
            let targets = targets.iter().filter(is_told).cloned().collect();
            Targets { targets, ..Targets::default() }
        })
    }

    /// Answers a request, and takes what it tells.
    pub(crate) fn reply(&self, path: &str, body: &[u8], received: &mut Received) -> Reply {
        let truth = match path {
            "/GetSamplingRules" => self.rules(body, received),
            "/SamplingTargets" => self.give_targets(body, received),
            _ => Err(format!("{path} is no path of the daemon's")),
        };
        match (&self.answer, truth) {
            (_, Err(complaint)) => {
                let error = json!({"message": complaint});
                received.complaints.push(complaint);
                Reply::Send(400, error.to_string().into())
            }
            (Answer::Truth, Ok(json)) => Reply::Send(200, json.to_string().into()),
            (Answer::Status(status), Ok(_)) => Reply::Send(*status, br#"{"message":"as the test wants it"}"#.to_vec()),
            (Answer::Raw(status, body), Ok(_)) => Reply::Send(*status, body.clone()),
            (Answer::Hang, Ok(_)) => Reply::Nothing,
        }
    }

    fn rules(&self, body: &[u8], received: &mut Received) -> Result<Value, String> {
        received.rules_requests += 1;
        let asked = super::rules(body)?;
        received.complaints.extend(asked.complaints);
        let page = match asked.asks.as_deref() {
            None => 0,
            Some(token) => {
                let page = token.strip_prefix("page-").and_then(|page| page.parse().ok());
                page.filter(|page| (1..self.pages.len()).contains(page))
                    .ok_or(format!("no page has the token {token:?}"))?
            }
        };
        let rules: Vec<Value> = self.pages.get(page).into_iter().flatten().map(Rule::json).collect();
        let next = (page + 1 < self.pages.len()).then(|| format!("page-{}", page + 1));
        Ok(json!({"NextToken": next, "SamplingRuleRecords": rules}))
    }

    fn give_targets(&self, body: &[u8], received: &mut Received) -> Result<Value, String> {
        let served: Vec<String> = self.pages.iter().flatten().map(|rule| rule.name.clone()).collect();
        let asked = super::targets(body, &served, received)?;
        received.complaints.extend(asked.complaints);
        let targets = (self.targets)(&asked.asks).json();
        received.statistics.push(asked.asks);
        Ok(targets)
    }
}
