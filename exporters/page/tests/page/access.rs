//! Who may see the page.

use std::net::IpAddr;

use tachograph_core::Service;
use tachograph_core::endpoint::{Endpoint, Request, Response};
use tachograph_core::inbound::RequestHeaders;
use tachograph_page::{Page, Settings};

use crate::service::{Shop, wait};

const TOKEN: &str = "0123456789abcdef";

/// Everything that there is, and what there is not.
const ADDRESSES: [&str; 11] = [
    "",
    "/page.css",
    "/page.js",
    "/endpoints.json",
    "/endpoint.json",
    "/requests.json",
    "/request.json",
    "/compare.json",
    "/status.json",
    "/live",
    "/nothing",
];

struct Headers<'a>(&'a [(&'a str, &'a str)]);

impl RequestHeaders for Headers<'_> {
    fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| *name)
    }

    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.0.iter().filter(move |(given, _)| *given == name).map(|(_, value)| value.as_bytes())
    }
}

fn ask(shop: &Shop, address: &str, peer: Option<&str>, headers: &[(&str, &str)]) -> Response {
    let path = format!("/tachograph{address}");
    let mut request = Request::new("GET", &path, "");
    if let Some(peer) = peer {
        request = request.from_peer(peer.parse::<IpAddr>().unwrap());
    }
    shop.ask(request.headers(&Headers(headers)))
}

fn status(shop: &Shop, peer: Option<&str>, headers: &[(&str, &str)]) -> u16 {
    let statuses: Vec<u16> = ADDRESSES.iter().map(|address| ask(shop, address, peer, headers).status).collect();
    let refused = |status: &u16| matches!(status, 401 | 403);
    assert!(statuses.iter().all(refused) || !statuses.iter().any(refused), "all or none: {statuses:?}");
    statuses[0]
}

fn with_token() -> Shop {
    let mut settings = Settings::default();
    settings.token = Some(TOKEN.to_owned());
    Shop::with(settings)
}

#[test]
fn this_machine_sees_it_and_nobody_else() {
    let shop = Shop::new();
    for (peer, host) in [
        ("127.0.0.1", "localhost"),
        ("127.0.0.1", "LOCALHOST:8080"),
        ("127.8.8.8", "127.0.0.1:80"),
        ("::1", "[::1]:8080"),
        ("::ffff:127.0.0.1", "demo.localhost"),
        ("::1", "localhost."),
        ("127.0.0.1", "[::1]"),
    ] {
        assert_eq!(status(&shop, Some(peer), &[("host", host)]), 200, "{peer} {host}");
    }
    for (peer, host) in [
        (None, "localhost"),
        (Some("10.0.0.1"), "localhost"),
        (Some("8.8.8.8"), "127.0.0.1"),
        (Some("::2"), "[::1]"),
        (Some("::ffff:10.0.0.1"), "localhost"),
        (Some("127.0.0.1"), "example.com"),
        (Some("127.0.0.1"), ""),
        (Some("127.0.0.1"), "localhost.example.com"),
        (Some("::1"), "127.0.0.1.example.com:80"),
        (Some("::1"), "10.0.0.1"),
        (Some("0.0.0.0"), "localhost"),
        (Some("::"), "localhost"),
        (Some("127.0.0.1"), "localhost, example.com"),
        (Some("fe80::1"), "localhost"),
        (Some("169.254.169.254"), "localhost"),
    ] {
        assert_eq!(status(&shop, peer, &[("host", host)]), 403, "{peer:?} {host}");
    }
    assert_eq!(status(&shop, Some("127.0.0.1"), &[]), 403, "without a host");
    assert_eq!(status(&shop, Some("127.0.0.1"), &[("host", "localhost"), ("host", "example.com")]), 403);
}

#[test]
fn what_came_through_a_proxy_is_of_somebody_else() {
    let shop = Shop::new();
    for header in [
        "forwarded",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-real-ip",
        "via",
        "true-client-ip",
        "cf-connecting-ip",
        "x-client-ip",
    ] {
        assert_eq!(status(&shop, Some("127.0.0.1"), &[("host", "localhost"), (header, "127.0.0.1")]), 403, "{header}");
    }
}

#[test]
fn elsewhere_it_takes_the_token() {
    let shop = with_token();
    let with = |authorization: &str| {
        status(
            &shop,
            Some("10.0.0.1"),
            &[("host", "shop.example"), ("authorization", authorization), ("via", "1.1 proxy")],
        )
    };
    assert_eq!(with(&format!("Bearer {TOKEN}")), 200);
    assert_eq!(with(&format!("bearer {TOKEN}")), 200);
    // `me:0123456789abcdef`, and without a name.
    assert_eq!(with("Basic bWU6MDEyMzQ1Njc4OWFiY2RlZg=="), 200);
    assert_eq!(with("Basic OjAxMjM0NTY3ODlhYmNkZWY="), 200);
    for other in [
        "",
        "Bearer",
        "Bearer ",
        "Bearer 0123456789abcde",
        "Bearer 0123456789abcdef0",
        "Bearer 0123456789abcdeg",
        TOKEN,
        "Basic MDEyMzQ1Njc4OWFiY2RlZg==",
        "Basic MDEyMzQ1Njc4OWFiY2RlZjptZQ==",
        "Digest 0123456789abcdef",
    ] {
        assert_eq!(with(other), 401, "{other}");
    }
    assert_eq!(status(&shop, None, &[("authorization", "Bearer 0123456789abcdef")]), 200, "wherever that is");
    assert_eq!(status(&shop, Some("127.0.0.1"), &[("host", "localhost")]), 200, "this machine needs none");
}

