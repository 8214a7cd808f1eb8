//! What is refused at set-up.

use super::*;

fn refused(name: &str) -> String {
    let health = Health::default();
    health.check("redis", well).unwrap().check("database", well).unwrap();
    let (check, optional) = (health.check(name, ill).err(), health.optional_check(name, ill).err());
    let [check, optional] = [check, optional].map(|error| error.unwrap().to_string());
    assert_eq!(check, optional);
    check
}

#[test]
fn a_name_that_the_answer_has_itself_is_refused() {
    for name in ["status", "version", "timestamp"] {
        assert_eq!(
            refused(name),
            format!(
                "a health check is named `{name}`, which is a key of the answer itself: give it another name than \
                 `status`, `version` and `timestamp`"
            )
        );
    }
}

#[test]
fn a_name_is_given_once_and_is_not_empty() {
    assert_eq!(refused("redis"), "two health checks are named `redis`: give one of them another name");
    assert_eq!(refused(""), "a health check has no name: give it that of what it looks at, \"database\"");
}

#[tokio::test]
async fn what_was_refused_is_not_looked_at() {
    let served = health(&instance()).with("database", well);
    assert!(served.health.check("database", ill).is_err());
    assert_eq!(ask(&served, "/health").await, (200, body("ok", r#""database":"connected","#)));
}

#[test]
fn a_timeout_leaves_the_answer_time_to_arrive() {
    let with = |timeout| {
        let mut settings = Settings::default();
        settings.timeout = timeout;
        Health::new(settings)
    };
    for timeout in [Duration::ZERO, Duration::from_millis(4001), Duration::MAX] {
        let error = with(timeout).unwrap_err().to_string();
        assert!(error.contains(&format!("{timeout:?}")) && error.contains("up to 4 s"), "{error}");
    }
    for timeout in [Duration::from_millis(1), SECOND * 4] {
        assert!(with(timeout).is_ok());
    }
}

#[test]
fn nothing_that_a_check_holds_is_shown() {
    let secret = "hunter2".to_owned();
    let health = Health::default();
    let check = move || {
        let secret = secret.clone();
        async move { Err::<(), _>(secret) }
    };
    health.check("database", check).unwrap();
    let shown = format!("{health:?}");
    assert!(shown.contains("database") && !shown.contains("hunter2"), "{shown}");
}
