//! The service over a connection, byte by byte.

use std::time::Duration;

use tachograph_log_service::{Answer, Call, LogService};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

const SIGNED: &str = "authorization: AWS4-HMAC-SHA256 Credential=key/20261121/eu-west-1/logs/aws4_request, \
     SignedHeaders=host;x-amz-date;x-amz-target, \
     Signature=0000000000000000000000000000000000000000000000000000000000000000\r\nx-amz-date: 20261121T173000Z\r\n";

/// What is answered until the connection ends, which is asked for.
async fn asked(service: &LogService, target: &str, headers: &str, body: &str) -> String {
    let mut connection = TcpStream::connect(service.endpoint().trim_start_matches("http://")).await.unwrap();
    let request = format!(
        "POST / HTTP/1.1\r\nhost: logs\r\nconnection: close\r\ncontent-type: application/x-amz-json-1.1\r\n\
         x-amz-target: Logs_20140328.{target}\r\ncontent-length: {}\r\n{headers}\r\n{body}",
        body.len()
    );
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    answer
}

const GROUP: &str = r#"{"logGroupName":"g"}"#;

#[tokio::test]
async fn a_call_is_done_and_told_and_one_without_a_signature_is_complained_of() {
    let service = LogService::start().await;
    assert!(asked(&service, "CreateLogGroup", SIGNED, GROUP).await.starts_with("HTTP/1.1 200"));
    assert!(asked(&service, "CreateLogGroup", SIGNED, GROUP).await.contains("ResourceAlreadyExistsException"));
    assert_eq!(service.complaints(), [""; 0], "somebody else was faster");
    assert!(asked(&service, "CreateLogGroup", "", GROUP).await.starts_with("HTTP/1.1 400"));
    assert!(asked(&service, "DeleteLogGroup", SIGNED, GROUP).await.starts_with("HTTP/1.1 400"));
    assert!(asked(&service, "CreateLogGroup", SIGNED, r#"{"logGroupName":"ä"}"#).await.starts_with("HTTP/1.1 400"));
    let expected = [
        "the header `x-amz-date` is missing",
        "`Logs_20140328.DeleteLogGroup` is no operation",
        "CreateLogGroup: `ä` is no name of a log group",
    ];
    assert_eq!(service.complaints(), expected);
    let calls = service.calls();
    assert_eq!((calls[0].group.as_str(), calls[0].region.as_str()), ("g", "eu-west-1"));
}

#[tokio::test]
async fn trouble_is_as_the_test_says_and_in_that_order() {
    let service = LogService::start().await;
    let throttled = Answer::Throttled { retry_after: Some(Duration::from_secs(7)) };
    service.answer_with(Call::CreateLogGroup, Answer::Error("AccessDeniedException"));
    service.answer_next(
        Call::CreateLogGroup,
        [throttled, Answer::Status(502), Answer::HangUp, Answer::DoneAndHangUp, Answer::Truth],
    );
    let answer = asked(&service, "CreateLogGroup", SIGNED, GROUP).await;
    assert!(answer.contains("retry-after: 7\r\n") && answer.contains("ThrottlingException"), "{answer}");
    assert!(asked(&service, "CreateLogGroup", SIGNED, GROUP).await.starts_with("HTTP/1.1 502"));
    assert_eq!(asked(&service, "CreateLogGroup", SIGNED, GROUP).await, "");
    assert!(!service.look(|kept| kept.groups.contains_key("g")));
    assert_eq!(asked(&service, "CreateLogGroup", SIGNED, GROUP).await, "");
    assert!(service.look(|kept| kept.groups.contains_key("g")));
    assert!(asked(&service, "CreateLogGroup", SIGNED, GROUP).await.contains("AlreadyExists"));
    assert!(asked(&service, "CreateLogGroup", SIGNED, GROUP).await.contains("AccessDenied"));
    let expected =
        ["ThrottlingException", "502", "lost", "lost", "ResourceAlreadyExistsException", "AccessDeniedException"];
    service.look(|kept| assert_eq!(kept.answers(Call::CreateLogGroup), expected));
}

#[tokio::test]
async fn who_is_left_hanging_is_let_go_when_the_service_is_killed() {
    let service = LogService::start().await;
    service.answer_with(Call::CreateLogGroup, Answer::Hang);
    let hanging = asked(&service, "CreateLogGroup", SIGNED, GROUP);
    let kill = async {
        service.wait_for(|kept| kept.calls.len() == 1).await;
        service.kill().await;
    };
    let (answer, ()) = timeout(Duration::from_secs(20), async { tokio::join!(hanging, kill) }).await.unwrap();
    assert_eq!(answer, "");
    let address = service.endpoint();
    assert!(TcpStream::connect(address.trim_start_matches("http://")).await.is_err());
    service.restart().await;
    service.answer_with(Call::CreateLogGroup, Answer::Truth);
    assert!(asked(&service, "CreateLogGroup", SIGNED, GROUP).await.starts_with("HTTP/1.1 200"));
    assert_eq!(service.endpoint(), address);
}
