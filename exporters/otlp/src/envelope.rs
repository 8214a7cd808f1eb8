//! What stands around the rendered frames of a batch: whose they are, and who rendered them.

use crate::protobuf::{self, nested_len};
use crate::resource::Resource;

/// The version of the semantic conventions whose names are used.
const SCHEMA_URL: &[u8] = b"https://opentelemetry.io/schemas/1.44.0";

/// The same tags in all three signals: `resource_…` of a request, then `resource`, `scope_…` and `schema_url` of that, then
/// `scope`, the items, and `schema_url` of that.
const RESOURCE_ITEMS: u32 = 1;
const RESOURCE: u32 = 1;
const SCOPE_ITEMS: u32 = 2;
const SCOPE: u32 = 1;
const SCHEMA: u32 = 3;

/// The part of an export request that is the same in each.
#[derive(Debug, Clone)]
pub(crate) struct Envelope {
    /// The field `resource`.
    resource: Vec<u8>,
    /// The field `scope`.
    scope: Vec<u8>,
    /// The field `schema_url`.
    schema: Vec<u8>,
}

impl Envelope {
    pub(crate) fn new(resource: &Resource) -> Self {
        let mut envelope = Envelope { resource: Vec::new(), scope: Vec::new(), schema: Vec::new() };
        resource.write(RESOURCE, &mut envelope.resource);
        let mut scope = Vec::new();
        protobuf::bytes(1, b"tachograph", &mut scope);
        protobuf::bytes(2, env!("CARGO_PKG_VERSION").as_bytes(), &mut scope);
        protobuf::bytes(SCOPE, &scope, &mut envelope.scope);
        protobuf::bytes(SCHEMA, SCHEMA_URL, &mut envelope.schema);
        envelope
    }

    /// How many bytes stand around the items, but for their lengths.
    pub(crate) fn len(&self) -> usize {
        self.resource.len() + self.scope.len() + 2 * self.schema.len()
    }

    /// Appends an export request with these frames in it.
    pub(crate) fn request<'f>(&self, frames: impl Iterator<Item = &'f [u8]> + Clone, out: &mut Vec<u8>) {
        let items: usize = frames.clone().map(<[u8]>::len).sum();
        let scope_items = self.scope.len() + items + self.schema.len();
        let resource_items = self.resource.len() + nested_len(scope_items) + self.schema.len();
        out.reserve(nested_len(resource_items));
        protobuf::head(RESOURCE_ITEMS, resource_items, out);
        out.extend_from_slice(&self.resource);
        protobuf::head(SCOPE_ITEMS, scope_items, out);
        out.extend_from_slice(&self.scope);
        frames.for_each(|frame| out.extend_from_slice(frame));
        out.extend_from_slice(&self.schema);
        out.extend_from_slice(&self.schema);
    }
}
