//! Why requests take their time, in a few words: the same ones wherever it is shown.

use std::fmt::{self, Display};

use tachograph_core::FindingKind;

use crate::finding::{FindingKey, Findings};
use crate::shares::Share;
use crate::sums::Sums;

/// What has less of the time is not the cause.
const LEAST_PART: f64 = 0.1;

/// Where most of the time of some requests goes, as far as is known: `N+1: 41 x SELECT users at orders.rs:88`, `82% own code`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cause<'a> {
    /// What cost the most of all that was found, if that is a tenth of the time or more.
    Found(&'a FindingKey, &'a Findings),
    /// Otherwise the largest share, and how much of the time it is, 0 to 1.
    Share(Share, f64),
}

impl<'a> Cause<'a> {
    /// Of requests with these sums, of which this was found. None where they took no time.
    pub fn of(sums: &Sums, found: impl IntoIterator<Item = (&'a FindingKey, &'a Findings)>) -> Option<Self> {
        // That it was slow is what the cause is looked for of.
        let causes = found.into_iter().filter(|(key, _)| &*key.kind != FindingKind::SlowRequest.as_str());
        let enough = |findings: &Findings| findings.cost > 0.0 && findings.cost >= sums.duration * LEAST_PART;
        let dearest = causes.filter(|(_, findings)| enough(findings)).max_by(|(key, one), (other_key, other)| {
            // That there are too many queries says less than which ones they are.
            let says_which = |key: &FindingKey| &*key.kind != FindingKind::TooManyQueries.as_str();
            let order = says_which(key).cmp(&says_which(other_key)).then(one.cost.total_cmp(&other.cost));
            // Of those that cost the same always the same one.
            order.then_with(|| other_key.cmp(key))
        });
        match dearest {
            Some((key, findings)) => Some(Cause::Found(key, findings)),
            None => {
                let largest = sums.shares.largest()?;
                Some(Cause::Share(largest, sums.shares.of(largest) / sums.shares.sum()))
            }
        }
    }
}

impl Display for Cause<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (key, findings) = match self {
            Cause::Found(key, findings) => (key, findings),
            Cause::Share(share, part) => return write!(f, "{:.0}% {}", part * 100.0, share.label()),
        };
        match FindingKind::of(&key.kind) {
            Some(kind) => f.write_str(kind.label())?,
            None => f.write_str(&key.kind)?,
        }
        let each = findings.count / findings.requests.max(1.0);
        match (&*key.summary, &*key.target) {
            ("", "") => {}
            ("", target) => write!(f, ": {target}")?,
            (summary, _) if each >= 1.5 => write!(f, ": {each:.0} x {summary}")?,
            (summary, _) => write!(f, ": {summary}")?,
        }
        match &*key.callsite {
            "" => Ok(()),
            callsite => write!(f, " at {}", short(callsite)),
        }
    }
}

/// From below its `src` directory on, where it has one, as in a verdict.
fn short(callsite: &str) -> &str {
    let below = ["/src/", "\\src\\"].into_iter().filter_map(|src| callsite.rsplit_once(src)).map(|(_, below)| below);
    below.chain(callsite.strip_prefix("src/")).min_by_key(|below| below.len()).unwrap_or(callsite)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shares::Shares;

    fn key(kind: &str, summary: &str, target: &str, callsite: &str) -> FindingKey {
        FindingKey { kind: kind.into(), summary: summary.into(), target: target.into(), callsite: callsite.into() }
    }

    fn cost(cost: f64) -> Findings {
        Findings { requests: 2.0, count: 82.0, cost, dearest: 1 }
    }

    fn words(found: &[(FindingKey, Findings)]) -> Option<String> {
        let shares = Shares::new([0.0, 0.0, 0.0, 0.0, 820.0, 0.0, 180.0]);
        let sums = Sums { duration: 1000.0, shares, ..Sums::default() };
        Some(Cause::of(&sums, found.iter().map(|(key, findings)| (key, findings)))?.to_string())
    }

    #[test]
    fn a_cause_is_the_dearest_finding_or_where_most_of_the_time_goes() {
        assert_eq!(Cause::of(&Sums::default(), []), None);
        assert_eq!(words(&[]).unwrap(), "82% own code");
        let slow = (key("slow_request", "", "", ""), cost(1000.0));
        let repeated = key("n_plus_one", "SELECT users", "main", "/app/src/orders.rs:88");
        assert_eq!(words(&[slow.clone(), (repeated.clone(), cost(99.0))]).unwrap(), "82% own code");
        let repeated = (repeated, cost(100.0));
        assert_eq!(words(&[slow, repeated.clone()]).unwrap(), "N+1: 41 x SELECT users at orders.rs:88");
        let waiting = (key("connection_wait", "", "main", ""), cost(101.0));
        assert_eq!(words(&[waiting.clone(), repeated.clone()]).unwrap(), "pool exhausted: main");
        let another = (key("unheard_of", "GET", "", "tests/a.rs:1"), Findings { count: 2.0, ..cost(102.0) });
        assert_eq!(words(&[waiting, repeated, another]).unwrap(), "unheard_of: GET at tests/a.rs:1");
    }

    #[test]
    fn which_queries_there_are_too_many_of_says_more_than_that_there_are() {
        let too_many = (key("too_many_queries", "", "main", ""), cost(900.0));
        let repeated = (key("n_plus_one", "SELECT users", "main", "src/orders.rs:88"), cost(800.0));
        assert_eq!(words(&[too_many.clone(), repeated]).unwrap(), "N+1: 41 x SELECT users at orders.rs:88");
        let small = (key("n_plus_one", "SELECT users", "main", "src/orders.rs:88"), cost(99.0));
        assert_eq!(words(&[small, too_many]).unwrap(), "over budget: main");
    }

    #[test]
    fn of_those_that_cost_the_same_it_is_always_the_same() {
        let [one, other] = ["b.rs:1", "a.rs:1"].map(|callsite| (key("slow_query", "", "", callsite), cost(500.0)));
        assert_eq!(words(&[one.clone(), other.clone()]), words(&[other, one]));
    }

    #[test]
    fn a_place_is_as_short_as_in_a_verdict() {
        for (callsite, place) in [
            ("src/orders.rs:88", "orders.rs:88"),
            ("/app/src/shop/src/store/orders.rs:88", "store/orders.rs:88"),
            ("crates\\shop\\src\\orders.rs:88", "orders.rs:88"),
            ("tests/orders.rs:88", "tests/orders.rs:88"),
        ] {
            assert_eq!(short(callsite), place);
        }
    }
}
