//! AWS's own end points: where they are, and how much they take.

use http::{HeaderName, HeaderValue};

use super::endpoint::{self, header};
use super::{Connection, Protocol, Settings, Target};
use crate::error::Error;
use crate::signal::Signal;

/// Sends to AWS's own end points: traces to X-Ray, metrics to CloudWatch, logs to CloudWatch Logs. Where an endpoint is named
/// it is used instead of theirs, and each request is signed all the same.
///
/// ```
/// use tachograph_otlp::{Aws, Settings, Signal};
///
/// let aws = Aws { region: Some("eu-central-1".to_owned()), ..Aws::default() };
/// let mut settings = Settings::default();
/// settings.aws = Some(aws);
/// assert_eq!(settings.target(Signal::Traces)?.endpoint, "https://xray.eu-central-1.amazonaws.com/v1/traces");
/// assert!(settings.target(Signal::Logs).is_err(), "logs need a group and a stream");
/// # Ok::<(), tachograph_otlp::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Aws {
    /// The region. Default: what the AWS SDK finds when there is something to send: `AWS_REGION`, the profile, the instance.
    pub region: Option<String>,
    /// The group of CloudWatch Logs that logs go to; it has to be there. Needed where logs are sent.
    pub log_group: Option<String>,
    /// The stream in it; it has to be there, too. Needed where logs are sent.
    pub log_stream: Option<String>,
}

/// For which service of AWS requests are signed, and in which region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signing {
    /// As it stands in signatures: `xray`, `monitoring` or `logs`.
    pub service: &'static str,
    /// None where it is yet to be found.
    pub region: Option<String>,
}

/// Stands in an endpoint for a region that is yet to be found.
const REGION: &str = "REGION";

/// AWS says "MB", and a million bytes fit whichever it means. What is signed around the items of a request is in these, too.
const MOST_TRACES_BYTES: usize = 4_900_000;
const MOST_METRICS_BYTES: usize = 980_000;
const MOST_LOGS_BYTES: usize = 980_000;

/// What a request may have.
const MOST_ITEMS: u64 = 10_000;
const MOST_DATA_POINTS: usize = 1_000;

/// What a span may have; and a log record, of which the service makes JSON, that may have a million, before it counts it.
const SPAN_BYTES: usize = 200_000;
const LOG_RECORD_BYTES: usize = 500_000;

/// Of what stands around the items: the resource and the scope.
pub(crate) const MOST_AROUND: usize = 16_000;

impl Aws {
    /// Where a signal goes, as `endpoint::target` decides it for others.
    pub(super) fn target(&self, signal: Signal, all: &Connection, own: &Connection) -> Result<Target, Error> {
        if own.protocol.or(all.protocol) == Some(Protocol::Grpc) {
            return Err(Error::new(format!(
                "AWS takes {signal} by HTTP alone, and the protocol is set to `grpc`: set it to `http/protobuf`"
            )));
        }
        let service = service(signal);
        let mut own = Connection { protocol: Some(Protocol::HttpProtobuf), ..own.clone() };
        if own.endpoint.is_none() && all.endpoint.is_none() {
            let region = self.region.as_deref().unwrap_or(REGION);
            own.endpoint =
                Some(format!("https://{service}.{region}.{}/{}", domain(self.valid_region()?), signal.http_path()));
        }
        let mut target = endpoint::target(signal, all, &own, Protocol::HttpProtobuf)?;
        target.signing = Some(Signing { service, region: self.valid_region()?.map(str::to_owned) });
        if signal == Signal::Logs {
            target.headers.retain(|(name, _)| !name.as_str().starts_with("x-aws-log-"));
            target.headers.push(destination("log_group", "x-aws-log-group", self.log_group.as_deref())?);
            target.headers.push(destination("log_stream", "x-aws-log-stream", self.log_stream.as_deref())?);
        }
        Ok(target)
    }

    fn valid_region(&self) -> Result<Option<&str>, Error> {
        match self.region.as_deref() {
            Some(region) if !is_region(region) => Err(Error::new(format!(
                "`{region}` is no region of AWS: write one such as `eu-central-1`, or none, which leaves it to AWS_REGION"
            ))),
            region => Ok(region),
        }
    }
}

