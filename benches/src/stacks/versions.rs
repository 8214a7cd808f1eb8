//! Which releases are compared.

use std::fmt;

/// The workspace's lock file, as this program was built with it.
const LOCK: &str = include_str!("../../../Cargo.lock");

const CRATES: [&str; 11] = [
    "axum",
    "tower-http",
    "tracing-subscriber",
    "axum-prometheus",
    "metrics-exporter-prometheus",
    "opentelemetry-instrumentation-tower",
    "opentelemetry-prometheus",
    "opentelemetry_sdk",
    "opentelemetry-otlp",
    "axum-tracing-opentelemetry",
    "tracing-opentelemetry",
];

/// The crates that stacks are made of, with their versions.
#[derive(Clone, Copy, Debug)]
pub struct Versions;

impl fmt::Display for Versions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, name) in CRATES.into_iter().enumerate() {
            let separator = if place == 0 { "" } else { ", " };
            write!(formatter, "{separator}{name} {}", newest(name).unwrap_or("of unknown version"))?;
        }
        Ok(())
    }
}

/// Packages are in the order of their versions, and what stacks use is the newest: an older one is somebody's dependency.
fn newest(name: &str) -> Option<&'static str> {
    let package = format!("name = \"{name}\"\nversion = \"");
    let (_, version) = LOCK.rsplit_once(&package)?;
    Some(version.split_once('"')?.0)
}

#[cfg(test)]
mod tests {
    use super::{CRATES, newest};

    #[test]
    fn every_crate_is_in_the_lock_file() {
        for name in CRATES {
            let version = newest(name).unwrap_or_else(|| panic!("{name} is not locked"));
            assert!(version.split('.').all(|part| part.parse::<u32>().is_ok()), "{name} {version}");
        }
    }
}
