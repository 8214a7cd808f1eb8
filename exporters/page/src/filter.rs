//! Which requests are asked for.

use tachograph_summary::{EndpointKey, Variant};

use crate::query::{Query, Unusable};

/// Which requests are asked for. The default are all of a quarter of an hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Filter {
    /// The last so many seconds; none: all that there is.
    pub(crate) window: Option<u64>,
    methods: Vec<String>,
    not_methods: Vec<String>,
    status: Option<Status>,
    route: Option<String>,
    /// In milliseconds, one of [`Variant::BANDS`].
    min_ms: u64,
    version: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    /// 2 for `2xx`.
    Class(u16),
    Code(u16),
    /// There was no answer.
    Missing,
    Error,
}

const WINDOWS: [u64; 4] = [60, 300, 900, 3600];

impl Default for Filter {
    fn default() -> Self {
        Filter {
            window: Some(900),
            methods: Vec::new(),
            not_methods: Vec::new(),
            status: None,
            route: None,
            min_ms: 0,
            version: None,
        }
    }
}

impl Filter {
    /// The names of its parameters.
    pub(crate) const PARAMETERS: [&str; 7] = ["window", "method", "not_method", "status", "route", "min_ms", "version"];

    pub(crate) fn read(query: &Query<'_>) -> Result<Self, Unusable> {
        let list = |name: &str| -> Vec<String> {
            let values = query.value(name).unwrap_or_default().split(',').map(str::trim);
            values.filter(|value| !value.is_empty()).map(str::to_owned).collect()
        };
        Ok(Filter {
            window: window(query.value("window"))?,
            methods: list("method"),
            not_methods: list("not_method"),
            status: status(query.value("status"))?,
            route: query.value("route").map(str::to_owned),
            min_ms: min_ms(query.value("min_ms"))?,
            version: query.value("version").filter(|version| !version.is_empty()).map(str::to_owned),
        })
    }

    /// Only those of one endpoint.
    pub(crate) fn of_endpoint(self, method: &str, route: &str) -> Self {
        Filter { methods: vec![method.to_owned()], not_methods: Vec::new(), route: Some(route.to_owned()), ..self }
    }

    /// Of one version, whatever was asked for.
    pub(crate) fn of_version(&self, version: &str) -> Self {
        Filter { version: Some(version.to_owned()), ..self.clone() }
    }

    pub(crate) fn takes_endpoint(&self, key: &EndpointKey) -> bool {
        self.takes(&key.version, &key.method, &key.route)
    }

    pub(crate) fn takes(&self, version: &str, method: &str, route: &str) -> bool {
        let is = |given: &String| given.eq_ignore_ascii_case(method);
        (self.methods.is_empty() || self.methods.iter().any(is))
            && !self.not_methods.iter().any(is)
            && self.route.as_ref().is_none_or(|given| given == route)
            && self.version.as_ref().is_none_or(|given| given == version)
    }

    pub(crate) fn takes_variant(&self, variant: &Variant) -> bool {
        self.takes_status(variant.status, variant.is_error)
            && Variant::BANDS.get(usize::from(variant.band)).is_some_and(|from| *from >= self.min_ms)
    }

    pub(crate) fn takes_status(&self, status: Option<u16>, is_error: bool) -> bool {
        match self.status {
            None => true,
            Some(Status::Class(class)) => status.is_some_and(|status| status / 100 == class),
            Some(Status::Code(code)) => status == Some(code),
            Some(Status::Missing) => status.is_none(),
            Some(Status::Error) => is_error,
        }
    }

    /// From how long on, in microseconds.
    pub(crate) fn least(&self) -> u64 {
        self.min_ms * 1000
    }
}

fn window(value: Option<&str>) -> Result<Option<u64>, Unusable> {
    match value.unwrap_or_default() {
        "" => Ok(Filter::default().window),
        "all" => Ok(None),
        text => match text.parse().ok().filter(|seconds| WINDOWS.contains(seconds)) {
            Some(seconds) => Ok(Some(seconds)),
            None => Err(Unusable::new("window", "60, 300, 900, 3600 (seconds), or all")),
        },
    }
}

