//! What is refused at start.

use super::*;

fn refused(builder: Builder) -> String {
    builder.build().unwrap_err().to_string()
}

#[test]
fn a_name_that_the_answer_has_itself_is_refused() {
    for name in ["status", "version", "timestamp"] {
        let error = refused(Health::builder().check("database", well).optional_check(name, well));
        assert_eq!(
            error,
            format!(
                "a health check is named `{name}`, which is a key of the answer itself: give it another name than \
                 `status`, `version` and `timestamp`"
            )
        );
    }
}

#[test]
fn a_name_is_given_once_and_is_not_empty() {
    let error = refused(Health::builder().check("redis", well).check("database", well).optional_check("redis", well));
    assert_eq!(error, "two health checks are named `redis`: give one of them another name");
    let error = refused(Health::builder().check("", well));
    assert_eq!(error, "a health check has no name: give it that of what it looks at, \"database\"");
}

#[test]
fn a_timeout_leaves_the_answer_time_to_arrive() {
    let with = |timeout| Health::builder().timeout(timeout).check("database", well);
    for timeout in [Duration::ZERO, Duration::from_millis(4001), Duration::MAX] {
        let error = refused(with(timeout));
        assert!(error.contains(&format!("{timeout:?}")) && error.contains("up to 4 s"), "{error}");
    }
    for timeout in [Duration::from_millis(1), SECOND * 4] {
        assert!(with(timeout).build().is_ok());
    }
}

#[test]
fn nothing_that_a_check_holds_is_shown() {
    let secret = "hunter2".to_owned();
    let builder = Health::builder().check("database", move || {
        let secret = secret.clone();
        async move { Err::<(), _>(secret) }
    });
    let shown = [format!("{builder:?}"), format!("{:?}", builder.build().unwrap())].concat();
    assert!(shown.contains("database") && !shown.contains("hunter2"), "{shown}");
}
