//! The part of a line that is the same in all of them.

use std::time::SystemTime;

use tachograph_core::Service;

#[cfg(feature = "emf")]
use crate::emf::Agent;
use crate::escape;
use crate::line::{Line, key};

/// The members `service`, `version` and `environment`, rendered once.
#[derive(Debug, Clone)]
pub(crate) struct ServiceMembers {
    rendered: String,
    #[cfg(feature = "emf")]
    agent: Option<Agent>,
}

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
        ServiceMembers {
            rendered: String::from_utf8(rendered).unwrap_or_default(),
            #[cfg(feature = "emf")]
            agent: None,
        }
    }

    /// As lines to the CloudWatch agent, which has to be told the group of each.
    #[cfg(feature = "emf")]
    pub(crate) fn for_agent(self, agent: Option<Agent>) -> Self {
        ServiceMembers { agent, ..self }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.rendered
    }

    /// Ends a line without metrics; true where something was left out of it for want of room.
    pub(crate) fn end(&self, line: Line<'_>, time: SystemTime) -> bool {
        #[cfg(feature = "emf")]
        if let Some(agent) = &self.agent {
            agent.end(time, line.out);
        }
        let _ = time;
        line.end_object()
    }
}