impl Target {
    /// With the region in its place that was found meanwhile.
    #[cfg(feature = "aws")]
    pub(crate) fn in_region(&self, region: &str) -> Result<Target, Error> {
        let aws = Aws { region: Some(region.to_owned()), ..Aws::default() };
        let domain = domain(aws.valid_region()?);
        let unknown = format!(".{REGION}.{}/", self::domain(None));
        Ok(Target { endpoint: self.endpoint.replacen(&unknown, &format!(".{region}.{domain}/"), 1), ..self.clone() })
    }
}

impl Settings {
    /// These settings where nothing is more than AWS takes.
    pub(crate) fn within_bounds_of_aws(mut self) -> Self {
        if self.aws.is_none() {
            return self;
        }
        fn at_most<N: Ord + Copy>(setting: &mut N, most: N) {
            *setting = (*setting).min(most);
        }
        at_most(&mut self.span_limits.bytes, SPAN_BYTES);
        at_most(&mut self.log_limits.bytes, LOG_RECORD_BYTES);
        for batches in [&mut self.span_batches, &mut self.log_batches] {
            at_most(&mut batches.max_items, MOST_ITEMS);
        }
        at_most(&mut self.span_batches.max_bytes, MOST_TRACES_BYTES);
        at_most(&mut self.log_batches.max_bytes, MOST_LOGS_BYTES);
        at_most(&mut self.metric_requests.max_bytes, MOST_METRICS_BYTES);
        at_most(&mut self.metric_requests.max_data_points, MOST_DATA_POINTS);
        self
    }
}

fn service(signal: Signal) -> &'static str {
    match signal {
        Signal::Traces => "xray",
        Signal::Metrics => "monitoring",
        Signal::Logs => "logs",
    }
}

fn is_region(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// What all of the region's hosts end with, which says whose part of AWS it is.
fn domain(region: Option<&str>) -> &'static str {
    const OTHERS: [(&str, &str); 6] = [
        ("cn-", "amazonaws.com.cn"),
        ("eusc-", "amazonaws.eu"),
        ("us-iso-", "c2s.ic.gov"),
        ("us-isob-", "sc2s.sgov.gov"),
        ("eu-isoe-", "cloud.adc-e.uk"),
        ("us-isof-", "csp.hci.ic.gov"),
    ];
    let region = region.unwrap_or_default();
    OTHERS.iter().find(|(prefix, _)| region.starts_with(prefix)).map_or("amazonaws.com", |(_, domain)| domain)
}

