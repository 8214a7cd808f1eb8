//! The stream of one process.

use std::time::SystemTime;

use tachograph_core::iso_8601;

/// A name that no other process has, nor this one when it is started again: the host's, the time, and the process id, such as
/// `ip-10-0-3-17/20261121T163417.123Z/4242`. Two processes that wrote one stream would each have lines out of order.
pub(crate) fn own_stream(now: SystemTime) -> String {
    let host = host();
    // What no stream may have, and not more of it than leaves room for the rest.
    let host: String =
        host.chars().map(|character| if is_plain(character) { character } else { '-' }).take(255).collect();
    let host = if host.is_empty() { "host" } else { &host };
    let time: String = iso_8601(now).iter().map(|byte| char::from(*byte)).filter(|c| !matches!(c, '-' | ':')).collect();
    format!("{host}/{time}/{}", std::process::id())
}

fn is_plain(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '.' | '_')
}

/// As the system calls it; shells and containers do not always export it.
fn host() -> String {
    let of_linux = std::fs::read_to_string("/proc/sys/kernel/hostname").map(|name| name.trim().to_owned());
    let exported = || ["HOSTNAME", "COMPUTERNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    of_linux.ok().or_else(exported).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::check_stream;
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn a_stream_says_where_when_and_which_process() {
        let stream = own_stream(UNIX_EPOCH + Duration::from_millis(1_795_279_657_123));
        let parts: Vec<&str> = stream.split('/').collect();
        let [host, time, process] = parts[..] else { panic!("{stream}") };
        assert!(!host.is_empty());
        assert_eq!((time, process), ("20261121T164737.123Z", &*std::process::id().to_string()));
        assert!(check_stream(&stream).is_ok());
    }
}