fn status(value: Option<&str>) -> Result<Option<Status>, Unusable> {
    let read = |text: &str| match text {
        "none" => Some(Status::Missing),
        "error" => Some(Status::Error),
        "1xx" | "2xx" | "3xx" | "4xx" | "5xx" => Some(Status::Class(u16::from(text.as_bytes()[0] - b'0'))),
        code => code.parse().ok().filter(|code| (100..1000).contains(code)).map(Status::Code),
    };
    match value.unwrap_or_default() {
        "" => Ok(None),
        text => match read(text) {
            Some(status) => Ok(Some(status)),
            None => Err(Unusable::new("status", "2xx, 3xx, 4xx, 5xx, a code such as 404, none, or error")),
        },
    }
}

fn min_ms(value: Option<&str>) -> Result<u64, Unusable> {
    match value.unwrap_or_default() {
        "" => Ok(0),
        text => match text.parse().ok().filter(|millis| Variant::BANDS.contains(millis)) {
            Some(millis) => Ok(millis),
            None => {
                let bands = Variant::BANDS.map(|millis| millis.to_string()).join(", ");
                Err(Unusable::new("min_ms", format!("one of {bands}")))
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(text: &str) -> Result<Filter, Unusable> {
        Filter::read(&Query::read(text, &Filter::PARAMETERS).unwrap())
    }

    #[test]
    fn without_parameters_it_is_a_quarter_of_an_hour_of_all() {
        assert_eq!(filter("").unwrap(), Filter::default());
        assert_eq!(filter("window=&status=&method=&not_method=,&min_ms=&version=").unwrap(), Filter::default());
        assert_eq!(filter("window=all").unwrap().window, None);
        assert_eq!(filter("window=60").unwrap().window, Some(60));
        assert!(Filter::default().takes("1", "GET", ""));
        assert!(Filter::default().takes_status(None, true));
    }

    #[test]
    fn what_cannot_be_used_is_named_with_what_can() {
        for (text, parameter, allowed) in [
            ("window=61", "window", "3600"),
            ("window=-60", "window", "all"),
            ("status=6xx", "status", "5xx"),
            ("status=99", "status", "404"),
            ("status=2XX", "status", "2xx"),
            ("min_ms=11", "min_ms", "0, 10, 50, 100"),
            ("min_ms=1e1", "min_ms", "30000"),
        ] {
            let error = filter(text).expect_err(text);
            assert_eq!(error.parameter, parameter);
            assert!(error.allowed.contains(allowed), "{error:?}");
        }
    }

    #[test]
    fn each_says_what_it_takes() {
        let takes =
            |text: &str, version: &str, method: &str, route: &str| filter(text).unwrap().takes(version, method, route);
        assert!(takes("method=get,POST", "1", "GET", "/a") && takes("method=get,POST", "1", "POST", "/a"));
        assert!(!takes("method=get", "1", "HEAD", "/a"));
        assert!(!takes("not_method=HEAD,OPTIONS", "1", "OPTIONS", "/a") && takes("not_method=HEAD", "1", "GET", "/a"));
        assert!(takes("route=", "1", "GET", "") && !takes("route=", "1", "GET", "/a"));
        assert!(takes("route=/a", "1", "GET", "/a") && !takes("route=/a", "1", "GET", "/a/b"));
        assert!(takes("version=2", "2", "GET", "") && !takes("version=2", "1", "GET", ""));

        let status =
            |text: &str, status: Option<u16>, is_error: bool| filter(text).unwrap().takes_status(status, is_error);
        assert!(status("status=2xx", Some(204), false) && !status("status=2xx", Some(304), false));
        assert!(status("status=404", Some(404), false) && !status("status=404", Some(405), false));
        assert!(status("status=none", None, false) && !status("status=none", Some(200), false));
        assert!(!status("status=5xx", None, true) && status("status=error", None, true));
        assert!(!status("status=error", Some(404), false));

        let slow = filter("min_ms=100").unwrap();
        let takes = |micros| slow.takes_variant(&Variant::of(Some(200), false, micros));
        assert_eq!([99_999, 100_000, 30_000_000].map(takes), [false, true, true]);
    }
}
