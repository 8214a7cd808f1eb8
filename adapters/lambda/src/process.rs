//! How long this process has been running.

use std::fs;
use std::time::Duration;

/// Linux tells times in hundredths of a second, whatever its own clock ticks at.
const TICKS_PER_SECOND: f64 = 100.0;

/// How long ago this process was started, to a hundredth of a second; none where the system does not say.
pub(crate) fn age() -> Option<Duration> {
    let read = |path| fs::read_to_string(path).ok();
    since_start(&read("/proc/self/stat")?, &read("/proc/uptime")?)
}

fn since_start(stat: &str, uptime: &str) -> Option<Duration> {
    // The name of the process comes second, in brackets, and can have anything in it. The start is the 22nd.
    let (_, after_name) = stat.rsplit_once(')')?;
    let started: f64 = after_name.split_whitespace().nth(19)?.parse().ok()?;
    let now: f64 = uptime.split_whitespace().next()?.parse().ok()?;
    Duration::try_from_secs_f64(now - started / TICKS_PER_SECOND).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAT: &str =
        "7 (boot) strap) 3) S 1 7 7 0 -1 4194304 906 0 0 0 1 0 0 0 20 0 5 0 1234 9 8 18446744073709551615";

    #[test]
    fn it_is_the_time_since_the_start_after_boot() {
        let age = since_start(STAT, "12.84 20.01\n").unwrap();
        assert_eq!(age.as_millis(), 500);
    }

    #[test]
    fn what_cannot_be_is_not_known() {
        for (stat, uptime) in [(STAT, "12.30 0"), (STAT, ""), ("", "1 1"), ("7 (x) S 1", "1 1"), (STAT, "x")] {
            assert_eq!(since_start(stat, uptime), None, "{stat:?} {uptime:?}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_was_started_after_the_machine() {
        let uptime: f64 = fs::read_to_string("/proc/uptime").unwrap().split(' ').next().unwrap().parse().unwrap();
        assert!(age().unwrap().as_secs_f64() < uptime);
    }
}
