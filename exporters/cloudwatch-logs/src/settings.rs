//! Which groups there are, what goes to each, and how it gets there.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_sdk_cloudwatchlogs::config::SharedCredentialsProvider;
use tachograph_delivery::Failure;

use crate::error::Error;
use crate::names::{check_group, check_region, check_retention, check_stream};
use crate::stream::own_stream;

/// How [`CloudWatchLogs`](crate::CloudWatchLogs) is set up; begin with [`Settings::new`].
#[non_exhaustive]
pub struct Settings {
    /// The groups, each with some of the lines.
    pub groups: Vec<LogGroup>,
    /// The stream in each group. Default: one of this process' own, called by host, time and process id.
    pub stream: String,
    /// Whether groups and streams that are not there are created. Default true.
    pub create: bool,
    /// The region, such as `eu-west-1`. Default: what the AWS SDK finds in `AWS_REGION`, in the profile, or by asking the
    /// instance.
    pub region: Option<String>,
    /// Another end point than the region's, such as `http://127.0.0.1:5000`. Default: what the AWS SDK finds, else none.
    pub endpoint: Option<String>,
    /// Who we are. Default: what the AWS SDK finds: variables, the profile, the role of the container or the instance.
    pub credentials: Option<SharedCredentialsProvider>,
    /// The longest time that a line waits before it is sent, while CloudWatch Logs takes lines: what a process loses that is
    /// killed. At least 250 ms. Default 1 s.
    pub flush_interval: Duration,
    /// How many bytes of lines may wait while CloudWatch Logs does not take them, in all groups together. Default 64 MiB.
    ///
    /// Where there are several groups, half of it is theirs in equal parts, and the other half is for whichever needs it.
    pub buffer_bytes: usize,
    /// How long one call may take. Default 30 s: an answer that comes later means that the same lines are sent again.
    pub timeout: Duration,
    /// Told when sending fails, once for each cause, on the thread that sends. Default: a line on stderr.
    pub on_failure: FailureHook,
}

/// Told of failures.
pub type FailureHook = Arc<dyn Fn(&Failure) + Send + Sync>;

/// A group, and what goes there.
#[derive(Debug)]
#[non_exhaustive]
pub struct LogGroup {
    /// What it is called.
    pub name: String,
    /// For how many days it keeps its events, where it is created here: one of those that CloudWatch Logs has. Default: for
    /// ever.
    pub retention_days: Option<u32>,
    /// Which lines there are, and what they look like. `output`, `name`, `text_times`, `delivery` and `on_failure` are ours, but for the
    /// [sources](tachograph_delivery::Settings::periodic) of the delivery.
    pub lines: tachograph_json::Settings,
}

impl LogGroup {
    /// A group for all lines.
    pub fn new(name: impl Into<String>) -> Self {
        LogGroup { name: name.into(), retention_days: None, lines: tachograph_json::Settings::default() }
    }
}

impl Settings {
    /// What is usual, for these groups.
    pub fn new(groups: Vec<LogGroup>) -> Self {
        Settings {
            groups,
            stream: own_stream(SystemTime::now()),
            create: true,
            region: None,
            endpoint: None,
            credentials: None,
            flush_interval: Duration::from_secs(1),
            buffer_bytes: 64 << 20,
            timeout: Duration::from_secs(30),
            on_failure: Arc::new(|failure| {
                use std::io::Write;
                // `eprintln!` would panic where stderr is closed, too.
                let _ = writeln!(std::io::stderr(), "tachograph.cloudwatch_logs: {failure}");
            }),
        }
    }

    /// Whether CloudWatch Logs would take it.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.region.as_deref().map_or(Ok(()), check_region).map_err(|error| error.about("region"))?;
        if self.groups.is_empty() {
            return Err(Error::new("there is no group to send lines to: say one"));
        }
        for (place, group) in self.groups.iter().enumerate() {
            check_group(&group.name).map_err(|error| error.about("group"))?;
            group.retention_days.map_or(Ok(()), check_retention).map_err(|error| error.about("retention_days"))?;
            if self.groups[..place].iter().any(|other| other.name == group.name) {
                return Err(Error::new(format!(
                    "group `{}` is there twice: it would have some lines twice; make it one, or call one of them otherwise",
                    group.name
                ))
                .about("groups"));
            }
        }
        check_stream(&self.stream).map_err(|error| error.about("stream"))?;
        if self.flush_interval < LEAST_FLUSH_INTERVAL {
            return Err(Error::new(format!(
                "lines cannot be sent every {:?}: use {LEAST_FLUSH_INTERVAL:?} or more",
                self.flush_interval
            ))
            .about("flush_interval_ms"));
        }
        let is_url = |endpoint: &String| ["http://", "https://"].iter().any(|begin| endpoint.starts_with(begin));
        match &self.endpoint {
            Some(endpoint) if !is_url(endpoint) => Err(Error::new(format!(
                "`{endpoint}` is no end point: use one at `https://`, or none for that of the region"
            ))
            .about("endpoint")),
            _ => Ok(()),
        }
    }
}

/// An idle delivery looks for lines every 100 ms, and some time is needed to send them.
const LEAST_FLUSH_INTERVAL: Duration = Duration::from_millis(250);

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("groups", &self.groups)
            .field("stream", &self.stream)
            .field("create", &self.create)
            .field("region", &self.region)
            .field("endpoint", &self.endpoint)
            .field("flush_interval", &self.flush_interval)
            .field("buffer_bytes", &self.buffer_bytes)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(change: impl FnOnce(&mut Settings)) -> String {
        let mut settings = Settings::new(vec![LogGroup::new("/shop/requests")]);
        settings.check().expect("what is usual is right");
        change(&mut settings);
        settings.check().expect_err("it is refused").to_string()
    }

    #[test]
    fn what_cloudwatch_logs_would_refuse_is_refused_at_once() {
        assert!(refused(|settings| settings.groups.clear()).contains("no group"));
        assert!(refused(|settings| settings.groups.push(LogGroup::new("my group"))).contains("`my group`"));
        assert!(refused(|settings| settings.groups.push(LogGroup::new("/shop/requests"))).contains("twice"));
        assert!(refused(|settings| settings.groups[0].retention_days = Some(8)).contains("use 14"));
        assert!(refused(|settings| settings.region = Some("EU West".to_owned())).contains("`EU West` is no region"));
        assert!(refused(|settings| settings.stream = "a:b".to_owned()).contains("`a:b`"));
        assert!(refused(|settings| settings.flush_interval = Duration::from_millis(249)).contains("250ms or more"));
        assert!(refused(|settings| settings.endpoint = Some("127.0.0.1:5000".to_owned())).contains("`https://`"));
    }
}
