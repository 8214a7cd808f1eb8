//! Asks the daemon for rules and targets, and tells it how they were used.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use super::rule::{Counts, Definition, Rule};
use super::schedule::{Due, Schedule};
use super::{Central, wire};
use crate::address::HostAndPort;
use crate::error::Error;
use crate::http::{CallError, Http};

/// Does what is due, each time it is called.
pub(crate) struct Poller {
    central: Arc<Central>,
    daemon: HostAndPort,
    http: Http,
    schedule: Schedule,
    /// By which X-Ray tells those who use a rule apart.
    client_id: Box<str>,
    /// When somebody last changed the rules, as far as was told, in seconds since 1970.
    last_modification: Option<f64>,
    /// When, in seconds since 1970, the rules were last asked for.
    rules_as_of: f64,
    rules_failure: Told,
    targets_failure: Told,
    on_failure: OnFailure,
}

pub(crate) type OnFailure = Box<dyn Fn(&Error) + Send>;

/// The API's own limit.
const STATISTICS_A_CALL: usize = 25;

/// A daemon that has ever more of them is out of its mind.
const MAX_PAGES: usize = 64;

/// The daemon asks AWS before it answers.
const PATIENCE: Duration = Duration::from_secs(5);

impl Poller {
    pub(crate) fn new(central: Arc<Central>, daemon: HostAndPort, client_id: String, on_failure: OnFailure) -> Self {
        let schedule = Schedule::new(central.clock.monotonic(), &*central.random);
        Poller {
            central,
            daemon,
            http: Http::new(PATIENCE),
            schedule,
            client_id: client_id.into(),
            last_modification: None,
            rules_as_of: 0.0,
            rules_failure: Told::default(),
            targets_failure: Told::default(),
            on_failure,
        }
    }

    /// Asks for what is due, and says how long there is nothing else.
    pub(crate) fn step(&mut self) -> Duration {
        loop {
            let now = self.central.clock.monotonic();
            match self.schedule.due(now) {
                Due::Rules => self.ask_rules(now),
                Due::Targets => self.ask_targets(now),
                Due::Nothing(longest) => return Duration::from_nanos(longest),
            }
        }
    }

    fn ask_rules(&mut self, now: u64) {
        let as_of = self.wall();
        match self.rules() {
            Ok(rules) => {
                self.central.renew(rules, now);
                self.rules_as_of = as_of;
                self.schedule.rules_came(now, &*self.central.random);
                self.rules_failure.worked(now);
            }
            Err(error) => {
                self.schedule.rules_failed(now, &*self.central.random);
                if self.rules_failure.is_new(now) {
                    self.tell("sampling rules", &error);
                }
            }
        }
    }

    /// All of them: half of the rules would decide wrongly.
    fn rules(&self) -> Result<Vec<Definition>, String> {
        let mut rules = Vec::new();
        let mut next: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let page = wire::rules(&self.call("/GetSamplingRules", &wire::ask_rules(next.as_deref()))?)?;
            rules.extend(page.rules);
            next = page.next;
            if next.is_none() {
                return Ok(rules);
            }
        }
        Err(format!("it has more than {MAX_PAGES} pages of them"))
    }

    fn ask_targets(&mut self, now: u64) {
        self.schedule.targets_asked(now, &*self.central.random);
        let rules = self.central.rules();
        let used: Vec<_> = rules.iter().filter_map(|rule| Some((&**rule, rule.take_counts(now)?))).collect();
        for statistics in used.chunks(STATISTICS_A_CALL) {
            match self.targets(statistics, now) {
                Ok(()) => self.targets_failure.worked(now),
                Err(error) => {
                    statistics.iter().for_each(|(rule, counts)| rule.give_back(*counts));
                    if self.targets_failure.is_new(now) {
                        self.tell("sampling targets", &error);
                    }
                }
            }
        }
    }

    fn targets(&mut self, statistics: &[(&Rule, Counts)], now: u64) -> Result<(), String> {
        let wall = self.wall();
        let named = statistics.iter().map(|(rule, counts)| (&*rule.definition.name, *counts));
        let body = wire::ask_targets(&self.client_id, wall as u64, named);
        let answer = wire::targets(&self.call("/SamplingTargets", &body)?)?;
        let of = |name: &str| statistics.iter().find(|(rule, _)| *rule.definition.name == *name);
        for (name, target) in &answer.targets {
            if let Some((rule, _)) = of(name) {
                rule.aim(*target, now, wall);
            }
        }
        for (name, refused) in &answer.unprocessed {
            match of(name) {
                // As if the rule were not there any more, and perhaps it is not.
                _ if *refused => self.schedule.rules_changed(now),
                Some((rule, counts)) => rule.give_back(*counts),
                None => {}
            }
        }
        if let Some(modified) = answer.last_modification {
            // Compared with what the same clock said before, but for the first time.
            if self.last_modification.map_or(modified >= self.rules_as_of.floor(), |known| modified > known) {
                self.schedule.rules_changed(now);
            }
            self.last_modification = Some(modified);
        }
        Ok(())
    }

    /// A name may have several addresses, of which not all must have a daemon.
    fn call(&self, path: &str, body: &[u8]) -> Result<Vec<u8>, String> {
        let addresses = self.daemon.resolve().map_err(|error| error.to_string())?;
        let mut failed = String::new();
        for address in addresses.iter().take(4) {
            match self.http.post_json(&format!("http://{address}{path}"), body) {
                Ok(answer) => return Ok(answer),
                Err(error @ CallError::Status(403)) => {
                    failed = format!("{error}; its role needs xray:GetSamplingRules and xray:GetSamplingTargets");
                }
                Err(error) => failed = error.to_string(),
            }
        }
        Err(failed)
    }

    fn wall(&self) -> f64 {
        self.central.clock.wall().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
    }

    fn tell(&self, what: &str, why: &str) {
        let daemon = &self.daemon;
        (self.on_failure)(&Error::new(format!(
            "asking the X-Ray daemon at {daemon} for {what} failed, will be tried again, and the local rules decide where \
             there are no others: {why}"
        )));
    }
}

/// Whether a failure was told of. One that comes and goes has one story to tell.
#[derive(Debug, Default)]
struct Told {
    at: Option<u64>,
}

impl Told {
    const FORGET_AFTER: u64 = 600 * 1_000_000_000;

    fn is_new(&mut self, now: u64) -> bool {
        let new = self.at.is_none();
        self.at.get_or_insert(now);
        new
    }

    fn worked(&mut self, now: u64) {
        self.at = self.at.filter(|at| now < at + Self::FORGET_AFTER);
    }
}

impl fmt::Debug for Poller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Poller").field("daemon", &self.daemon).field("schedule", &self.schedule).finish_non_exhaustive()
    }
}
