//! What is happening, as events.

use std::task::{Context, Poll, Waker};
use std::time::Duration;

use serde_json::Value;
use tachograph_core::Exporter;
use tachograph_core::endpoint::{Request, Response, Stream};

use crate::service::{Shop, Visit};

const LONG: Duration = Duration::from_secs(20);

struct Client(Stream);

impl Client {
    fn open(shop: &Shop, query: &str, last_event_id: &str) -> Self {
        let response = answer(shop, query, last_event_id);
        assert_eq!((response.status, response.value("content-type")), (200, Some("text/event-stream")));
        Client(response.stream.unwrap())
    }

    /// What is there; none at the end.
    fn poll(&mut self) -> Poll<Option<String>> {
        let chunk = self.0.poll_chunk(&mut Context::from_waker(Waker::noop()));
        chunk.map(|chunk| chunk.map(|chunk| String::from_utf8(chunk).unwrap()))
    }

    /// All events until there is nothing more, comments left out: their numbers and what they tell. The page's own thread
    /// may have told of the same in more than one.
    fn events(&mut self) -> Vec<(u64, Value)> {
        let mut events = Vec::new();
        while let Poll::Ready(Some(chunk)) = self.poll() {
            assert!(chunk.ends_with("\n\n"), "{chunk}");
            let line = |name: &str| chunk.lines().find_map(|line| line.strip_prefix(name));
            if line("event: ") == Some("requests") {
                let data = serde_json::from_str(line("data: ").unwrap()).unwrap();
                events.push((line("id: ").unwrap().parse().unwrap(), data));
            }
        }
        events
    }
}

fn answer(shop: &Shop, query: &str, last_event_id: &str) -> Response {
    let mut request =
        Request::new("GET", "/tachograph/live", query).from_peer([127, 0, 0, 1].into()).to_host("localhost");
    request.last_event_id = last_event_id.into();
    shop.ask(request)
}

fn durations(events: &[(u64, Value)]) -> Vec<u64> {
    let requests = events.iter().flat_map(|(_, data)| data["requests"].as_array().unwrap());
    requests.map(|one| one["duration_ms"].as_u64().unwrap()).collect()
}

fn more(events: &[(u64, Value)]) -> u64 {
    events.iter().map(|(_, data)| data["more"].as_u64().unwrap()).sum()
}

#[test]
fn requests_are_told_as_they_end() {
    let shop = Shop::new();
    let mut client = Client::open(&shop, "", "");
    assert_eq!(client.poll(), Poll::Ready(Some("retry: 300\n\n".to_owned())));
    for own in [1, 2, 3] {
        shop.visit(Visit { own: own * 1000, ..Visit::default() });
    }
    assert!(shop.page.flush(LONG));
    let mut events = client.events();
    shop.visit(Visit { own: 4000, ..Visit::default() });
    assert!(shop.page.flush(LONG));
    events.append(&mut client.events());
    assert_eq!((durations(&events), more(&events)), (vec![1, 2, 3, 4], 0));
    assert_eq!(events.last().unwrap().0, 4);
    assert!(events.iter().any(|(_, data)| data["rate"].as_f64().unwrap() > 0.0));
    // A sign of life, with the number to go on from.
    assert!(shop.page.flush(LONG));
    assert_eq!(client.poll(), Poll::Ready(Some(": nothing\nid: 4\n\n".to_owned())));
}

#[test]
fn whoever_comes_again_is_told_what_was_meanwhile() {
    let shop = Shop::new();
    let mut first = Client::open(&shop, "", "");
    shop.visit(Visit { own: 1000, ..Visit::default() });
    assert!(shop.page.flush(LONG));
    // The first chunk was not taken yet, so what is behind it comes with the next telling.
    assert!(first.events().is_empty());
    assert!(shop.page.flush(LONG));
    let events = first.events();
    assert_eq!(durations(&events), [1]);
    let last = events.last().unwrap().0.to_string();
    drop(first);
    for own in [2, 3] {
        shop.visit(Visit { own: own * 1000, ..Visit::default() });
        assert!(shop.page.flush(LONG));
    }
    let tell = |id: &str| {
        let mut client = Client::open(&shop, "", id);
        let _ = client.poll();
        assert!(shop.page.flush(LONG));
        durations(&client.events())
    };
    assert_eq!(tell(&last), [2, 3]);
    assert_eq!(tell("3"), [0; 0]);
    // Of another run of the service, or of nobody.
    assert_eq!(tell("1000"), [0; 0]);
    assert_eq!(tell("x"), [0; 0]);
}

#[test]
fn slow_clients_miss_what_they_do_not_take_and_know_how_much() {
    let shop = Shop::new();
    let mut client = Client::open(&shop, "", "");
    let _ = client.poll();
    let mut expected = 0;
    for _ in 0..30 {
        for _ in 0..40 {
            shop.visit(Visit::default());
            expected += 1;
        }
        assert!(shop.page.flush(LONG));
    }
    let mut events = client.events();
    assert_eq!(events.len(), 1, "one waits for it, however long it does not come");
    assert!(shop.page.flush(LONG));
    events.append(&mut client.events());
    assert_eq!(events.len(), 2);
    assert!(events.iter().all(|(_, data)| data["requests"].as_array().unwrap().len() <= 50));
    assert_eq!(durations(&events).len() as u64 + more(&events), expected);
}

#[test]
fn filters_hold_for_events_too() {
    let shop = Shop::new();
    let mut client = Client::open(&shop, "status=error&min_ms=10", "");
    let _ = client.poll();
    shop.visit(Visit { own: 20_000, ..Visit::default() });
    shop.visit(Visit { own: 5_000, status: 503, ..Visit::default() });
    shop.visit(Visit { own: 11_000, status: 503, ..Visit::default() });
    assert!(shop.page.flush(LONG));
    assert_eq!(durations(&client.events()), [11]);
}

#[test]
fn streams_are_few_and_end_with_the_service() {
    let shop = Shop::new();
    let mut clients: Vec<Client> = (0..16).map(|_| Client::open(&shop, "", "")).collect();
    assert_eq!(answer(&shop, "", "").status, 503);
    clients.pop();
    clients.push(Client::open(&shop, "", ""));
    assert!(shop.page.shutdown(LONG));
    for client in &mut clients {
        client.events();
        assert_eq!(client.poll(), Poll::Ready(None));
    }
    assert_eq!(shop.get("/status.json").status, 503);
    assert!(shop.page.shutdown(LONG) && shop.page.flush(LONG), "there is nothing to be done any more");
    shop.visit(Visit::default());
}

#[test]
fn a_head_opens_no_stream() {
    let shop = Shop::new();
    let request = Request::new("HEAD", "/tachograph/live", "").from_peer([127, 0, 0, 1].into()).to_host("localhost");
    let response = shop.ask(request);
    assert_eq!((response.status, response.value("content-type")), (200, Some("text/event-stream")));
    assert!(response.stream.is_none());
}
