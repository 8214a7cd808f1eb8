//! One line of the table.

use std::fmt;
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tachograph::Capture;

use crate::answer::Answer;
use crate::app::App;
use crate::expected::Expected;
use crate::run::Mode;

pub(crate) type Handler = Arc<dyn Fn(App) -> BoxFuture<'static, Answer> + Send + Sync>;

/// A handler, and what is to be found of it.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) handler: Handler,
    pub(crate) findings: Vec<Expected>,
    /// What is to be found of the tasks that it started.
    pub(crate) in_tasks: Vec<Expected>,
    pub(crate) verdict: Option<String>,
    pub(crate) connections: u32,
    pub(crate) configure: fn(&mut Capture),
    pub(crate) modes: &'static [Mode],
}

/// A case in which nothing is to be found, until it is told what is.
pub(crate) fn case<F>(name: &'static str, handler: impl Fn(App) -> F + Send + Sync + 'static) -> Case
where
    F: Future<Output: Into<Answer>> + Send + 'static,
{
    Case {
        name,
        handler: Arc::new(move |app| handler(app).map(Into::into).boxed()),
        findings: Vec::new(),
        in_tasks: Vec::new(),
        verdict: None,
        connections: 4,
        configure: |_| (),
        modes: &[Mode::Test, Mode::Production],
    }
}

impl Case {
    pub(crate) fn finds(self, findings: impl Into<Vec<Expected>>) -> Self {
        Case { findings: findings.into(), ..self }
    }

    pub(crate) fn finds_in_tasks(self, findings: impl Into<Vec<Expected>>) -> Self {
        Case { in_tasks: findings.into(), ..self }
    }

    /// Said of the request when the places of all calls are known.
    pub(crate) fn verdict(self, verdict: impl Into<String>) -> Self {
        Case { verdict: Some(verdict.into()), ..self }
    }

    /// With so many connections to the database: otherwise there are four.
    pub(crate) fn connections(self, connections: u32) -> Self {
        Case { connections, ..self }
    }

    pub(crate) fn configured(self, configure: fn(&mut Capture)) -> Self {
        Case { configure, ..self }
    }

    /// It takes all there is to know to be right.
    pub(crate) fn only_in_tests(self) -> Self {
        Case { modes: &[Mode::Test], ..self }
    }

    /// The same for every framework: the name is the path, too.
    pub(crate) fn route(&self) -> String {
        format!("/{}", self.name)
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
