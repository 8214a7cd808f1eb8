//! Values of variables, read as the specification says.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::Warning;

/// The variables whose names begin with `OTEL_`, but for empty ones, which are as good as unset.
pub(super) struct Environment {
    values: BTreeMap<String, String>,
    warnings: Vec<Warning>,
}

impl Environment {
    pub(super) fn new<N, V>(variables: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: AsRef<str>,
        V: AsRef<str>,
    {
        let ours = variables.into_iter().filter_map(|(name, value)| {
            let (name, value) = (name.as_ref(), value.as_ref().trim());
            (name.starts_with("OTEL_") && !value.is_empty()).then(|| (name.to_owned(), value.to_owned()))
        });
        Environment { values: ours.collect(), warnings: Vec::new() }
    }

    pub(super) fn into_warnings(self) -> Vec<Warning> {
        self.warnings
    }

    /// Says something of a variable, once: some are read for spans and for log records.
    pub(super) fn warn(&mut self, name: &str, message: impl Into<String>) {
        let warning = Warning::new(name, message);
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.values.get(name).cloned()
    }

    /// `true` is true, and everything else is false.
    pub(super) fn boolean(&mut self, name: &str) -> Option<bool> {
        let value = self.text(name)?;
        let is_true = value.eq_ignore_ascii_case("true");
        if !is_true && !value.eq_ignore_ascii_case("false") {
            self.warn(name, format!("`{value}` is taken for `false`: use `true` or `false`"));
        }
        Some(is_true)
    }

    pub(super) fn count(&mut self, name: &str, least: u64) -> Option<u64> {
        self.number(
            name,
            |value| value.parse().ok().filter(|count| *count >= least),
            || format!("a whole number from {least} on"),
        )
    }

    pub(super) fn milliseconds(&mut self, name: &str) -> Option<Duration> {
        let expected = || "a whole number of milliseconds".to_owned();
        self.number(name, |value| value.parse().ok().map(Duration::from_millis), expected)
    }

    /// As [`milliseconds`](Self::milliseconds), but 0 is for ever: as long as 32 bits of milliseconds.
    pub(super) fn timeout(&mut self, name: &str) -> Option<Duration> {
        self.milliseconds(name).map(|timeout| match timeout.is_zero() {
            true => Duration::from_millis(u32::MAX.into()),
            false => timeout,
        })
    }

    fn number<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&str) -> Option<T>,
        expected: impl FnOnce() -> String,
    ) -> Option<T> {
        let value = self.text(name)?;
        let number = read(&value);
        if number.is_none() {
            self.warn(name, format!("`{value}` is ignored: use {}", expected()));
        }
        number
    }

    /// One of these, whatever the case of its letters.
    pub(super) fn choice<T: Copy>(&mut self, name: &str, choices: &[(&str, T)]) -> Option<T> {
        let value = self.text(name)?;
        let found = choices.iter().find(|(choice, _)| value.eq_ignore_ascii_case(choice));
        if found.is_none() {
            let names: Vec<String> = choices.iter().map(|(choice, _)| format!("`{choice}`")).collect();
            self.warn(name, format!("`{value}` is ignored: use {}", names.join(", ")));
        }
        found.map(|(_, choice)| *choice)
    }

    /// What can be read from a text, with what the reading says of a text that cannot.
    pub(super) fn read<T: std::str::FromStr>(&mut self, name: &str) -> Option<T>
    where
        T::Err: std::fmt::Display,
    {
        match self.text(name)?.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.warn(name, format!("ignored: {error}"));
                None
            }
        }
    }

    /// The names in a list, each once, in lower case.
    pub(super) fn list(&self, name: &str) -> Option<Vec<String>> {
        let mut names = Vec::new();
        for entry in self.values.get(name)?.split(',').map(|entry| entry.trim().to_ascii_lowercase()) {
            if !entry.is_empty() && !names.contains(&entry) {
                names.push(entry);
            }
        }
        Some(names)
    }
}
