//! Who sends: the service, this process of it, and the machine.

use std::sync::OnceLock;

use tachograph_core::{IdSource, RandomIds, RequestId, Service};

use crate::attributes::Attributes;
use crate::frame::Frame;

/// What OpenTelemetry calls a resource: the attributes of whatever sends, beside every batch.
///
/// ```
/// use tachograph_core::Service;
/// use tachograph_otlp::Resource;
///
/// let service = Service::new("experiments-api").version("1.4.2").environment("production");
/// let resource = Resource::of_process(&service).with_list("service.namespace=shop,team=checkout%20squad")?;
/// assert_eq!(resource.get("service.name"), Some("experiments-api"));
/// assert_eq!(resource.get("team"), Some("checkout squad"));
/// # Ok::<(), tachograph_otlp::ResourceError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    attributes: Vec<(String, Value)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    Text(String),
    Integer(i64),
}

impl Resource {
    /// The service, without this process of it.
    pub fn of_service(service: &Service) -> Self {
        let mut resource = Resource { attributes: Vec::new() };
        let mut set = |name: &str, value: &str| resource.set(name, Value::Text(value.to_owned()));
        set("service.name", &service.name);
        if let Some(version) = &service.version {
            set("service.version", version);
        }
        if let Some(environment) = &service.environment {
            set("deployment.environment.name", environment);
        }
        set("telemetry.sdk.name", "tachograph");
        set("telemetry.sdk.language", "rust");
        set("telemetry.sdk.version", env!("CARGO_PKG_VERSION"));
        resource
    }

    /// The service, this process of it (`service.instance.id` is random and the same for as long as it runs) and the machine.
    pub fn of_process(service: &Service) -> Self {
        static INSTANCE_ID: OnceLock<String> = OnceLock::new();
        let instance_id = INSTANCE_ID.get_or_init(|| RequestId::made(RandomIds.request_id()).to_string());
        let mut resource = Self::of_service(service);
        resource.set("service.instance.id", Value::Text(instance_id.clone()));
        if let Some(host) = host_name() {
            resource.set("host.name", Value::Text(host));
        }
        resource.set("process.pid", Value::Integer(std::process::id().into()));
        resource
    }

    /// With what the operator says, as it stands in `OTEL_RESOURCE_ATTRIBUTES`: `key=value` pairs between commas, values
    /// percent-encoded. Of several values of one key the last one holds. What is there already about the service stays:
    /// who has configured that has read the variable, too.
    ///
    /// # Errors
    /// Where a pair is none, or a value cannot be decoded. Nothing of such a list is to be used, says the specification.
    pub fn with_list(mut self, list: &str) -> Result<Self, ResourceError> {
        const CONFIGURED: [&str; 3] = ["service.name", "service.version", "deployment.environment.name"];
        let pairs: Vec<(&str, String)> =
            list.split(',').map(str::trim).filter(|pair| !pair.is_empty()).map(pair).collect::<Result<_, _>>()?;
        for (name, value) in pairs {
            if !CONFIGURED.contains(&name) || self.get(name).is_none() {
                self.set(name, Value::Text(value));
            }
        }
        Ok(self)
    }

    /// The value of a text attribute.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find_map(|(other, value)| match value {
            Value::Text(text) if other == name => Some(text.as_str()),
            _ => None,
        })
    }

    fn set(&mut self, name: &str, value: Value) {
        match self.attributes.iter_mut().find(|(other, _)| other == name) {
            Some((_, old)) => *old = value,
            None => self.attributes.push((name.to_owned(), value)),
        }
    }

    /// Appends it as a field.
    pub(crate) fn write(&self, tag: u32, out: &mut Vec<u8>) {
        Frame::unbounded(out).message(tag, |resource| {
            let mut attributes = Attributes::new(resource, 1, usize::MAX);
            for (name, value) in &self.attributes {
                match value {
                    Value::Text(text) => attributes.named_text("", name, text),
                    Value::Integer(number) => attributes.integer(name, *number),
                }
            }
            attributes.end(2);
        });
    }
}

fn pair(pair: &str) -> Result<(&str, String), ResourceError> {
    let error = || ResourceError { pair: pair.to_owned() };
    let (name, value) = pair.split_once('=').ok_or_else(error)?;
    let name = name.trim();
    match decoded(value.trim()) {
        Some(value) if !name.is_empty() => Ok((name, value)),
        _ => Err(error()),
    }
}

/// Values are percent-encoded, as in W3C Baggage.
fn decoded(value: &str) -> Option<String> {
    let mut parts = value.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let digits = part.get(..2).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).ok()
}

/// The standard library does not ask for it; Linux shows it as a file.
fn host_name() -> Option<String> {
    let known = |name: String| Some(name.trim().to_owned()).filter(|name| !name.is_empty());
    let files = ["/proc/sys/kernel/hostname", "/etc/hostname"];
    let asked = files.iter().find_map(|file| std::fs::read_to_string(file).ok().and_then(known));
    asked.or_else(|| ["HOSTNAME", "COMPUTERNAME"].iter().find_map(|name| std::env::var(name).ok().and_then(known)))
}

/// A list of resource attributes cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceError {
    pair: String,
}

impl std::fmt::Display for ResourceError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let pair = &self.pair;
        write!(
            f,
            "`{pair}` is no resource attribute: write `key=value`, with `%2C` for a comma in the value and `%25` for `%`"
        )
    }
}

impl std::error::Error for ResourceError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_adds_to_what_is_configured() {
        let service = Service::new("api").version("2");
        let resource = Resource::of_process(&service)
            .with_list(
                " service.name=other ,service.version=1, deployment.environment.name=prod,a=b%2Cc%3D%C3%A4,a=last,,",
            )
            .unwrap();
        let values =
            ["service.name", "service.version", "deployment.environment.name", "a"].map(|name| resource.get(name));
        assert_eq!(values, [Some("api"), Some("2"), Some("prod"), Some("last")]);
        let again = Resource::of_process(&service);
        assert_eq!(
            resource.get("service.instance.id"),
            again.get("service.instance.id"),
            "one process is one instance"
        );
        assert_eq!(again.get("service.instance.id").map(str::len), Some(36));
    }

    #[test]
    fn values_are_percent_encoded() {
        assert_eq!(decoded("b%2Cc%3D%C3%A4").as_deref(), Some("b,c=ä"));
        for broken in ["%", "%2", "%zz", "%+1", "%ff", "%2ä"] {
            assert_eq!(decoded(broken), None, "{broken}");
        }
    }

    #[test]
    fn of_a_list_that_cannot_be_read_nothing_is_used() {
        let resource = Resource::of_service(&Service::default());
        for list in ["a", "=b", "a=1,b", "a=%"] {
            let error = resource.clone().with_list(list).unwrap_err().to_string();
            assert!(error.contains(list.rsplit(',').next().unwrap()) && error.contains("%2C"), "{error}");
        }
    }
}
