//! An instance whose lines go to a service, and somebody who hears of failures.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use tachograph_cloudwatch_logs::{
    CloudWatchLogs, Counters, Credentials, LogGroup, Settings, SharedCredentialsProvider,
};
use tachograph_core::{Exporter, FieldValue, Handle, Level, LogEvent, Record, Service, WeakHandle};
use tachograph_log_service::LogService;

/// The group of tests that need one only.
pub(crate) const GROUP: &str = "/shop/requests";

/// Nothing that a test waits for takes so long.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

pub(crate) struct Bench {
    pub(crate) service: LogService,
    pub(crate) handle: Handle,
    exporter: Arc<CloudWatchLogs>,
    failures: Arc<Mutex<Vec<String>>>,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    /// With what is usual, but for these changes.
    pub(crate) fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::at(LogService::start_blocking(), change)
    }

    pub(crate) fn at(service: LogService, change: impl FnOnce(&mut Settings)) -> Self {
        let failures = Arc::<Mutex<Vec<String>>>::default();
        let mut settings = settings(&service.endpoint());
        let told = Arc::clone(&failures);
        settings.on_failure = Arc::new(move |failure| told.lock().unwrap().push(failure.to_string()));
        change(&mut settings);
        let name = Service::new("shop");
        let exporter = Arc::new(CloudWatchLogs::new(&name, settings).expect("it can be set up"));
        let handle = Handle::builder().service(name).exporter(Shared(Arc::clone(&exporter))).build();
        Bench { service, handle, exporter, failures }
    }

    /// The application logs this.
    pub(crate) fn log(&self, message: &str) {
        log(&self.handle, message);
    }

    /// Waits until all is sent.
    pub(crate) fn flush(&self) {
        assert!(self.handle.flush(LIMIT), "{:?} of {:?}", self.failures(), self.service);
    }

    /// What the application logged, as it is in a group.
    pub(crate) fn logged(&self, group: &str) -> Vec<String> {
        self.service.messages(group).iter().map(|line| message_of(line)).collect()
    }

    /// Of the group that there is.
    pub(crate) fn counters(&self) -> Counters {
        self.exporter.counters()[0].1
    }

    /// Waits until this is so.
    pub(crate) fn wait_until(&self, is_so: impl Fn(&Self) -> bool) {
        let begin = Instant::now();
        while !is_so(self) {
            assert!(begin.elapsed() < LIMIT, "{:?} of {:?}", self.failures(), self.service);
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Waits until a group has so many lines.
    pub(crate) fn wait_for(&self, group: &str, lines: usize) {
        self.service.block_on(self.service.wait_for(|kept| kept.count(group) == lines));
    }

    pub(crate) fn dropped(&self, reason: &str) -> u64 {
        self.exporter.dropped().iter().find(|(name, _)| *name == reason).expect("there is such a reason").1
    }

    pub(crate) fn failures(&self) -> Vec<String> {
        self.failures.lock().unwrap().clone()
    }
}

/// For the service at this end point, with credentials that nobody verifies, and back-offs that do not hold up tests: a
/// flush cuts them short.
pub(crate) fn settings(endpoint: &str) -> Settings {
    let mut settings = Settings::new(vec![LogGroup::new(GROUP)]);
    settings.endpoint = Some(endpoint.to_owned());
    settings.region = Some("eu-west-1".to_owned());
    settings.credentials = Some(credentials());
    settings
}

pub(crate) fn credentials() -> SharedCredentialsProvider {
    SharedCredentialsProvider::new(Credentials::new("AKIDEXAMPLE", "secret", None, None, "tests"))
}

/// Says who we are, or why not, when it is asked; on a thread where that may block.
pub(crate) struct CredentialsBy(
    pub(crate) Arc<dyn Fn() -> Result<SharedCredentialsProvider, &'static str> + Send + Sync>,
);

impl fmt::Debug for CredentialsBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CredentialsBy")
    }
}

impl ProvideCredentials for CredentialsBy {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let ask = Arc::clone(&self.0);
            match tokio::task::spawn_blocking(move || ask()).await.expect("it does not panic") {
                Ok(found) => found.provide_credentials().await,
                Err(why) => Err(CredentialsError::not_loaded(why)),
            }
        })
    }
}

pub(crate) fn log(handle: &Handle, message: &str) {
    log_as(handle, Level::Info, "shop::orders", message);
}

pub(crate) fn log_as(handle: &Handle, level: Level, target: &str, message: &str) {
    let fields: &[(&str, FieldValue)] = &[];
    handle.log(&LogEvent { time: SystemTime::now(), level, target, message, fields, recording: None });
}

/// Opens and closes a task of this name.
pub(crate) fn run_task(handle: &Handle, name: &'static str) {
    let task = std::pin::pin!(handle.task(name, async {}));
    assert!(task.poll(&mut std::task::Context::from_waker(std::task::Waker::noop())).is_ready());
}

pub(crate) fn message_of(line: &str) -> String {
    let line: serde_json::Value = serde_json::from_str(line).expect("a line is JSON");
    line["message"].as_str().expect("a line has a message").to_owned()
}

pub(crate) fn numbers(count: usize) -> Vec<String> {
    (0..count).map(|number| number.to_string()).collect()
}

/// An exporter that the test keeps a hold of.
#[derive(Debug)]
struct Shared(Arc<CloudWatchLogs>);

impl Exporter for Shared {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn attached(&self, handle: &WeakHandle) {
        self.0.attached(handle);
    }

    fn record(&self, record: &Record) {
        self.0.record(record);
    }

    fn event(&self, event: &LogEvent<'_>) {
        self.0.event(event);
    }

    fn shows_events(&self) -> bool {
        self.0.shows_events()
    }

    fn flush(&self, deadline: Duration) -> bool {
        self.0.flush(deadline)
    }

    fn shutdown(&self, deadline: Duration) -> bool {
        self.0.shutdown(deadline)
    }

    fn dropped(&self) -> Vec<(&'static str, u64)> {
        self.0.dropped()
    }
}
