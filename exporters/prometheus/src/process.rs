//! What the operating system knows of the process. Linux only; elsewhere the page goes without it.

use std::fs;

use crate::page::{Metric, Page};

/// Hundredths of a second are what Linux tells programs times in, on every architecture that Rust's std supports.
const NANOS_OF_A_TICK: u64 = 10_000_000;

const fn metric(name: &'static str, help: &'static str) -> Metric<'static> {
    Metric { name, help }
}

/// Whatever cannot be read is left out.
pub(crate) fn write(page: &mut Page) {
    let stat = fs::read_to_string("/proc/self/stat").ok();
    let stat = stat.as_deref().and_then(Stat::read);
    let cpu = stat.as_ref().map(|stat| ("", stat.cpu_ticks.saturating_mul(NANOS_OF_A_TICK)));
    page.seconds_counter(metric("process_cpu_seconds", "User and system time of all threads."), cpu);

    let open = fs::read_dir("/proc/self/fd").ok().map(|files| ("", files.count()));
    page.gauge(metric("process_open_fds", "File descriptors that are open."), open);
    let limits = fs::read_to_string("/proc/self/limits").ok();
    let most = limits.as_deref().and_then(most_files).map(|most| ("", most));
    page.gauge(metric("process_max_fds", "The most file descriptors that can be open."), most);

    let resident = fs::read_to_string("/proc/self/status").ok();
    let resident = resident.as_deref().and_then(|status| kilobytes(status, "VmRSS:")).map(|kb| ("", kb * 1024));
    page.gauge(metric("process_resident_memory_bytes", "Memory that is in use."), resident);
    let virtual_memory = stat.as_ref().map(|stat| ("", stat.virtual_bytes));
    page.gauge(metric("process_virtual_memory_bytes", "Memory that is reserved."), virtual_memory);
    let threads = stat.as_ref().map(|stat| ("", stat.threads));
    page.gauge(metric("process_threads", "Threads of the process."), threads);

    let booted = fs::read_to_string("/proc/stat").ok();
    let booted = booted.as_deref().and_then(boot_seconds);
    let started = booted.zip(stat.as_ref()).map(|(booted, stat)| {
        let ticks = stat.started_ticks;
        ("", format!("{}.{:02}", booted + ticks / 100, ticks % 100))
    });
    page.gauge(metric("process_start_time_seconds", "When the process was started, since 1970."), started);
}

#[derive(Debug, PartialEq, Eq)]
struct Stat {
    cpu_ticks: u64,
    threads: u64,
    started_ticks: u64,
    virtual_bytes: u64,
}

impl Stat {
    /// The second field is the program's name in parentheses, which may itself have blanks and parentheses in it.
    fn read(stat: &str) -> Option<Self> {
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        // The fields are counted from 1 in proc(5), and these begin with the third.
        let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
        Some(Stat {
            cpu_ticks: field(14)?.saturating_add(field(15)?),
            threads: field(20)?,
            started_ticks: field(22)?,
            virtual_bytes: field(23)?,
        })
    }
}

/// The soft limit; none where it is `unlimited`.
fn most_files(limits: &str) -> Option<u64> {
    limits.lines().find_map(|line| line.strip_prefix("Max open files"))?.split_whitespace().next()?.parse().ok()
}

fn kilobytes(status: &str, name: &str) -> Option<u64> {
    status.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
}

fn boot_seconds(stat: &str) -> Option<u64> {
    stat.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_are_found_behind_a_name_with_parentheses_and_blanks() {
        let stat = "4711 (a) b (c) S 1 4711 4711 0 -1 4194560 1000 0 0 0 250 50 7 8 20 0 9 0 123456 1048576 321 18446744073709551615 0 0";
        let expected = Stat { cpu_ticks: 300, threads: 9, started_ticks: 123_456, virtual_bytes: 1_048_576 };
        assert_eq!(Stat::read(stat), Some(expected));
        assert_eq!((Stat::read(""), Stat::read("1 (a) S 1")), (None, None));
    }

    #[test]
    fn what_is_not_a_number_is_left_out() {
        let limits =
            "Limit  Soft Limit  Hard Limit  Units\nMax open files            1024                 4096   files\n";
        assert_eq!(most_files(limits), Some(1024));
        assert_eq!(most_files("Max open files  unlimited  unlimited  files"), None);
        assert_eq!(kilobytes("VmHWM:\t 9 kB\nVmRSS:\t    5120 kB\n", "VmRSS:"), Some(5120));
        assert_eq!(boot_seconds("cpu 1 2\nbtime 1767225600\n"), Some(1_767_225_600));
        assert_eq!(boot_seconds("cpu 1 2\n"), None);
    }
}
