//! The part of a line that is the same in all of them.

use tachograph_core::Service;

use crate::escape;
use crate::line::key;

/// The members `service`, `version` and `environment`, rendered once.
#[derive(Debug, Clone)]
pub(crate) struct ServiceMembers(String);

impl ServiceMembers {
    pub(crate) fn new(service: &Service) -> Self {
        let members = [
            (key!("service"), Some(&service.name)),
            (key!("version"), service.version.as_ref()),
            (key!("environment"), service.environment.as_ref()),
        ];
        let mut rendered = Vec::new();
        for (key, value) in members {
            let Some(value) = value else { continue };
            rendered.extend_from_slice(key.as_bytes());
            rendered.push(b'"');
            escape::json_string(value, &mut rendered);
            rendered.push(b'"');
        }
        ServiceMembers(String::from_utf8(rendered).unwrap_or_default())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}
