//! Documents of one trace put together, as X-Ray does it.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::document::Document;

/// All that arrived of one trace.
#[derive(Debug, Clone)]
pub struct Trace {
    /// `1-5759e988-bd862e3fe1be46a994272793`.
    pub id: String,
    /// Its segments, in the order they came: what was in progress is replaced by what came later, and subsegments that were
    /// sent alone are where they belong.
    pub segments: Vec<Document>,
    /// Subsegments that were sent alone and whose parent has not arrived.
    pub orphans: Vec<Document>,
}

impl Trace {
    /// The one segment.
    ///
    /// # Panics
    /// Where there is none, or several.
    #[track_caller]
    pub fn segment(&self) -> &Document {
        assert_eq!(self.segments.len(), 1, "segments of {}: {:#?}", self.id, self.segments);
        &self.segments[0]
    }

    /// The segment or subsegment of this id, at whatever depth.
    pub fn part(&self, id: &str) -> Option<Document> {
        self.segments.iter().flat_map(Document::parts).find(|part| part.id() == id)
    }

    /// Puts documents of one trace together.
    pub(crate) fn of(id: &str, documents: &[&Document]) -> Self {
        let latest = latest(documents);
        let mut alone: HashMap<&str, Vec<&Document>> = HashMap::new();
        for document in latest.iter().filter(|document| document.is_subsegment()) {
            alone.entry(document.parent_id()).or_default().push(document);
        }
        let segments = latest.iter().filter(|document| !document.is_subsegment());
        let segments = segments.map(|segment| Document { json: joined(segment.json.clone(), &mut alone) }).collect();
        // What is still there hangs under nothing that arrived, or under one another in a circle.
        let mut orphans: Vec<Document> = alone.into_values().flatten().cloned().collect();
        orphans.sort_by_key(|orphan| latest.iter().position(|document| document.id() == orphan.id()));
        Trace { id: id.to_owned(), segments, orphans }
    }
}

/// Of each id the document that came last.
pub(crate) fn latest<'a>(documents: &[&'a Document]) -> Vec<&'a Document> {
    let mut seen = HashSet::new();
    let mut latest: Vec<_> = documents.iter().rev().filter(|document| seen.insert(document.id())).copied().collect();
    latest.reverse();
    latest
}

/// The part with those inside of it that were sent alone.
fn joined(mut part: Value, alone: &mut HashMap<&str, Vec<&Document>>) -> Value {
    let Value::Object(members) = &mut part else { return part };
    let mut inside = match members.remove("subsegments") {
        Some(Value::Array(subsegments)) => subsegments,
        _ => Vec::new(),
    };
    let id = members.get("id").and_then(Value::as_str).unwrap_or_default();
    inside.extend(alone.remove(id).into_iter().flatten().map(|document| document.json.clone()));
    if !inside.is_empty() {
        let inside: Vec<Value> = inside.into_iter().map(|part| joined(part, alone)).collect();
        members.insert("subsegments".to_owned(), inside.into());
    }
    part
}

/// Looks at the part and at all that is inside of it, at whatever depth.
pub(crate) fn each_part<'a>(part: &'a Value, look: &mut impl FnMut(&'a Value)) {
    look(part);
    for inside in part["subsegments"].as_array().into_iter().flatten() {
        each_part(inside, look);
    }
}
