//! What is answered where.

use super::*;

#[tokio::test]
async fn all_is_well() {
    let instance = instance();
    let health = health(&instance).check("database", well).check("redis", well).build().unwrap();
    let connected = body("ok", r#""database":"connected","redis":"connected","#);
    assert_eq!(ask(&health, "/health").await, (200, connected.clone()));
    assert_eq!(ask(&health, "/readyz").await, (200, connected));
    assert_eq!(ask(&health, "/livez").await, (200, body("ok", "")));
    assert_eq!(instance.log(), []);
}

#[tokio::test(start_paused = true)]
async fn a_critical_check_that_fails_takes_the_service_out() {
    let instance = instance();
    let health = health(&instance).check("database", well).check("redis", hanging).check("queue", ill).build().unwrap();
    let degraded = body("degraded", r#""database":"connected","redis":"timeout","queue":"error","#);
    assert_eq!(ask(&health, "/health").await, (503, degraded.clone()));
    assert_eq!(ask(&health, "/readyz").await, (503, degraded));
    assert_eq!(ask(&health, "/livez").await, (200, body("ok", "")));
}

#[tokio::test]
async fn an_optional_check_that_fails_only_shows() {
    let instance = instance();
    let health = health(&instance).optional_check("search", ill).check("database", well).build().unwrap();
    let degraded = body("degraded", r#""search":"error","database":"connected","#);
    assert_eq!(ask(&health, "/health").await, (200, degraded));
    assert_eq!(ask(&health, "/readyz").await, (200, body("ok", r#""database":"connected","#)));
}

#[tokio::test]
async fn a_service_of_unknown_version_has_none() {
    let instance = Instance::with_clock(ManualClock::new());
    let health = health(&instance).build().unwrap();
    let bare = r#"{"status":"ok","timestamp":"2026-01-01T00:00:00.000Z"}"#;
    assert_eq!(ask(&health, "/health").await, (200, bare.to_owned()));
}

#[tokio::test]
async fn names_and_versions_stay_inside_their_strings() {
    let service = Service::new("odd").version("1\"\n");
    let instance = Instance::build(|builder| builder.clock(ManualClock::new()).service(service));
    let health = health(&instance).check("data\\base", well).build().unwrap();
    let escaped =
        r#"{"status":"ok","version":"1\"\n","data\\base":"connected","timestamp":"2026-01-01T00:00:00.000Z"}"#;
    assert_eq!(ask(&health, "/health").await, (200, escaped.to_owned()));
}

#[tokio::test]
async fn an_answer_is_json_that_nobody_keeps() {
    let health = health(&instance()).build().unwrap();
    for path in ["/health", "/livez", "/readyz"] {
        let response = respond(&health, path).await;
        assert_eq!(
            response.headers,
            [("content-type", "application/json".into()), ("cache-control", "no-store".into())],
            "{path}"
        );
    }
}

#[tokio::test]
async fn once_the_service_drains_it_is_not_ready() {
    let instance = instance();
    let gate = Gate::new();
    gate.open();
    let health = health(&instance).check("database", gate.check()).build().unwrap();
    health.clone().drain();
    assert_eq!(ask(&health, "/readyz").await, (503, body("shutting_down", "")));
    assert_eq!(gate.begun(), 0, "what is not going to be used is not looked at");
    assert_eq!(ask(&health, "/health").await, (200, body("ok", r#""database":"connected","#)));
    assert_eq!(ask(&health, "/livez").await, (200, body("ok", "")));
}

#[tokio::test]
async fn once_the_instance_is_shut_down_the_service_is_not_ready() {
    let instance = instance();
    let health = health(&instance).check("database", well).build().unwrap();
    assert_eq!(ask(&health, "/readyz").await.0, 200);
    instance.handle().shutdown(SECOND);
    assert_eq!(ask(&health, "/readyz").await, (503, body("shutting_down", "")));
    assert_eq!(ask(&health, "/livez").await, (200, body("ok", "")));
}

#[tokio::test]
async fn without_a_handle_it_is_the_current_instance_that_counts() {
    let instance = instance();
    let health = Health::builder().check("database", ill).build().unwrap();
    let degraded = body("degraded", r#""database":"error","#);
    assert_eq!(instance.scope(ask(&health, "/health")).await, (503, degraded));
    assert_eq!(instance.log().len(), 1);

    let (code, alone) = ask(&health, "/readyz").await;
    assert_eq!(code, 503);
    assert!(alone.starts_with(r#"{"status":"degraded","database":"error","timestamp":""#), "{alone}");
}
