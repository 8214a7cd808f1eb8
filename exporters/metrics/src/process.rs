//! What the operating system knows of the process. Linux only; elsewhere it is left out.

use std::fs;

use crate::attributes::Attributes;
use crate::collection::Collection;
use crate::names;
use crate::snapshot::{Number, Point};

/// Hundredths of a second are what Linux tells programs times in, on every architecture that Rust's std supports.
const NANOS_OF_A_TICK: u64 = 10_000_000;

/// Whatever cannot be read is left out.
pub(crate) fn collect(out: &mut Collection) {
    let one =
        |number: Option<Number>| number.map(|number| Point::new(Attributes::default(), number)).into_iter().collect();
    let whole = |number: Option<u64>| one(number.map(Number::Whole));
    let stat = fs::read_to_string("/proc/self/stat").ok();
    let stat = stat.as_deref().and_then(Stat::read);
    let cpu = stat.as_ref().map(|stat| Number::Nanos(stat.cpu_ticks.saturating_mul(NANOS_OF_A_TICK)));
    out.counter(&names::PROCESS_CPU, one(cpu));

    let open = fs::read_dir("/proc/self/fd").ok().map(|files| files.count() as u64);
    out.up_down(&names::PROCESS_OPEN_FILES, whole(open));
    let limits = fs::read_to_string("/proc/self/limits").ok();
    out.up_down(&names::PROCESS_MOST_FILES, whole(limits.as_deref().and_then(most_files)));

    let status = fs::read_to_string("/proc/self/status").ok();
    let resident = status.as_deref().and_then(|status| kilobytes(status, "VmRSS:")).map(|kilobytes| kilobytes * 1024);
    out.up_down(&names::PROCESS_MEMORY, whole(resident));
    out.up_down(&names::PROCESS_VIRTUAL_MEMORY, whole(stat.as_ref().map(|stat| stat.virtual_bytes)));
    out.up_down(&names::PROCESS_THREADS, whole(stat.as_ref().map(|stat| stat.threads)));

    let booted = fs::read_to_string("/proc/stat").ok();
    let booted = booted.as_deref().and_then(boot_seconds);
    let started = booted.zip(stat.as_ref()).map(|(booted, stat)| {
        let since_boot = stat.started_ticks.saturating_mul(NANOS_OF_A_TICK);
        Number::Nanos(booted.saturating_mul(1_000_000_000).saturating_add(since_boot))
    });
    out.gauge(&names::PROCESS_START, one(started));
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
