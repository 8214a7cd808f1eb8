//! What the machine tells: variables, files, and those who can be asked.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::http::{CallError, Http};

/// Everything outside, so that a test can bring its own.
pub(super) struct Machine {
    variables: HashMap<String, String>,
    root: PathBuf,
    http: Http,
    pause: fn(Duration),
}

/// Whoever can tell is near and answers at once. Nothing waits for this, but the thread should not linger.
const PATIENCE: Duration = Duration::from_secs(1);

/// More than any of the files has in it.
const MAX_FILE: u64 = 256 * 1024;

impl Machine {
    pub(super) fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        Machine {
            variables: variables.into_iter().collect(),
            root: "/".into(),
            http: Http::new(PATIENCE),
            pause: std::thread::sleep,
        }
    }

    /// Another file system than that of the process, no pauses, and patience with a machine that is busy.
    #[cfg(test)]
    pub(super) fn at(root: &std::path::Path, variables: &[(&str, &str)]) -> Self {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Machine { root: root.to_owned(), pause: |_| {}, ..Self::new(variables) }.of_patience(Duration::from_secs(20))
    }

    #[cfg(test)]
    pub(super) fn of_patience(self, patience: Duration) -> Self {
        Machine { http: Http::new(patience), ..self }
    }

    /// An environment variable, unless it is empty.
    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    pub(super) fn has_file(&self, path: &str) -> bool {
        self.root.join(path).is_file()
    }

    /// A text file; its path stands without the slash in front.
    pub(super) fn file(&self, path: &str) -> Option<String> {
        let mut text = String::new();
        File::open(self.root.join(path)).ok()?.take(MAX_FILE).read_to_string(&mut text).ok()?;
        Some(text)
    }

    pub(super) fn hostname(&self) -> Option<String> {
        self.file("etc/hostname").map(|name| name.trim().to_owned())
    }

    /// Asks once.
    pub(super) fn http(&self) -> &Http {
        &self.http
    }

    /// Asks for an object of JSON. One that is near and does not answer is just being started, or has too many who ask it.
    pub(super) fn get(&self, url: &str, headers: &[(&str, &str)]) -> Option<Map<String, Value>> {
        let pauses = [Some(Duration::from_millis(500)), Some(Duration::from_secs(2)), None];
        for pause in pauses {
            match self.http.get(url, headers) {
                Ok(answer) => return object(&answer),
                Err(CallError::Status(status)) if status != 429 && status < 500 => return None,
                Err(_) => pause.map(self.pause)?,
            }
        }
        None
    }
}

pub(super) fn object(json: &[u8]) -> Option<Map<String, Value>> {
    match serde_json::from_slice(json) {
        Ok(Value::Object(object)) => Some(object),
        _ => None,
    }
}

/// A member of it that is a text, and not an empty one.
pub(super) fn text<'a>(object: &'a Map<String, Value>, member: &str) -> Option<&'a str> {
    object.get(member)?.as_str().filter(|text| !text.is_empty())
}
