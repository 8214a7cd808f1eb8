//! Sampling by rules that the service brings along.

mod file;

use std::path::Path;
use std::sync::Mutex;

use tachograph_core::lock;

use super::criteria::{Asked, Criteria};
use super::random::Random;
use super::second::Second;
use crate::error::Error;

/// Rules of a file, as AWS's SDKs read it: which requests, how many of them a second for certain, and which part of the rest.
/// The first rule that matches counts. Default: one request a second, and 5 % of the others.
///
/// ```
/// use tachograph_xray::LocalRules;
///
/// let rules = LocalRules::from_json(
///     br#"{
///         "version": 2,
///         "rules": [
///             {"host": "*", "http_method": "GET", "url_path": "/flags/*", "fixed_target": 0, "rate": 0.01}
///         ],
///         "default": {"fixed_target": 1, "rate": 0.05}
///     }"#,
/// )?;
/// # drop(rules);
/// # Ok::<(), tachograph_xray::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct LocalRules {
    rules: Vec<(Criteria, Share)>,
    default: Share,
}

/// How many of the requests that a rule is for are sampled.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Share {
    each_second: u64,
    /// Of what comes beyond that.
    rate: f64,
}

impl LocalRules {
    /// Reads a file of version 2, or of version 1, where a rule's `host` is called `service_name`.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let json = std::fs::read(path).map_err(|error| {
            let what = format!("cannot read the sampling rules in {}: {error}", path.display());
            Error::because(what, error)
        })?;
        file::parse(&json).map_err(|wrong| Error::new(format!("the sampling rules in {} {wrong}", path.display())))
    }

    /// Reads what such a file has in it.
    pub fn from_json(json: &[u8]) -> Result<Self, Error> {
        file::parse(json).map_err(|wrong| Error::new(format!("the sampling rules {wrong}")))
    }
}

impl Default for LocalRules {
    fn default() -> Self {
        LocalRules { rules: Vec::new(), default: Share { each_second: 1, rate: 0.05 } }
    }
}

/// The rules, and what each has used of its second.
#[derive(Debug)]
pub(crate) struct Local {
    rules: Vec<(Criteria, Reservoir)>,
    default: Reservoir,
}

#[derive(Debug)]
struct Reservoir {
    share: Share,
    second: Mutex<Second>,
}

impl Local {
    pub(crate) fn new(rules: LocalRules) -> Self {
        let reservoir = |share| Reservoir { share, second: Mutex::default() };
        Local {
            rules: rules.rules.into_iter().map(|(criteria, share)| (criteria, reservoir(share))).collect(),
            default: reservoir(rules.default),
        }
    }

    pub(crate) fn samples(&self, asked: &Asked<'_>, now: u64, random: &dyn Random) -> bool {
        let rule = self.rules.iter().find(|(criteria, _)| criteria.match_all(asked));
        let Reservoir { share, second } = rule.map_or(&self.default, |(_, reservoir)| reservoir);
        lock(second).take(now, share.each_second) || random.fraction() < share.rate
    }
}

#[cfg(test)]
mod tests {
    use super::super::random::testing::Always;
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn local(json: &str) -> Local {
        Local::new(LocalRules::from_json(json.as_bytes()).unwrap())
    }

    fn sampled(local: &Local, asked: &Asked<'_>, now: u64, random: f64, requests: usize) -> usize {
        (0..requests).filter(|_| local.samples(asked, now, &Always(random))).count()
    }

    #[test]
    fn without_a_file_it_is_one_a_second_and_5_percent() {
        let local = Local::new(LocalRules::default());
        let asked = Asked { method: "GET", path: "/", ..Asked::default() };
        for second in 1..4 {
            assert_eq!(sampled(&local, &asked, second * SECOND, 0.05, 10), 1);
            assert_eq!(sampled(&local, &asked, second * SECOND, 0.049, 10), 10);
        }
    }

    #[test]
    fn the_first_rule_that_matches_counts_and_each_has_its_own_second() {
        let local = local(
            r#"{"version": 2, "default": {"fixed_target": 5, "rate": 0}, "rules": [
                {"description": "flags", "host": "*", "http_method": "get", "url_path": "/flags/*", "fixed_target": 2, "rate": 0},
                {"host": "*.example.com", "http_method": "*", "url_path": "*", "fixed_target": 0, "rate": 1.0},
                {"host": "*", "http_method": "*", "url_path": "/flags/*", "fixed_target": 9, "rate": 0}
            ]}"#,
        );
        let of = |method, path, host| Asked { method, path, host, ..Asked::default() };
        assert_eq!(sampled(&local, &of("GET", "/flags/dark-mode", "www.example.com"), SECOND, 0.0, 10), 2);
        assert_eq!(sampled(&local, &of("POST", "/flags/dark-mode", "www.example.com"), SECOND, 0.99, 10), 10);
        assert_eq!(sampled(&local, &of("POST", "/flags/dark-mode", "localhost"), SECOND, 0.0, 10), 9);
        assert_eq!(sampled(&local, &of("GET", "/", "localhost"), SECOND, 0.0, 10), 5);
        assert_eq!(sampled(&local, &of("GET", "/", "localhost"), SECOND, 0.0, 10), 0);
        assert_eq!(sampled(&local, &of("GET", "/flags/dark-mode", "x"), 2 * SECOND, 0.0, 10), 2);
    }

    #[test]
    fn threads_together_get_no_more_than_a_second_has() {
        let local = local(r#"{"version": 1, "default": {"fixed_target": 100, "rate": 0}}"#);
        let count = || sampled(&local, &Asked::default(), SECOND, 0.5, 1000);
        let total: usize = std::thread::scope(|threads| {
            let threads: Vec<_> = (0..4).map(|_| threads.spawn(count)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(total, 100);
    }
}
