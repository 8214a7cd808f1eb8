//! One scenario against one demonstration.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use crate::Framework;
use crate::differences::{DIFFERENCES, Difference, Shows};
#[cfg(feature = "peer-tests")]
use crate::peers::Peers;
use crate::scenarios;
use crate::service::{Demo, Setup};

/// Which demonstration a scenario runs against, and what is known to be otherwise there.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    binary: &'static str,
    pub(crate) framework: Framework,
    scenario: &'static str,
    /// The known differences that were looked for, by their requests.
    looked_for: Arc<Mutex<BTreeSet<&'static str>>>,
    #[cfg(feature = "peer-tests")]
    peers: Option<Arc<Peers>>,
}

impl Case {
    pub(crate) fn new(binary: &'static str, framework: Framework, scenario: &'static str) -> Self {
        Case {
            binary,
            framework,
            scenario,
            looked_for: Arc::default(),
            #[cfg(feature = "peer-tests")]
            peers: None,
        }
    }

    pub(crate) fn run(&self) {
        let scenario = scenarios::find(self.scenario).expect("the list has it");
        scenario(self);
        self.finish();
    }

    #[cfg(feature = "peer-tests")]
    pub(crate) fn on_peers(self) -> Self {
        Case { peers: Some(Arc::new(Peers::new())), ..self }
    }

    #[cfg(feature = "peer-tests")]
    pub(crate) fn peers(&self) -> &Peers {
        self.peers.as_ref().expect("the scenario is run on peers")
    }

    /// The demonstration as the scenarios know it: without a file or a variable that would configure it.
    pub(crate) fn setup(&self) -> Setup {
        let setup = Setup::new(self, self.binary);
        #[cfg(feature = "peer-tests")]
        if let Some(peers) = &self.peers {
            return setup.env("DATABASE_URL", peers.postgres.url()).env("REDIS_URL", &peers.redis_url);
        }
        setup
    }

    pub(crate) fn start(&self) -> Demo {
        self.setup().start()
    }

    /// Whether this framework is known for it. For scenarios that cannot even ask the same of it.
    pub(crate) fn is_known(&self, difference: &str) -> bool {
        Difference::named(self.framework, difference)
    }

    /// What is otherwise in the record of `request` on this framework.
    pub(crate) fn differences(&self, request: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
        let here: Vec<&Shows> = self.known().filter(|shown| shown.request == request).collect();
        self.looked_for.lock().unwrap().extend(here.iter().map(|shown| shown.request));
        here.into_iter().flat_map(|shown| shown.instead.iter().copied())
    }

    /// A difference in a record that the scenario does not have is no difference.
    fn finish(&self) {
        let looked_for = self.looked_for.lock().unwrap();
        for shown in self.known() {
            assert!(looked_for.contains(shown.request), "this is not seen: {shown:?}");
        }
    }

    fn known(&self) -> impl Iterator<Item = &'static Shows> {
        let (framework, scenario) = (self.framework, self.scenario);
        let here = DIFFERENCES.iter().filter(move |difference| difference.framework == framework);
        here.flat_map(Difference::shows).filter(move |shown| shown.scenario == scenario)
    }
}
