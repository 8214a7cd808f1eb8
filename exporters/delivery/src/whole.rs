//! Errors of clients, put into words.

use std::error::Error;

/// An error and all that it came from, in one line: clients keep the reason that helps at the end of the chain.
pub fn whole(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        let said = source.to_string();
        // Some errors say what their source says.
        if !text.contains(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        next = source.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use crate::sink::SendError;

    use super::*;

    #[derive(Debug)]
    struct Unreachable(&'static str);

    impl std::fmt::Display for Unreachable {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Unreachable {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&Refused)
        }
    }

    #[derive(Debug)]
    struct Refused;

    impl std::fmt::Display for Refused {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("connection refused")
        }
    }

    impl Error for Refused {}

    #[test]
    fn the_whole_error_says_nothing_twice() {
        assert_eq!(whole(&Unreachable("cannot be reached")), "cannot be reached: connection refused");
        let repeating = Unreachable("cannot be reached: connection refused");
        assert_eq!(whole(&repeating), "cannot be reached: connection refused");
        let sent = SendError::temporary(0, Unreachable("cannot be reached"));
        assert_eq!(whole(&sent), "items were refused for now after 0 bytes: cannot be reached: connection refused");
    }
}
