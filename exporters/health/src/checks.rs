//! The checks of a service, which come when what they look at is there.

use std::error::Error as StdError;
use std::sync::{Arc, Mutex};

use tachograph_core::lock;

use crate::body::RESERVED;
use crate::check::Check;
use crate::error::Error;

/// In the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct Checks(Mutex<Vec<Arc<Check>>>);

impl Checks {
    pub(crate) fn add<C, F, T, E>(&self, name: String, critical: bool, check: C) -> Result<(), Error>
    where
        C: Fn() -> F + Send + Sync + 'static,
        F: Future<Output = Result<T, E>> + Send + 'static,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        let work = Box::new(move || {
            let result = check();
            Box::pin(async move { result.await.map(drop).map_err(Into::into) }) as _
        });
        let mut checks = lock(&self.0);
        verify(&name, &checks)?;
        checks.push(Arc::new(Check::new(name, critical, work)));
        Ok(())
    }

    pub(crate) fn all(&self) -> Vec<Arc<Check>> {
        lock(&self.0).clone()
    }

    pub(crate) fn critical(&self) -> Vec<Arc<Check>> {
        lock(&self.0).iter().filter(|check| check.is_critical()).cloned().collect()
    }
}

fn verify(name: &str, others: &[Arc<Check>]) -> Result<(), Error> {
    if name.is_empty() {
        return Err(Error::new(
            "a health check has no name: give it that of what it looks at, \"database\"".to_owned(),
        ));
    }
    if RESERVED.contains(&name) {
        return Err(Error::new(format!(
            "a health check is named `{name}`, which is a key of the answer itself: give it another name than `status`, \
             `version` and `timestamp`"
        )));
    }
    if others.iter().any(|other| other.name() == name) {
        return Err(Error::new(format!("two health checks are named `{name}`: give one of them another name")));
    }
    Ok(())
}
