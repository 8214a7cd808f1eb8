//! `TACHOGRAPH_<SECTION>__<KEY>`: variables laid over the file.

use toml::{Table, Value};

use super::{Config, secret};
use crate::error::Error;

const PREFIX: &str = "TACHOGRAPH_";

/// Names the file; it is no key of it.
pub(super) const FILE: &str = "TACHOGRAPH_CONFIG";

/// Of tests: what their own instances make of findings. A test can set up a service, too.
const TESTING: &str = "testing_";

/// Lays the variables over `table` and returns the names of those that said something.
pub(super) fn overlay(
    table: &mut Table,
    variables: impl IntoIterator<Item = (String, String)>,
) -> Result<Vec<String>, Error> {
    let mut variables: Vec<_> = variables
        .into_iter()
        .filter_map(|(name, value)| {
            let path = (name != FILE).then(|| name.strip_prefix(PREFIX)).flatten()?.to_ascii_lowercase();
            (!is_of_kubernetes(&path) && !path.starts_with(TESTING)).then_some((name, path, value))
        })
        .collect();
    // The environment has no order of its own; errors should not depend on it.
    variables.sort();
    for (name, path, value) in &variables {
        let path: Vec<&str> = path.split("__").collect();
        set(table, &path, value).map_err(|reason| wrong(name, value, &reason))?;
    }
    Ok(variables.into_iter().map(|(name, ..)| name).collect())
}

/// Kubernetes tells all that run beside a service where it is. If that is called `tachograph`, so are the variables:
/// `TACHOGRAPH_SERVICE_HOST`, `TACHOGRAPH_PORT_80_TCP_ADDR`.
fn is_of_kubernetes(path: &str) -> bool {
    let begins = |with: &str| path.strip_prefix(with).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'));
    !path.contains("__") && (begins("port") || begins("service_port") || path == "service_host")
}

/// Sets one key, as what it looks like (a number, a list) or else as text: whichever the configuration takes.
fn set(table: &mut Table, path: &[&str], value: &str) -> Result<(), String> {
    let read = toml::from_str::<Table>(&format!("value = {value}")).ok().and_then(|mut read| read.remove("value"));
    let mut first_reason = None;
    for value in read.into_iter().chain([Value::String(value.to_owned())]) {
        let mut changed = table.clone();
        let result = insert(&mut changed, path, value).and_then(|()| {
            Config::deserialize_table(changed.clone()).map_err(|reason| reason.message().trim().to_owned())
        });
        match result {
            Ok(_) => {
                *table = changed;
                return Ok(());
            }
            Err(reason) => {
                first_reason.get_or_insert(reason);
            }
        }
    }
    Err(first_reason.unwrap_or_default())
}

fn insert(table: &mut Table, path: &[&str], value: Value) -> Result<(), String> {
    match path {
        [] | [""] => Err("it names no key".to_owned()),
        [key] => {
            table.insert((*key).to_owned(), value);
            Ok(())
        }
        [section, rest @ ..] => match table.entry(*section).or_insert_with(|| Value::Table(Table::new())) {
            Value::Table(table) => insert(table, rest, value),
            _ => Err(format!("`{section}` is a value, not a section")),
        },
    }
}

fn wrong(name: &str, value: &str, reason: &str) -> Error {
    let value = if secret::may_be_in(name) { secret::HIDDEN.to_owned() } else { format!("{value:?}") };
    Error::new(format!(
        "the environment variable {name}={value} does not fit: {reason}. Its name is TACHOGRAPH_<SECTION>__<KEY>, with two \
         underscores between levels, as in TACHOGRAPH_SERVICE__ENVIRONMENT; correct it, or unset it"
    ))
}
