//! What groups and streams may be called, and how long groups keep their events.

use tachograph_core::Service;

use crate::error::Error;

/// The only ones that CloudWatch Logs has.
const RETENTION_DAYS: [u32; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/// Of groups and of streams.
const MOST_CHARACTERS: usize = 512;

/// The group for the lines of this service where none is said: `/experiments-api/requests`.
///
/// ```
/// use tachograph_core::Service;
///
/// assert_eq!(tachograph_cloudwatch_logs::usual_group(&Service::new("experiments api")), "/experiments-api/requests");
/// ```
pub fn usual_group(service: &Service) -> String {
    let allowed = service.name.chars().map(|character| if is_of_a_group(character) { character } else { '-' });
    // Room for what is around it.
    let name: String = allowed.take(MOST_CHARACTERS / 2).collect();
    format!("/{}/requests", if name.is_empty() { "service" } else { &name })
}

fn is_of_a_group(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_/.#-".contains(character)
}

pub(crate) fn check_group(name: &str) -> Result<(), Error> {
    match (1..=MOST_CHARACTERS).contains(&name.len()) && name.chars().all(is_of_a_group) {
        true => Ok(()),
        false => Err(Error::new(format!(
            "`{name}` is no name of a log group: use 1 to {MOST_CHARACTERS} of letters, digits and `_`, `/`, `.`, `#`, `-`"
        ))),
    }
}

pub(crate) fn check_stream(name: &str) -> Result<(), Error> {
    let is_of_a_stream = |character: char| !character.is_control() && !matches!(character, ':' | '*');
    match (1..=MOST_CHARACTERS).contains(&name.chars().count()) && name.chars().all(is_of_a_stream) {
        true => Ok(()),
        false => Err(Error::new(format!(
            "`{name}` is no name of a log stream: use 1 to {MOST_CHARACTERS} characters without `:` and `*`"
        ))),
    }
}

pub(crate) fn check_region(name: &str) -> Result<(), Error> {
    let is_of_a_region =
        |character: char| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-';
    match !name.is_empty() && name.chars().all(is_of_a_region) {
        true => Ok(()),
        false => Err(Error::new(format!(
            "`{name}` is no region of AWS: write one such as `eu-central-1`, or none, which leaves it to AWS_REGION"
        ))),
    }
}

pub(crate) fn check_retention(days: u32) -> Result<(), Error> {
    if RETENTION_DAYS.contains(&days) {
        return Ok(());
    }
    let nearest = RETENTION_DAYS.into_iter().find(|choice| *choice > days).unwrap_or(RETENTION_DAYS[21]);
    let choices = RETENTION_DAYS.map(|days| days.to_string()).join(", ");
    Err(Error::new(format!(
        "CloudWatch Logs keeps no group for {days} days: use {nearest}, or another of {choices}; or none, for ever"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_and_streams_are_called_as_the_service_allows() {
        for good in ["/experiments-api/requests", "a", "A_z/0.9#-", &"x".repeat(512)] {
            assert!(check_group(good).is_ok(), "{good}");
        }
        for bad in ["", "a b", "a:b", "ä", "a*", &"x".repeat(513)] {
            assert!(check_group(bad).unwrap_err().to_string().contains("`_`, `/`, `.`, `#`, `-`"), "{bad}");
        }
        for good in ["host 7/ä", &"ä".repeat(512)] {
            assert!(check_stream(good).is_ok(), "{good}");
        }
        for bad in ["", "a:b", "a*", "a\n", &"x".repeat(513)] {
            assert!(check_stream(bad).unwrap_err().to_string().contains("without `:` and `*`"), "{bad}");
        }
    }

    #[test]
    fn a_region_is_part_of_a_host() {
        for good in ["eu-central-1", "us-gov-west-1", "cn-north-1"] {
            assert!(check_region(good).is_ok(), "{good}");
        }
        for bad in ["", "EU-CENTRAL-1", "eu central", "evil.example/", "eu-west-1\n"] {
            assert!(check_region(bad).unwrap_err().to_string().contains("AWS_REGION"), "{bad}");
        }
    }

    #[test]
    fn a_retention_that_there_is_not_is_refused_with_those_that_there_are() {
        assert!(RETENTION_DAYS.into_iter().all(|days| check_retention(days).is_ok()));
        let told = check_retention(91).unwrap_err().to_string();
        assert!(told.contains("use 120, or another of 1, 3, 5,") && told.contains("3653"), "{told}");
        assert!(check_retention(0).unwrap_err().to_string().contains("use 1,"));
        assert!(check_retention(9999).unwrap_err().to_string().contains("use 3653,"));
    }

    #[test]
    fn each_service_has_a_group_that_may_be_called_so() {
        for name in ["experiments-api", "Zoë's: *shop*", "", &"x".repeat(1000)] {
            let group = usual_group(&Service::new(name));
            assert!(check_group(&group).is_ok(), "{group}");
        }
        assert_eq!(usual_group(&Service::new("Zoë's shop")), "/Zo--s-shop/requests");
    }
}
