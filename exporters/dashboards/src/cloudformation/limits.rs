//! What CloudWatch takes: what it would refuse is refused here, in words, before it is deployed.

use crate::{Error, Settings};

/// For how many days a group of logs can be kept.
const RETENTIONS: [u32; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/// How long what the service says of itself can be: a pattern of lines has 1024 characters.
const LONGEST_NAME: usize = 200;

/// Fails where no template can be made of the settings, whatever is in it.
pub(super) fn check(settings: &Settings) -> Result<(), Error> {
    one_of("service", &settings.service, LONGEST_NAME, |byte| (b' '..=b'~').contains(&byte))?;
    if let Some(environment) = &settings.environment {
        one_of("environment", environment, LONGEST_NAME, |byte| (b' '..=b'~').contains(&byte))?;
    }
    let is_name = |byte: u8| byte.is_ascii_alphanumeric();
    // Behind it stands what tells metrics of lines from those of the exporter.
    let longest = 255 - super::lines::NAMESPACE.len();
    one_of("namespace", &settings.namespace, longest, |byte| is_name(byte) || b".-_/#:".contains(&byte))?;
    one_of("log group", &settings.log_group, 512, |byte| is_name(byte) || b"_/.#-".contains(&byte))?;
    if let Some(region) = &settings.region {
        one_of("region", region, 64, |byte| is_name(byte) || byte == b'-')?;
    }
    if let Some(days) = settings.retention_days.filter(|days| !RETENTIONS.contains(days)) {
        let longer = RETENTIONS.iter().find(|possible| **possible > days);
        let remedy = longer.map_or("leave it out, for ever".to_owned(), |longer| format!("use {longer}"));
        return Err(Error::new(format!("CloudWatch Logs keeps no group for {days} days: {remedy}")));
    }
    let thresholds = &settings.thresholds;
    for (name, part) in [
        ("error_rate", thresholds.error_rate),
        ("pool_utilization", thresholds.pool_utilization),
        ("cache_hit_rate", thresholds.cache_hit_rate),
        ("cold_starts", thresholds.cold_starts),
    ] {
        if !(0.0..=1.0).contains(&part) {
            return Err(Error::new(format!("{name} is {part}, but it is a part: use 0 to 1, as 0.05 for 5 %")));
        }
    }
    Ok(())
}

/// Fails where a name is none that AWS takes.
pub(super) fn one_of(what: &str, text: &str, longest: usize, is_taken: impl Fn(u8) -> bool) -> Result<(), Error> {
    if (1..=longest).contains(&text.len()) && text.bytes().all(is_taken) && !text.trim().is_empty() {
        return Ok(());
    }
    let shown = text.escape_debug();
    Err(Error::new(format!(
        "`{shown}` is no {what} that AWS takes: it has a character too many, or one that is not allowed"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(change: impl FnOnce(&mut Settings), part: &str) {
        let mut settings = Settings::new("experiments-api");
        assert_eq!(check(&settings), Ok(()));
        change(&mut settings);
        let refusal = check(&settings).unwrap_err().to_string();
        assert!(refusal.contains(part), "{refusal}");
    }

    #[test]
    fn what_cloudwatch_would_refuse_is_refused_in_words() {
        refused(|settings| settings.service = "größe".into(), "`größe` is no service");
        refused(|settings| settings.service = " ".into(), "no service");
        refused(|settings| settings.environment = Some(String::new()), "no environment");
        refused(|settings| settings.namespace = "my service".into(), "no namespace");
        refused(|settings| settings.namespace = "n".repeat(250), "no namespace");
        refused(|settings| settings.log_group = "a:b".into(), "no log group");
        refused(|settings| settings.region = Some("${x}".into()), "no region");
        refused(|settings| settings.retention_days = Some(10), "use 14");
        refused(|settings| settings.retention_days = Some(0), "use 1");
        refused(|settings| settings.retention_days = Some(4000), "leave it out");
        refused(|settings| settings.thresholds.error_rate = 5.0, "error_rate is 5");
        refused(|settings| settings.thresholds.cold_starts = f64::NAN, "cold_starts is NaN");
        refused(|settings| settings.thresholds.cache_hit_rate = -0.1, "cache_hit_rate");
        refused(|settings| settings.thresholds.pool_utilization = 80.0, "pool_utilization");
    }

    #[test]
    fn whatever_a_group_can_be_kept_for_is_taken() {
        let kept = |days| check(&Settings { retention_days: Some(days), ..Settings::new("a") });
        assert_eq!([1, 90, 3653].map(kept), [Ok(()), Ok(()), Ok(())]);
    }
}
