//! What a process says of itself.

use opentelemetry_proto::tonic::resource::v1::Resource;

use crate::attributes::{self, Attributes, text};
use crate::check::Check;

const REQUIRED: [&str; 4] = ["service.name", "telemetry.sdk.name", "telemetry.sdk.language", "telemetry.sdk.version"];

pub(crate) fn read(resource: Option<&Resource>, schema: &str, complaints: &mut Vec<String>) -> Attributes {
    let mut check = Check::of("resource");
    schema_url(&mut check, schema);
    let attributes = attributes::read(&mut check, resource.map_or(&[], |resource| &resource.attributes));
    for name in REQUIRED {
        check.require(!text(&attributes, name).is_empty(), format_args!("{name} is missing"));
    }
    complaints.append(&mut check.complaints);
    attributes
}

/// Which version of the conventions the names are of, where that is said.
pub(crate) fn schema_url(check: &mut Check, url: &str) {
    let holds = url.is_empty() || url.starts_with("https://opentelemetry.io/schemas/1.");
    check.require(holds, format_args!("schema_url is none of OpenTelemetry's: {url}"));
}

#[cfg(test)]
mod tests {
    use prost::Message;

    use crate::received::{Received, Signal};
    use crate::testing::{assert_refused, server_span, text, traces, without};

    #[test]
    fn a_process_says_who_it_is() {
        for name in super::REQUIRED {
            let mut request = traces(vec![server_span()]);
            without(&mut request.resource_spans[0].resource.as_mut().unwrap().attributes, name);
            let mut received = Received::default();
            received.take(Signal::Traces, &request.encode_to_vec());
            assert_refused(&received.complaints, &format!("{name} is missing"));
        }
    }

    #[test]
    fn a_process_says_nothing_twice() {
        let mut request = traces(vec![server_span()]);
        request.resource_spans[0].resource.as_mut().unwrap().attributes.push(text("service.name", "other"));
        let mut received = Received::default();
        received.take(Signal::Traces, &request.encode_to_vec());
        assert_refused(&received.complaints, "the attribute service.name is there twice");
    }

    #[test]
    fn a_scope_has_a_name_and_a_schema_is_one() {
        let mut request = traces(vec![server_span()]);
        request.resource_spans[0].scope_spans[0].scope = None;
        let mut received = Received::default();
        received.take(Signal::Traces, &request.encode_to_vec());
        assert_refused(&received.complaints, "scope \"\": it has no name");

        let mut request = traces(vec![server_span()]);
        request.resource_spans[0].schema_url = "https://example.com".to_owned();
        let mut received = Received::default();
        received.take(Signal::Traces, &request.encode_to_vec());
        assert_refused(&received.complaints, "schema_url is none of OpenTelemetry's");
    }
}
