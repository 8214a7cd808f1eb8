//! One version against another, and what outlives the process.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;
use tachograph_core::{Exporter, ManualClock, Service};
use tachograph_page::{Page, Settings};

use crate::service::{Shop, Visit};

const LONG: Duration = Duration::from_secs(20);

/// A file of a test's own.
struct Path(tempfile::TempDir);

impl Path {
    fn new() -> Self {
        Path(tempfile::tempdir().unwrap())
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("page")
    }

    fn settings(&self) -> Settings {
        let mut settings = Settings::default();
        settings.file = Some(self.file());
        settings
    }
}

/// Many requests that take about so long, in microseconds.
fn visits(shop: &Shop, route: &str, own: u64) {
    for number in 0..400 {
        shop.visit(Visit { route: Some(route), own: own + number * 37 % 1000, ..Visit::default() });
    }
}

fn two_versions(path: &Path) -> Shop {
    let clock = ManualClock::new();
    let first = Shop::of_version("1.0.0", path.settings(), clock.clone());
    visits(&first, "/a", 10_000);
    visits(&first, "/b", 10_000);
    visits(&first, "/c", 10_000);
    assert!(first.page.shutdown(LONG));
    let second = Shop::of_version("1.1.0", path.settings(), clock);
    visits(&second, "/a", 20_000);
    visits(&second, "/b", 10_000);
    visits(&second, "/d", 10_000);
    second
}

#[test]
fn what_became_slower_with_a_version_is_told() {
    let path = Path::new();
    let shop = two_versions(&path);
    let check = |view: Value| {
        assert_eq!((&view["baseline"], &view["candidate"]), (&"1.0.0".into(), &"1.1.0".into()));
        let rows = view["endpoints"].as_array().unwrap();
        let routes: Vec<&str> = rows.iter().map(|row| row["route"].as_str().unwrap()).collect();
        assert_eq!(routes, ["/a", "/b"], "those that both have, by their time");
        let (a, b) = (&rows[0], &rows[1]);
        assert_eq!((&a["change"]["verdict"], &b["change"]["verdict"]), (&"slower".into(), &"same".into()));
        for number in ["mean", "p50", "p95"] {
            let change = &a["change"][number];
            assert_eq!(change["verdict"], "slower", "{number}");
            let of = |member: &str| change[member].as_f64().unwrap();
            assert!((of("difference_ms") - 10.0).abs() < 0.5 && (1.9..2.1).contains(&of("ratio")), "{change}");
            assert!(of("low_ms") <= of("difference_ms") && of("difference_ms") <= of("high_ms"), "{change}");
        }
        assert_eq!((&a["baseline"]["requests"], &a["candidate"]["requests"]), (&400.into(), &400.into()));
    };
    check(shop.json("/compare.json"));
    check(shop.json("/compare.json?baseline=1.0.0&candidate=1.1.0&window=all"));
    let backwards = shop.json("/compare.json?baseline=1.1.0&candidate=1.0.0&route=/a");
    assert_eq!(backwards["endpoints"][0]["change"]["verdict"], "faster");
    let unknown = shop.get("/compare.json?baseline=1.0.0&candidate=9");
    let text = String::from_utf8(unknown.body.to_vec()).unwrap();
    assert!(unknown.status == 404 && text.contains("`9`") && text.contains("1.0.0, 1.1.0"), "{text}");
}

#[test]
fn the_numbers_of_the_process_before_are_there() {
    let path = Path::new();
    let shop = two_versions(&path);
    let view = shop.json("/endpoints.json");
    assert_eq!(view["versions"], serde_json::json!(["1.0.0", "1.1.0"]));
    let requests =
        |filter: &str| shop.json(&format!("/endpoints.json?{filter}"))["total"]["requests"].as_u64().unwrap();
    assert_eq!((requests(""), requests("version=1.0.0"), requests("version=1.1.0")), (2400, 1200, 1200));
    let of_endpoint = shop.json("/endpoint.json?method=GET&route=/a");
    let versions: Vec<&Value> = of_endpoint["versions"].as_array().unwrap().iter().map(|row| &row["version"]).collect();
    assert_eq!(versions, ["1.0.0", "1.1.0"]);
    shop.clock.advance(Duration::from_secs(3700));
    assert_eq!(shop.json("/endpoints.json?window=all")["versions"], serde_json::json!([]));
}

#[test]
fn it_is_written_every_minute_and_for_nobody_else() {
    let path = Path::new();
    let shop = Shop::with(path.settings());
    shop.visit(Visit::default());
    assert!(shop.page.flush(LONG));
    let first = fs::read(path.file()).unwrap();
    shop.visit(Visit::default());
    shop.clock.advance(Duration::from_secs(50));
    assert!(shop.page.flush(LONG));
    assert_eq!(fs::read(path.file()).unwrap(), first, "a minute is not over");
    shop.clock.advance(Duration::from_secs(10));
    assert!(shop.page.flush(LONG));
    assert_ne!(fs::read(path.file()).unwrap(), first);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(path.file()).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(fs::read_dir(path.0.path()).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn a_file_that_was_broken_off_is_written_anew_and_a_stranger_s_is_left_alone() {
    let path = Path::new();
    let requests = |shop: &Shop| shop.json("/endpoints.json?window=all")["total"]["requests"].as_u64().unwrap();
    let whole = {
        let shop = Shop::with(path.settings());
        shop.visit(Visit::default());
        assert!(shop.page.shutdown(LONG));
        fs::read(path.file()).unwrap()
    };
    assert_eq!(requests(&Shop::with(path.settings())), 1);
    for length in [whole.len() - 1, whole.len() - 5, whole.len() / 2, 20] {
        fs::write(path.file(), &whole[..length]).unwrap();
        let shop = Shop::with(path.settings());
        assert_eq!(requests(&shop), 0, "{length}");
        shop.visit(Visit::default());
        assert!(shop.page.shutdown(LONG));
        assert_eq!(requests(&Shop::with(path.settings())), 1, "{length}");
    }
    for foreign in [&b""[..], b"root:x:0:0:root:/root:/bin/sh\n", b"tachograph pag", b"tachograph page 2\n"] {
        fs::write(path.file(), foreign).unwrap();
        let shop = Shop::with(path.settings());
        shop.visit(Visit::default());
        assert_eq!(requests(&shop), 1);
        assert!(shop.page.shutdown(LONG));
        assert_eq!(fs::read(path.file()).unwrap(), foreign);
    }
}

#[test]
fn where_it_cannot_be_written_that_is_counted() {
    let path = Path::new();
    let shop = Shop::with(path.settings());
    fs::remove_dir(path.0.path()).unwrap();
    shop.visit(Visit::default());
    assert!(shop.page.flush(LONG));
    assert!(shop.page.dropped().contains(&("file_not_written", 1)), "{:?}", shop.page.dropped());
    assert_eq!(shop.json("/endpoints.json")["total"]["requests"], 1);
    assert!(!shop.page.shutdown(LONG));
}

#[test]
fn a_file_that_there_cannot_be_is_refused() {
    let path = Path::new();
    for file in ["".into(), "/".into(), path.file().join("nowhere")] {
        let mut settings = Settings::default();
        settings.file = Some(file);
        let error = Page::new(&Service::new("shop"), settings).unwrap_err();
        assert_eq!(error.setting(), "file", "{error}");
    }
}
