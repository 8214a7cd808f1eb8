//! What is measured, as it is configured.

use std::time::Duration;

use tachograph_core::{Capture, FindingKind, Ignore, Routes, Service, Silence, Thresholds, known_method};

use crate::config::{CaptureConfig, FindingsConfig};
use crate::error::Error;

/// Environments in which only those who develop see what is answered.
const PRIVATE: [&str; 4] = ["development", "dev", "local", "test"];

impl CaptureConfig {
    pub(crate) fn build(&self, service: &Service) -> Result<Capture, Error> {
        let mut capture = Capture::default();
        if let Some(ignore) = &self.ignore {
            capture.ignore = Ignore::new(ignore)
                .map_err(|error| Error::with_source(format!("capture.ignore does not fit: {error}"), error))?;
        }
        capture.request_headers = self.request_headers.iter().map(|name| name.to_ascii_lowercase()).collect();
        for place in &self.silence {
            if place.is_empty() {
                return Err(Error::new(
                    "capture.silence names an empty place: write a file, a line, a summary or a target",
                ));
            }
            if FindingKind::of(place).is_some() {
                return Err(Error::new(format!(
                    "capture.silence names `{place}`, which is a kind of finding and no place: say \
                     capture.findings.off = [\"{place}\"]"
                )));
            }
        }
        capture.silence = Silence::new(&self.silence);
        let environment = service.environment.as_deref().unwrap_or_default();
        capture.server_timing = self.server_timing.unwrap_or(PRIVATE.contains(&environment));
        let all =
            Overlay { slow_request_ms: self.slow_request_ms, max_queries: self.max_queries, findings: &self.findings };
        capture.thresholds = all.over(&Thresholds::default(), "capture")?;
        let mut routes = Routes::default();
        for (route, config) in &self.routes {
            let key = format!("capture.routes.{route:?}");
            if !is_route(route) {
                return Err(Error::new(format!(
                    "{key} is no route: write a method and a route (\"GET /experiments/{{id}}\"), a route for all methods \
                     (\"/experiments/{{id}}\"), or the name of a task (\"rollup\")"
                )));
            }
            let findings = &config.findings;
            let own = Overlay { slow_request_ms: config.slow_request_ms, max_queries: config.max_queries, findings };
            routes.set(route, own.over(&capture.thresholds, &key)?);
        }
        capture.routes = routes;
        Ok(capture)
    }
}

fn is_route(route: &str) -> bool {
    match route.split_once(' ') {
        Some((method, path)) if path.starts_with('/') => known_method(method).is_some() && !path.contains(' '),
        // The name of a task can have blanks in it, but no slash; a route the other way round.
        Some(_) => !route.contains('/'),
        None => route.starts_with('/') || (!route.is_empty() && !route.contains('/')),
    }
}

/// What is said of thresholds in one place.
struct Overlay<'a> {
    slow_request_ms: Option<u64>,
    max_queries: Option<u32>,
    findings: &'a FindingsConfig,
}

impl Overlay<'_> {
    fn over(&self, base: &Thresholds, key: &str) -> Result<Thresholds, Error> {
        // Every field is named, so that none is forgotten that will be added.
        let FindingsConfig {
            repeats,
            slow_query_ms,
            slow_external_call_ms,
            external_repeats,
            sequential_saving_ms,
            connection_wait_ms,
            cache_misses,
            large_response_bytes,
            slow_body_ms,
            blocking_ms,
            waiting_ms,
            warning_ms,
            off,
        } = self.findings;
        for (name, repeats) in [("repeats", repeats), ("external_repeats", external_repeats)] {
            if let Some(repeats @ 0..=1) = repeats {
                return Err(Error::new(format!(
                    "{key}.findings.{name} is {repeats}, but what is asked once does not repeat: say 2 or more, or switch \
                     the finding off (off = [\"n_plus_one\"])"
                )));
            }
        }
        let mut thresholds = base.clone();
        let times = [
            (&mut thresholds.slow_request, self.slow_request_ms),
            (&mut thresholds.slow_query, *slow_query_ms),
            (&mut thresholds.slow_external_call, *slow_external_call_ms),
            (&mut thresholds.sequential_saving, *sequential_saving_ms),
            (&mut thresholds.connection_wait, *connection_wait_ms),
            (&mut thresholds.slow_body, *slow_body_ms),
            (&mut thresholds.blocking, *blocking_ms),
            (&mut thresholds.waiting, *waiting_ms),
            (&mut thresholds.warning, *warning_ms),
        ];
        for (time, said) in times {
            *time = said.map_or(*time, Duration::from_millis);
        }
        let counts = [
            (&mut thresholds.max_queries, self.max_queries),
            (&mut thresholds.repeats, *repeats),
            (&mut thresholds.external_repeats, *external_repeats),
            (&mut thresholds.cache_misses, *cache_misses),
        ];
        for (count, said) in counts {
            *count = said.unwrap_or(*count);
        }
        thresholds.large_response = large_response_bytes.unwrap_or(thresholds.large_response);
        for name in off {
            match FindingKind::of(name) {
                Some(kind) => thresholds.switch_off(kind),
                None if name == "all" => FindingKind::ALL.into_iter().for_each(|kind| thresholds.switch_off(kind)),
                None => {
                    let known = FindingKind::ALL.map(FindingKind::as_str).join(", ");
                    return Err(Error::new(format!(
                        "{key}.findings.off names `{name}`, which is no finding: there are {known}, and all"
                    )));
                }
            }
        }
        Ok(thresholds)
    }
}
