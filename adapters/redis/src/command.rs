//! Names of commands: as many as there are commands, whatever is sent.

use std::collections::HashMap;
use std::sync::LazyLock;

use redis::{Arg, Cmd};

/// What OpenTelemetry has for a name that is none of the known ones.
const OTHER: &str = "_OTHER";

/// As long as the longest name.
const LONGEST: usize = 32;

/// The known commands, and whether they have sub-commands.
static COMMANDS: LazyLock<HashMap<&str, bool>> = LazyLock::new(|| {
    let mut commands: HashMap<_, _> = include_str!("command_names.txt").lines().map(|name| (name, false)).collect();
    for name in include_str!("command_names.txt").lines() {
        if let Some((container, _)) = name.split_once(' ') {
            commands.insert(container, true);
        }
    }
    commands
});

/// The name of a command, with its sub-command.
pub(crate) fn name(command: &Cmd) -> &'static str {
    let mut words = command.args_iter().filter_map(|word| match word {
        Arg::Simple(word) => Some(word),
        _ => None,
    });
    let mut name = Name::default();
    let Some((known, has_subcommands)) = words.next().and_then(|word| name.push(word)?.known()) else { return OTHER };
    if !has_subcommands {
        return known;
    }
    let longer = words.next().and_then(|word| name.push(b" ")?.push(word)?.known());
    longer.map_or(known, |(known, _)| known)
}

/// A name in upper case.
#[derive(Default)]
struct Name {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Name {
    /// None where it is longer than any command.
    fn push(&mut self, word: &[u8]) -> Option<&mut Self> {
        let end = self.length.checked_add(word.len())?;
        let place = self.bytes.get_mut(self.length..end)?;
        place.copy_from_slice(word);
        place.make_ascii_uppercase();
        self.length = end;
        Some(self)
    }

    fn known(&self) -> Option<(&'static str, bool)> {
        let name = str::from_utf8(&self.bytes[..self.length]).ok()?;
        COMMANDS.get_key_value(name).map(|(name, has_subcommands)| (*name, *has_subcommands))
    }
}

#[cfg(test)]
mod tests {
    use redis::cmd;

    use super::*;

    fn named(words: &[&[u8]]) -> &'static str {
        let mut command = Cmd::new();
        for word in words {
            command.arg(*word);
        }
        name(&command)
    }

    #[test]
    fn a_name_is_the_commands_and_its_sub_commands() {
        for (words, expected) in [
            (&["GET", "dark-mode"][..], "GET"),
            (&["get", "dark-mode"], "GET"),
            (&["Config", "get", "maxmemory"], "CONFIG GET"),
            (&["CLIENT", "SETNAME", "api"], "CLIENT SETNAME"),
            (&["SENTINEL", "IS-MASTER-DOWN-BY-ADDR"], "SENTINEL IS-MASTER-DOWN-BY-ADDR"),
            (&["JSON.GET", "dark-mode", "$"], "JSON.GET"),
            (&["COMMAND"], "COMMAND"),
            // A key that is called as a sub-command is.
            (&["GET", "SETNAME"], "GET"),
            (&["CLIENT", "dark-mode"], "CLIENT"),
        ] {
            let words: Vec<&[u8]> = words.iter().map(|word| word.as_bytes()).collect();
            assert_eq!(named(&words), expected);
        }
        assert_eq!(name(cmd("SCAN").cursor_arg(7)), "SCAN");
    }

    #[test]
    fn what_is_no_command_adds_no_name_of_its_own() {
        let long = "G".repeat(4096);
        for word in ["", "dark-mode", "GET dark-mode", " GET", "GET\0", &long] {
            assert_eq!(named(&[word.as_bytes()]), OTHER, "{word:?}");
        }
        assert_eq!((named(&[]), named(&[b"\xff\xfe"])), (OTHER, OTHER));
        assert_eq!((named(&[b"CLIENT", long.as_bytes()]), named(&[b"CLIENT", b"\xff"])), ("CLIENT", "CLIENT"));
    }

    #[test]
    fn the_known_names_are_in_order_and_fit() {
        let names: Vec<_> = include_str!("command_names.txt").lines().collect();
        assert!(names.windows(2).all(|pair| pair[0] < pair[1]));
        for name in names {
            assert!(!name.is_empty() && name.len() <= LONGEST, "{name:?}");
            assert!(name.split(' ').count() <= 2, "{name:?}");
            assert!(!name.bytes().any(|byte| byte.is_ascii_lowercase()), "{name:?}");
        }
    }
}
