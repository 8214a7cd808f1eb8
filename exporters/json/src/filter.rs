//! Which lines there are.

use std::str::FromStr;

use tachograph_core::Level;

use crate::error::Error;

/// Which lines there are, where not all are wanted: a group of CloudWatch Logs that has the errors alone.
///
/// ```
/// use tachograph_core::Level;
/// use tachograph_json::{Event, Filter};
///
/// let events = ["request".to_owned(), "task".to_owned()];
/// let filter = Filter::read(Some("error"), Some(&events), None)?;
/// assert!(filter.takes(Event::Request, Level::Critical, "tachograph.request"));
/// assert!(!filter.takes(Event::Request, Level::Warning, "tachograph.request"));
/// assert!(!filter.takes(Event::Log, Level::Error, "shop::orders"));
/// # Ok::<(), tachograph_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Lines of this level and louder, and of metrics all. Default: all.
    pub level: Option<Level>,
    /// Lines about these. Default: all.
    pub events: Option<Vec<Event>>,
    /// Lines of loggers that begin with one of these. Default: all.
    pub loggers: Option<Vec<String>>,
}

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// `request`: a request.
    Request,
    /// `task`: a task.
    Task,
    /// `call`: calls of a request or a task.
    Call,
    /// `finding`: a reason why a request or a task was slow, or will be.
    Finding,
    /// `log`: what the application logged.
    Log,
    /// `metrics`: numbers that are no single request's, by the feature `emf`.
    Metrics,
}

impl Filter {
    /// A filter as it is written in a configuration; what is none lets all pass.
    ///
    /// # Errors
    /// When the level or an event is none that there is.
    pub fn read(level: Option<&str>, events: Option<&[String]>, loggers: Option<&[String]>) -> Result<Self, Error> {
        let events = events.map(|events| events.iter().map(|event| event.parse()).collect());
        Ok(Filter {
            level: level.map(read_level).transpose()?,
            events: events.transpose()?,
            loggers: loggers.map(<[String]>::to_vec),
        })
    }

    /// Whether a line passes that is about this, of this level, by this logger.
    pub fn takes(&self, event: Event, level: Level, logger: &str) -> bool {
        self.takes_event(event) && self.level.is_none_or(|least| level >= least) && self.takes_logger(logger)
    }

    fn takes_logger(&self, logger: &str) -> bool {
        self.loggers.as_ref().is_none_or(|loggers| loggers.iter().any(|begin| logger.starts_with(&**begin)))
    }

    /// Whether requests or tasks pass, were it only the worst of them.
    pub fn takes_records(&self) -> bool {
        self.takes(Event::Request, Level::Critical, "tachograph.request")
            || self.takes(Event::Task, Level::Critical, "tachograph.task")
    }

    /// Whether lines pass that are nothing but metrics. Their level says nothing of what they count, so none keeps them out;
    /// and they go with the requests and tasks whose logger passes.
    pub fn takes_metrics(&self) -> bool {
        self.takes_event(Event::Metrics) && (self.takes_logger("tachograph.metrics") || self.takes_records())
    }

    /// Whether any line passes that is about this.
    pub(crate) fn takes_event(&self, event: Event) -> bool {
        self.events.as_ref().is_none_or(|events| events.contains(&event))
    }
}

fn read_level(text: &str) -> Result<Level, Error> {
    let levels = [Level::Debug, Level::Info, Level::Warning, Level::Error, Level::Critical];
    levels.into_iter().find(|level| level.as_str() == text).ok_or_else(|| {
        Error::new(format!("`{text}` is no level: use `debug`, `info`, `warning`, `error` or `critical`"))
    })
}

impl FromStr for Event {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Ok(match text {
            "request" => Event::Request,
            "task" => Event::Task,
            "call" => Event::Call,
            "finding" => Event::Finding,
            "log" => Event::Log,
            "metrics" => Event::Metrics,
            _ => {
                let choices = "use `request`, `task`, `call`, `finding`, `log` or `metrics`";
                return Err(Error::new(format!("`{text}` is no event: {choices}")));
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_filter_takes_everything() {
        assert!(Filter::default().takes(Event::Call, Level::Debug, ""));
        assert_eq!(Filter::read(None, None, None).unwrap(), Filter::default());
    }

    #[test]
    fn each_condition_must_be_met() {
        let loggers = ["shop::".to_owned(), "tachograph.".to_owned()];
        let filter =
            Filter::read(Some("warning"), Some(&["log".to_owned(), "call".to_owned()]), Some(&loggers)).unwrap();
        assert!(filter.takes(Event::Log, Level::Warning, "shop::orders"));
        assert!(filter.takes(Event::Call, Level::Critical, "tachograph.call"));
        assert!(!filter.takes(Event::Log, Level::Info, "shop::orders"));
        assert!(!filter.takes(Event::Log, Level::Error, "shopping"));
        assert!(!filter.takes(Event::Task, Level::Error, "tachograph.task"));
    }

    #[test]
    fn metrics_go_with_requests_and_tasks_whatever_their_level() {
        let takes = |level, events: Option<&[&str]>, logger: Option<&str>| {
            let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
            let filter =
                Filter::read(level, events.map(owned).as_deref(), logger.map(|one| owned(&[one])).as_deref()).unwrap();
            (filter.takes_records(), filter.takes_metrics())
        };
        assert_eq!(takes(Some("critical"), None, None), (true, true));
        assert_eq!(takes(None, None, Some("tachograph.task")), (true, true));
        assert_eq!(takes(None, None, Some("tachograph.metrics")), (false, true));
        assert_eq!(takes(None, None, Some("shop::")), (false, false));
        assert_eq!(takes(None, Some(&["metrics"]), None), (false, true));
        assert_eq!(takes(None, Some(&["task", "log"]), None), (true, false));
        assert_eq!(takes(None, Some(&["call", "log"]), None), (false, false));
    }

    #[test]
    fn errors_name_the_choices() {
        let level = Filter::read(Some("warn"), None, None).unwrap_err().to_string();
        assert_eq!(level, "`warn` is no level: use `debug`, `info`, `warning`, `error` or `critical`");
        let event = Filter::read(None, Some(&["query".to_owned()]), None).unwrap_err().to_string();
        assert_eq!(event, "`query` is no event: use `request`, `task`, `call`, `finding`, `log` or `metrics`");
        for text in ["debug", "info", "warning", "error", "critical"] {
            assert_eq!(Filter::read(Some(text), None, None).unwrap().level.unwrap().as_str(), text);
        }
    }
}
