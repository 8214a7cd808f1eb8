//! How much memory a service has of the machine.
#![cfg(target_os = "linux")]

use crate::service::Demo;

/// What is resident, in KiB.
pub(crate) fn resident_kib(demo: &Demo) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", demo.process())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
