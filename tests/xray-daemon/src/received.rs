//! All that arrived.

use std::collections::{HashMap, HashSet};

use crate::datagram;
use crate::document::Document;
use crate::rules;
use crate::sampling::Statistics;
use crate::trace::Trace;
use crate::whole;

/// All that arrived since the start.
#[derive(Debug, Clone, Default)]
pub struct Received {
    /// Every document that could be read, in order.
    pub documents: Vec<Document>,
    /// The size of every datagram, with its first line, in order.
    pub datagrams: Vec<usize>,
    /// What is wrong with single documents and requests, and why. [`Daemon::complaints`](crate::Daemon::complaints) has
    /// what is wrong with traces, too.
    pub complaints: Vec<String>,
    /// How often sampling rules were asked for.
    pub rules_requests: usize,
    /// What each request for sampling targets told, in order.
    pub statistics: Vec<Vec<Statistics>>,
    /// Who asked for sampling targets.
    pub(crate) client_id: Option<String>,
    /// Segments that somebody else sends.
    pub(crate) elsewhere: HashSet<String>,
}

impl Received {
    /// Takes a datagram.
    pub(crate) fn take(&mut self, datagram: &[u8]) {
        self.datagrams.push(datagram.len());
        match datagram::document(datagram) {
            Ok(document) => {
                let (json, complaints) = rules::document(document);
                self.complaints.extend(complaints);
                self.documents.extend(json.map(|json| Document { json }));
            }
            Err(complaint) => self.complaints.push(complaint),
        }
    }

    /// Every trace, in the order they were first heard of.
    pub fn traces(&self) -> Vec<Trace> {
        self.by_trace().iter().map(|(id, documents)| Trace::of(id, documents)).collect()
    }

    /// The trace of this id, in X-Ray's form or as 32 digits; with no segments where nothing arrived of it.
    pub fn trace(&self, id: &str) -> Trace {
        let id = match id.split_at_checked(8) {
            Some((time, rest)) if id.len() == 32 => format!("1-{time}-{rest}"),
            _ => id.to_owned(),
        };
        let documents: Vec<_> = self.documents.iter().filter(|document| document.trace_id() == id).collect();
        Trace::of(&id, &documents)
    }

    /// What is wrong with single documents and requests, and then with whole traces as they are now.
    pub fn all_complaints(&self) -> Vec<String> {
        let traces = self.by_trace();
        let of_traces = traces.iter().flat_map(|(id, documents)| whole::check(id, documents, &self.elsewhere));
        self.complaints.iter().cloned().chain(of_traces).collect()
    }

    fn by_trace(&self) -> Vec<(&str, Vec<&Document>)> {
        let mut places = HashMap::new();
        let mut traces: Vec<(&str, Vec<&Document>)> = Vec::new();
        for document in &self.documents {
            let place = *places.entry(document.trace_id()).or_insert(traces.len());
            if place == traces.len() {
                traces.push((document.trace_id(), Vec::new()));
            }
            traces[place].1.push(document);
        }
        traces
    }
}
