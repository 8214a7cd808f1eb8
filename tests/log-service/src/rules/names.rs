//! What may be called how, and be kept how long.

use super::Refused;

/// The only ones that there are.
const RETENTION_DAYS: [i64; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

pub(crate) fn group_name(name: &str) -> Result<(), Refused> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_/.#-".contains(&byte);
    match (1..=512).contains(&name.len()) && name.bytes().all(allowed) {
        true => Ok(()),
        false => Err(Refused::invalid(format!("`{name}` is no name of a log group"))),
    }
}

pub(crate) fn stream_name(name: &str) -> Result<(), Refused> {
    match (1..=512).contains(&name.chars().count()) && !name.contains([':', '*']) {
        true => Ok(()),
        false => Err(Refused::invalid(format!("`{name}` is no name of a log stream"))),
    }
}

pub(crate) fn retention_days(days: i64) -> Result<(), Refused> {
    match RETENTION_DAYS.contains(&days) {
        true => Ok(()),
        false => Err(Refused::invalid(format!("{days} days is no retention"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_as_long_and_as_odd_as_the_service_allows() {
        for good in ["/experiments-api/requests", "a", "A_z/0.9#-", &"x".repeat(512)] {
            assert_eq!(group_name(good), Ok(()), "{good}");
        }
        for bad in ["", "a b", "a:b", "ä", "a*", &"x".repeat(513)] {
            assert!(group_name(bad).is_err(), "{bad}");
        }
        for good in ["host-7 ä", "a/b", &"ä".repeat(512)] {
            assert_eq!(stream_name(good), Ok(()), "{good}");
        }
        for bad in ["", "a:b", "a*", &"x".repeat(513)] {
            assert!(stream_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn events_are_kept_for_some_numbers_of_days_only() {
        assert_eq!([1, 90, 3653].map(|days| retention_days(days).is_ok()), [true; 3]);
        assert_eq!([0, -1, 2, 91, 3654].map(|days| retention_days(days).is_ok()), [false; 5]);
    }
}
