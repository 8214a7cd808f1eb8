//! What dashboards and alarms can be given. It is checked while it is read, so that the line of the file can be named.

use std::collections::HashSet;

use serde::de::{Deserialize, Deserializer, Error};

/// For how many days CloudWatch Logs can keep lines.
const RETENTION_DAYS: [u32; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/// CloudWatch looks at no longer time.
const WEEK_S: u64 = 7 * 24 * 60 * 60;

/// A part of all: 0.01 is 1 %.
pub(super) fn part<'de, D: Deserializer<'de>>(from: D) -> Result<Option<f64>, D::Error> {
    let value = f64::deserialize(from)?;
    let fits = (0.0..=1.0).contains(&value);
    checked(fits, value, || format!("`{value}` is no part of all: use 0 to 1, such as 0.01 for 1 %")).map(Some)
}

/// What was promised: with all or nothing there is no budget of errors, which alerts go by.
pub(super) fn target<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    let value = f64::deserialize(from)?;
    let fits = 0.0 < value && value < 1.0;
    checked(fits, value, || {
        format!("`{value}` is no target: use more than 0 and less than 1, such as 0.999 for 99.9 % of requests")
    })
}

/// A time from which on something is too slow or too old.
pub(super) fn milliseconds<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    let value = u64::deserialize(from)?;
    checked(value > 0, value, || "in 0 ms nothing is done: use 1 or more, or leave it out".to_owned()).map(Some)
}

/// How long something is counted.
pub(super) fn period<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    let value = u64::deserialize(from)?;
    checked(value > 0 && value.is_multiple_of(60) && value <= WEEK_S, value, || {
        format!("CloudWatch counts in no period of {value} s: use a multiple of 60 up to {WEEK_S} (a week)")
    })
    .map(Some)
}

/// The most of a counter that is healthy.
pub(super) fn most<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    let value = f64::deserialize(from)?;
    checked(value.is_finite() && value >= 0.0, value, || {
        format!("`{value}` is no count: use 0 or more, the most of it that is healthy")
    })
}

pub(super) fn retention_days<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
    let value = u32::deserialize(from)?;
    checked(RETENTION_DAYS.contains(&value), value, || {
        let days = RETENTION_DAYS.map(|days| days.to_string()).join(", ");
        format!("CloudWatch Logs keeps nothing for {value} days: use one of {days}, or leave it out to keep all")
    })
    .map(Some)
}

pub(super) fn email<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let value = String::deserialize(from)?;
    let parts = value.split_once('@').map(|(user, host)| (!user.is_empty(), !host.is_empty() && !host.contains('@')));
    let fits = parts == Some((true, true)) && !value.contains(char::is_whitespace);
    checked(fits, value.clone(), || format!("`{value}` is no address of mail: use one, such as oncall@example.com"))
        .map(Some)
}

pub(super) fn region<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let value = String::deserialize(from)?;
    let fits = (1..=63).contains(&value.len())
        && value.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !value.starts_with('-');
    checked(fits, value.clone(), || format!("`{}` is no region: use one, such as eu-west-1", value.escape_debug()))
        .map(Some)
}

pub(super) fn namespace<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let value = String::deserialize(from)?;
    let fits = is_made_of(&value, 255, b".-_/#:") && !value.starts_with(':') && !value.starts_with("AWS/");
    checked(fits, value.clone(), || {
        format!(
            "`{}` is no namespace of CloudWatch: use 1 to 255 letters, digits and `.-_/#:`, which begin with neither `:` nor \
             `AWS/`",
            value.escape_debug()
        )
    })
    .map(Some)
}

pub(super) fn log_group<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let value = String::deserialize(from)?;
    checked(is_made_of(&value, 512, b"_/.#-"), value.clone(), || {
        format!("`{}` is no group of CloudWatch Logs: use 1 to 512 letters, digits and `_/.#-`", value.escape_debug())
    })
    .map(Some)
}

/// A name, by which somebody is told of it.
pub(super) fn name<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let value = String::deserialize(from)?;
    let fits = !value.trim().is_empty() && !value.contains(char::is_control);
    checked(fits, value, || "a name is needed: use a few letters".to_owned())
}

pub(super) fn method<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let value = String::deserialize(from)?;
    let fits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte == b'-');
    checked(fits, value.clone(), || {
        format!("`{}` is no method: use one as requests have it, such as GET", value.escape_debug())
    })
    .map(Some)
}

pub(super) fn route<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let value = String::deserialize(from)?;
    checked(value.starts_with('/'), value.clone(), || {
        format!("`{}` is no route: use one as lines show it, such as /experiments/{{id}}", value.escape_debug())
    })
    .map(Some)
}

/// Entries of which each has a name of its own.
pub(super) fn named<'de, D, T>(from: D, what: &str, name: impl Fn(&T) -> String) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let entries = Vec::<T>::deserialize(from)?;
    let mut names = HashSet::new();
    match entries.iter().map(name).find(|name| !names.insert(name.clone())) {
        None => Ok(entries),
        Some(twice) => {
            Err(D::Error::custom(format!("there are two {what} called `{twice}`: call one of them otherwise")))
        }
    }
}

fn is_made_of(value: &str, most: usize, others: &[u8]) -> bool {
    (1..=most).contains(&value.len())
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || others.contains(&byte))
}

fn checked<T, E: Error>(fits: bool, value: T, refused: impl FnOnce() -> String) -> Result<T, E> {
    if fits { Ok(value) } else { Err(E::custom(refused())) }
}
