//! Segments and subsegments, as tests look at them.

use serde_json::Value;

/// A segment, or a subsegment, with all that is inside of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// As it came.
    pub json: Value,
}

impl Document {
    /// Its name; empty where it has none.
    pub fn name(&self) -> &str {
        self.text("name")
    }

    /// Its id.
    pub fn id(&self) -> &str {
        self.text("id")
    }

    /// The id of its trace; empty for a subsegment inside of its segment.
    pub fn trace_id(&self) -> &str {
        self.text("trace_id")
    }

    /// What it hangs under: the caller's subsegment, or the parent of a subsegment that was sent alone.
    pub fn parent_id(&self) -> &str {
        self.text("parent_id")
    }

    /// Whether it is a subsegment that was sent alone.
    pub fn is_subsegment(&self) -> bool {
        self.text("type") == "subsegment"
    }

    /// Whether it had not ended when it was sent.
    pub fn is_in_progress(&self) -> bool {
        self.at("in_progress") == &Value::Bool(true)
    }

    /// Seconds since 1970; no number where there is none.
    pub fn start_time(&self) -> f64 {
        self.at("start_time").as_f64().unwrap_or(f64::NAN)
    }

    /// Seconds since 1970; no number where there is none.
    pub fn end_time(&self) -> f64 {
        self.at("end_time").as_f64().unwrap_or(f64::NAN)
    }

    /// The member at this path, `http.response.status`; null where there is none.
    pub fn at(&self, path: &str) -> &Value {
        path.split('.').fold(&self.json, |value, name| match value {
            Value::Array(values) => name.parse().ok().and_then(|at: usize| values.get(at)).unwrap_or(&Value::Null),
            _ => &value[name],
        })
    }

    /// The text at this path; empty where there is none.
    pub fn text(&self, path: &str) -> &str {
        self.at(path).as_str().unwrap_or_default()
    }

    /// What is directly inside of it.
    pub fn subsegments(&self) -> Vec<Document> {
        self.at("subsegments").as_array().into_iter().flatten().map(|json| Document { json: json.clone() }).collect()
    }

    /// The one of this name that is directly inside of it.
    ///
    /// # Panics
    /// Where there is none, or several.
    #[track_caller]
    pub fn subsegment(&self, name: &str) -> Document {
        let mut named: Vec<_> = self.subsegments().into_iter().filter(|part| part.name() == name).collect();
        assert_eq!(named.len(), 1, "subsegments of {:?} that are called {name:?}: {:#}", self.name(), self.json);
        named.remove(0)
    }

    /// Itself and all that is inside of it, at whatever depth.
    pub fn parts(&self) -> Vec<Document> {
        let mut parts = vec![self.clone()];
        for subsegment in self.subsegments() {
            parts.extend(subsegment.parts());
        }
        parts
    }
}
