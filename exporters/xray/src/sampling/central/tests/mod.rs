mod decisions;
mod outages;
mod rules;
mod targets;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tachograph_core::{Clock, ManualClock, RequestHead, lock};
use tachograph_xray_daemon::{Daemon, Rule, Target, Targets};

use super::*;
use crate::origin::{Origin, Platform};
use crate::sampling::local::LocalRules;
use crate::sampling::random::testing::Always;

/// A service that is asked for traces, its daemon, and a time that both go by.
struct Service {
    clock: ManualClock,
    daemon: Daemon,
    central: Arc<Central>,
    poller: Poller,
    failures: Arc<Mutex<Vec<String>>>,
}

impl Service {
    /// The dice always show a half. The local rules sample everything, so that it is seen when they decide.
    fn start(daemon: Daemon) -> Self {
        Self::named(daemon, "experiments-api", Origin::new(Platform::None, []))
    }

    fn named(daemon: Daemon, name: &str, origin: Origin) -> Self {
        let clock = ManualClock::new();
        let fallback = LocalRules::from_json(br#"{"version":2,"default":{"fixed_target":0,"rate":1}}"#).unwrap();
        let central = Arc::new(Central::new(
            name,
            origin.start(),
            Local::new(fallback),
            Arc::new(clock.clone()),
            Arc::new(Always(0.5)),
        ));
        let failures = Arc::<Mutex<Vec<String>>>::default();
        let told = Arc::clone(&failures);
        let poller = Poller::new(
            Arc::clone(&central),
            daemon.address().into(),
            "0123456789abcdef01234567".to_owned(),
            Box::new(move |error| lock(&told).push(error.to_string())),
        );
        Service { clock, daemon, central, poller, failures }
    }

    /// So much time passes, in which the daemon is asked whenever that is due.
    fn pass(&mut self, mut time: Duration) {
        loop {
            let wait = self.poller.step().min(time);
            if time.is_zero() {
                return;
            }
            self.clock.advance(wait);
            time -= wait;
        }
    }

    fn second(&mut self) {
        self.pass(Duration::from_secs(1));
    }

    /// How many of so many requests are sampled at this moment.
    fn sampled(&self, head: &RequestHead<'_>, requests: usize) -> usize {
        (0..requests).filter(|_| self.central.samples(head)).count()
    }

    fn failures(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.failures))
    }

    /// What was told of a rule: requests, sampled and borrowed ones.
    fn told(&self, rule: &str) -> (u64, u64, u64) {
        self.daemon.look(|received| {
            let told = received.statistics.iter().flatten().filter(|told| told.rule == rule);
            told.fold((0, 0, 0), |sum, told| (sum.0 + told.requests, sum.1 + told.sampled, sum.2 + told.borrowed))
        })
    }

    fn rules_requests(&self) -> usize {
        self.daemon.look(|received| received.rules_requests)
    }

    fn targets_requests(&self) -> usize {
        self.daemon.look(|received| received.statistics.len())
    }
}

fn get(path: &str) -> RequestHead<'_> {
    RequestHead { method: "GET", path, ..RequestHead::default() }
}

fn rule(name: &str, priority: i64, url_path: &str) -> Rule {
    Rule { name: name.into(), priority, url_path: url_path.into(), fixed_rate: 0.0, reservoir: 0, ..Rule::default() }
}

/// X-Ray's answer: so many a second for each rule that was told of, for five minutes, which is what it gives.
fn serve_quota(service: &Service, quota: u64) {
    let clock = service.clock.clone();
    service.daemon.answer_targets(move |told| {
        let ends = clock.wall() + Duration::from_secs(300);
        let target = |rule: &str| Target {
            rule: rule.to_owned(),
            fixed_rate: 0.0,
            reservoir_quota: Some(quota),
            quota_ttl: Some(ends.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs_f64()),
            interval: Some(10),
        };
        Targets { targets: told.iter().map(|told| target(&told.rule)).collect(), ..Targets::default() }
    });
}
