//! What is answered where.

use super::*;

#[tokio::test]
async fn all_is_well() {
    let instance = instance();
    let health = health(&instance).with("database", well).with("redis", well);
    let connected = body("ok", r#""database":"connected","redis":"connected","#);
    assert_eq!(ask(&health, "/health").await, (200, connected.clone()));
    assert_eq!(ask(&health, "/readyz").await, (200, connected));
    assert_eq!(ask(&health, "/livez").await, (200, body("ok", "")));
    assert_eq!(instance.log(), []);
}

#[tokio::test(start_paused = true)]
async fn a_critical_check_that_fails_takes_the_service_out() {
    let instance = instance();
    let health = health(&instance).with("database", well).with("redis", hanging).with("queue", ill);
    let degraded = body("degraded", r#""database":"connected","redis":"timeout","queue":"error","#);
    assert_eq!(ask(&health, "/health").await, (503, degraded.clone()));
    assert_eq!(ask(&health, "/readyz").await, (503, degraded));
    assert_eq!(ask(&health, "/livez").await, (200, body("ok", "")));
}

#[tokio::test]
async fn an_optional_check_that_fails_only_shows() {
    let instance = instance();
    let health = health(&instance).with_optional("search", ill).with("database", well);
    let degraded = body("degraded", r#""search":"error","database":"connected","#);
    assert_eq!(ask(&health, "/health").await, (200, degraded));
    assert_eq!(ask(&health, "/readyz").await, (200, body("ok", r#""database":"connected","#)));
}

#[tokio::test]
async fn a_service_of_unknown_version_has_none() {
    let instance = Instance::with_clock(ManualClock::new());
    let health = health(&instance);
    let bare = r#"{"status":"ok","timestamp":"2026-01-01T00:00:00.000Z"}"#;
    assert_eq!(ask(&health, "/health").await, (200, bare.to_owned()));
}

#[tokio::test]
async fn names_and_versions_stay_inside_their_strings() {
    let service = Service::new("odd").version("1\"\n");
    let instance = Instance::build(|builder| builder.clock(ManualClock::new()).service(service));
    let health = health(&instance).with("data\\base", well);
    let escaped =
        r#"{"status":"ok","version":"1\"\n","data\\base":"connected","timestamp":"2026-01-01T00:00:00.000Z"}"#;
    assert_eq!(ask(&health, "/health").await, (200, escaped.to_owned()));
}

#[tokio::test]
async fn an_answer_is_json_that_nobody_keeps() {
    let health = health(&instance());
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
    let health = health(&instance).with("database", gate.check());
    instance.handle().drain();
    assert_eq!(ask(&health, "/readyz").await, (503, body("shutting_down", "")));
    assert_eq!(gate.begun(), 0, "what is not going to be used is not looked at");
    assert_eq!(ask(&health, "/health").await, (200, body("ok", r#""database":"connected","#)));
    assert_eq!(ask(&health, "/livez").await, (200, body("ok", "")));
}

#[tokio::test]
async fn once_the_instance_is_shut_down_the_service_is_not_ready() {
    let instance = instance();
    let health = health(&instance).with("database", well);
    assert_eq!(ask(&health, "/readyz").await.0, 200);
    instance.handle().shutdown(SECOND);
    assert_eq!(ask(&health, "/readyz").await, (503, body("shutting_down", "")));
    assert_eq!(ask(&health, "/livez").await, (200, body("ok", "")));
}

#[tokio::test]
async fn checks_come_when_what_they_look_at_is_there() {
    let instance = instance();
    let served = health(&instance);
    assert_eq!(ask(&served, "/health").await, (200, body("ok", "")));
    let clone = served.health.clone();
    clone.check("database", well).unwrap().optional_check("search", well).unwrap();
    let both = body("ok", r#""database":"connected","search":"connected","#);
    assert_eq!(ask(&served, "/health").await, (200, both));
    assert_eq!(ask(&served, "/readyz").await, (200, body("ok", r#""database":"connected","#)));
}

#[tokio::test]
async fn asked_of_no_instance_it_is_the_current_one_that_counts() {
    let instance = instance();
    let health = Health::default();
    health.check("database", ill).unwrap();
    let ask = async || {
        let response = health.get(Request::new("GET", "/health", "")).await;
        (response.status, String::from_utf8(response.body.into_owned()).unwrap())
    };
    assert_eq!(instance.scope(ask()).await, (503, body("degraded", r#""database":"error","#)));
    assert_eq!(instance.log().len(), 1);

    let (code, alone) = ask().await;
    assert_eq!(code, 503);
    assert!(alone.starts_with(r#"{"status":"degraded","database":"error","timestamp":""#), "{alone}");
}