#[test]
fn refusals_say_how_it_is_opened() {
    let closed = ask(&Shop::new(), "/endpoints.json", None, &[]);
    let text = String::from_utf8(closed.body.to_vec()).unwrap();
    assert!(
        text.starts_with("{\"error\":") && text.contains("exporters.page.token") && text.contains("[admin]"),
        "{text}"
    );
    assert_eq!(closed.value("www-authenticate"), None, "there is no token that could be sent");
    let page = ask(&Shop::new(), "", None, &[]);
    assert_eq!(page.value("content-type"), Some("text/plain; charset=utf-8"));

    let unauthorized = ask(&with_token(), "", Some("10.0.0.1"), &[("host", "shop.example")]);
    assert_eq!(unauthorized.value("www-authenticate"), Some("Basic realm=\"tachograph\", charset=\"UTF-8\""));
    assert!(!String::from_utf8(unauthorized.body.to_vec()).unwrap().contains(TOKEN));
}

#[test]
fn every_answer_says_what_a_browser_must_not_do() {
    let here = [("host", "localhost")];
    let shop = Shop::new();
    let answers = ADDRESSES.iter().flat_map(|address| {
        [
            ask(&shop, address, Some("127.0.0.1"), &here),
            ask(&shop, address, None, &here),
            ask(&with_token(), address, None, &here),
        ]
    });
    for answer in answers {
        let policy = answer.value("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self';") && !policy.contains("unsafe"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"), "{policy}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(answer.value(name), Some(value), "{name}");
        }
        assert_eq!(answer.value("access-control-allow-origin"), None);
    }
}

#[test]
fn pages_of_others_are_told_nothing() {
    let shop = with_token();
    for (site, expected) in [("same-origin", 200), ("none", 200), ("cross-site", 403), ("same-site", 403), ("", 200)] {
        let here = [("host", "localhost"), ("sec-fetch-site", site)];
        let away = [("authorization", "Bearer 0123456789abcdef"), ("sec-fetch-site", site)];
        for address in ["/endpoints.json", "/status.json", "/live"] {
            assert_eq!(ask(&shop, address, Some("::1"), &here).status, expected, "{site} {address}");
            assert_eq!(ask(&shop, address, Some("10.0.0.1"), &away).status, expected, "{site} {address}");
        }
        // A link leads here from anywhere.
        assert_eq!(ask(&shop, "", Some("::1"), &here).status, 200, "{site}");
    }
}

#[test]
fn settings_that_would_not_guard_it_are_refused() {
    let error = |change: fn(&mut Settings)| {
        let mut settings = Settings::default();
        change(&mut settings);
        let error = Page::new(&Service::new("shop"), settings).unwrap_err();
        (error.setting(), error.to_string())
    };
    for change in [
        (|settings| settings.token = Some(String::new())) as fn(&mut Settings),
        |settings| settings.token = Some("0123456789abcde".to_owned()),
        |settings| settings.token = Some("0123456789 abcdef".to_owned()),
        |settings| settings.token = Some("0123456789abcdefä".to_owned()),
    ] {
        let (setting, text) = error(change);
        assert_eq!(setting, "token");
        assert!(text.contains("16 characters") && !text.contains("0123"), "{text}");
    }
    assert_eq!(error(|settings| settings.memory_bytes = 1024 * 1024 - 1).0, "memory_bytes");
    for path in ["", "/", "tachograph", "/tachograph/", "/{a}"] {
        let mut settings = Settings::default();
        settings.path = path.to_owned();
        assert_eq!(Page::new(&Service::new("shop"), settings).unwrap_err().setting(), "path", "{path}");
    }
    let mut settings = Settings::default();
    settings.token = Some(TOKEN.to_owned());
    assert!(!format!("{settings:?}").contains(TOKEN));
    let page = Page::new(&Service::new("shop"), settings).unwrap();
    assert!(!format!("{page:?}").contains(TOKEN));
}

#[test]
fn it_is_where_it_is_configured_to_be() {
    let mut settings = Settings::default();
    settings.path = "/internal/times".to_owned();
    let page = Page::new(&Service::new("shop"), settings).unwrap();
    assert_eq!(page.paths(), ["/internal/times", "/internal/times/{*rest}"]);
    let ask = |path: &str| {
        let request = Request::new("GET", path, "").from_peer("::1".parse().unwrap()).to_host("localhost");
        wait(page.get(request))
    };
    let html = ask("/internal/times");
    assert_eq!((html.status, html.value("content-type")), (200, Some("text/html; charset=utf-8")));
    assert!(String::from_utf8(html.body.to_vec()).unwrap().contains("\"times/page.js\""));
    let script = ask("/internal/times/page.js");
    assert_eq!((script.status, script.value("content-type")), (200, Some("text/javascript; charset=utf-8")));
    assert_eq!(ask("/internal/times/status.json").status, 200);
    assert_eq!(ask("/internal/times/").status, 404);
}
