//! What is answered where.

use tachograph_loopback::endpoints::Served;
use tachograph_loopback::{endpoint_tests, get_and_close, send, talk};
use tokio::io::AsyncWriteExt;

use crate::{get, instance, read_until, start};

endpoint_tests!(
    tokio::test,
    |handle| {
        let admin = start(handle);
        let address = admin.local_addr();
        std::mem::forget(admin);
        address
    },
    get_is_answered headers_stay_headers head_is_answered_without_a_body other_methods_are_refused a_rest_is_found
    forms_are_negotiated a_slow_one_holds_up_nobody who_asks_is_known events_are_sent_one_by_one
    events_end_with_the_instance events_are_not_kept_for_one_who_is_gone head_of_events_has_none
    too_many_events_are_refused
);

#[tokio::test]
async fn the_index_lists_what_there_is_by_then() {
    let handle = instance();
    let admin = start(&handle);
    let index = async |path| String::from_utf8(talk(admin.local_addr(), get_and_close(path)).await).unwrap();
    assert!(index("/").await.ends_with("<ul>\n</ul>\n"));
    let _ = Served::by(&handle);
    let listed = index("/").await;
    assert!(listed.starts_with("HTTP/1.1 200 OK\r\n") && listed.contains("content-type: text/html; charset=utf-8\r\n"));
    let links =
        ["/echo", "/events", "/files", "/slow", "/who"].map(|path| format!("<li><a href=\"{path}\">{path}</a>\n"));
    assert!(listed.ends_with(&format!("<ul>\n{}</ul>\n", links.concat())), "{listed}");
    assert!(index("/echo").await.starts_with("HTTP/1.1 200 OK\r\n"));
}

#[tokio::test]
async fn there_is_nothing_else() {
    let handle = instance();
    let _ = Served::by(&handle);
    let admin = start(&handle);
    for path in ["/unknown", "/echo/", "/index.html", "//", "*"] {
        let answer = String::from_utf8(talk(admin.local_addr(), get_and_close(path)).await).unwrap();
        assert!(answer.starts_with("HTTP/1.1 404 Not Found\r\n"), "{path}: {answer}");
    }
}

#[tokio::test]
async fn a_connection_serves_one_request_after_another() {
    let handle = instance();
    let _ = Served::by(&handle);
    let admin = start(&handle);
    let mut stream = send(admin.local_addr(), get("/echo?1")).await;
    assert!(read_until(&mut stream, "instance=true").await.contains("/echo?1"));
    stream.write_all(get("/echo?2").as_bytes()).await.unwrap();
    assert!(read_until(&mut stream, "instance=true").await.contains("/echo?2"));
}

#[tokio::test]
async fn none_of_it_is_measured() {
    let mut recorder = tachograph_loopback::Recorder::new();
    let _ = Served::by(&recorder.handle);
    let admin = start(&recorder.handle);
    talk(admin.local_addr(), get_and_close("/echo")).await;
    recorder.idle().await;
    assert_eq!(recorder.rest().len(), 0);
}