fn destination(key: &str, name: &str, value: Option<&str>) -> Result<(HeaderName, HeaderValue), Error> {
    match value.filter(|value| !value.is_empty()) {
        Some(value) => header(name, value),
        None => Err(Error::new(format!(
            "logs go to a group and a stream of CloudWatch Logs that are there, and `{key}` says none: set it, or leave \
             `logs` out of `signals`"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aws(region: Option<&str>) -> Aws {
        let (log_group, log_stream) = (Some("/shop/api".to_owned()), Some("one".to_owned()));
        Aws { region: region.map(str::to_owned), log_group, log_stream }
    }

    fn target(aws: &Aws, signal: Signal) -> Result<Target, Error> {
        aws.target(signal, &Connection::default(), &Connection::default())
    }

    #[test]
    fn each_signal_goes_to_its_service_and_is_signed_for_it() {
        let expected = [("xray", "v1/traces"), ("monitoring", "v1/metrics"), ("logs", "v1/logs")];
        for (signal, (service, path)) in Signal::ALL.into_iter().zip(expected) {
            for (region, domain) in [
                ("eu-central-1", "amazonaws.com"),
                ("us-gov-west-1", "amazonaws.com"),
                ("cn-north-1", "amazonaws.com.cn"),
                ("us-isob-east-1", "sc2s.sgov.gov"),
                ("us-iso-east-1", "c2s.ic.gov"),
                ("eusc-de-east-1", "amazonaws.eu"),
            ] {
                let target = target(&aws(Some(region)), signal).unwrap();
                assert_eq!(target.endpoint, format!("https://{service}.{region}.{domain}/{path}"));
                assert_eq!(target.signing, Some(Signing { service, region: Some(region.to_owned()) }));
                assert_eq!(target.protocol, Protocol::HttpProtobuf);
            }
        }
    }

    #[test]
    fn logs_say_where_they_go() {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let headers = Some(vec![header("X-Aws-Log-Group", "other"), header("a", "b")]);
        let own = Connection { headers, ..Connection::default() };
        let target = |aws: &Aws| aws.target(Signal::Logs, &Connection::default(), &own);
        let headers: Vec<_> = target(&aws(None)).unwrap().headers;
        let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
        assert_eq!(headers, [("a", "b"), ("x-aws-log-group", "/shop/api"), ("x-aws-log-stream", "one")]);
        let error = target(&Aws { log_group: None, ..aws(None) }).unwrap_err().to_string();
        assert!(error.contains("`log_group`") && error.contains("`signals`"), "{error}");
        let error = target(&Aws { log_stream: Some(String::new()), ..aws(None) }).unwrap_err().to_string();
        assert!(error.contains("`log_stream`"), "{error}");
        let error = target(&Aws { log_group: Some("a\nb".to_owned()), ..aws(None) }).unwrap_err().to_string();
        assert!(error.contains("cannot be sent"), "{error}");
    }

    #[test]
    fn an_endpoint_that_is_named_is_used_and_signed_for_all_the_same() {
        let all = Connection { endpoint: Some("http://vpce:4317".to_owned()), ..Connection::default() };
        let own = Connection { endpoint: Some("http://vpce/x".to_owned()), ..Connection::default() };
        let aws = aws(Some("eu-central-1"));
        let target = |own: &Connection| aws.target(Signal::Traces, &all, own).unwrap();
        assert_eq!(target(&Connection::default()).endpoint, "http://vpce:4317/v1/traces", "whatever the port");
        assert_eq!(target(&own).endpoint, "http://vpce/x");
        assert_eq!(target(&own).signing.unwrap().service, "xray");
    }

    #[test]
    fn what_aws_does_not_take_is_refused_with_a_remedy() {
        let grpc = Connection { protocol: Some(Protocol::Grpc), ..Connection::default() };
        let nothing = Connection::default();
        for (all, own) in [(&grpc, &nothing), (&nothing, &grpc)] {
            let error = aws(None).target(Signal::Metrics, all, own).unwrap_err().to_string();
            assert!(error.contains("metrics") && error.contains("`http/protobuf`"), "{error}");
        }
        let http = Connection { protocol: Some(Protocol::HttpProtobuf), ..Connection::default() };
        assert!(aws(None).target(Signal::Metrics, &grpc, &http).is_ok(), "what is said of one goes before");
        for region in ["", "EU-CENTRAL-1", "eu central", "evil.example/"] {
            let error = target(&aws(Some(region)), Signal::Traces).unwrap_err().to_string();
            assert!(error.contains("AWS_REGION"), "{error}");
        }
    }

    #[test]
    #[cfg(feature = "aws")]
    fn a_region_that_is_found_later_takes_its_place() {
        let target = target(&aws(None), Signal::Traces).unwrap();
        assert_eq!(target.shown(), "https://xray.REGION.amazonaws.com/v1/traces");
        assert_eq!(
            target.in_region("cn-north-1").unwrap().endpoint,
            "https://xray.cn-north-1.amazonaws.com.cn/v1/traces"
        );
        assert!(target.in_region("evil.example/").is_err());
        let named = Target { endpoint: "http://vpce/v1/traces".to_owned(), ..target };
        assert_eq!(named.in_region("cn-north-1").unwrap().endpoint, "http://vpce/v1/traces");
    }

    #[test]
    fn nothing_is_more_than_aws_takes_and_less_stays_less() {
        let mut settings = Settings::default();
        (settings.span_batches.max_items, settings.log_batches.max_items) = (20_000, 100);
        assert_eq!(settings.clone().within_bounds_of_aws(), settings, "others take what they take");
        settings.aws = Some(aws(None));
        let bounded = settings.within_bounds_of_aws();
        assert_eq!((bounded.span_batches.max_items, bounded.log_batches.max_items), (10_000, 100));
        assert_eq!((bounded.span_limits.bytes, bounded.log_limits.bytes), (200_000, 500_000));
        assert_eq!((bounded.span_batches.max_bytes, bounded.log_batches.max_bytes), (2 << 20, 980_000));
        let metrics = bounded.metric_requests;
        assert_eq!((metrics.max_bytes, metrics.max_data_points), (980_000, 1000));
    }
}
