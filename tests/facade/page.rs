//! `[exporters.page]`: where it is, and that its token is nowhere else.

use tachograph::{Config, Error, Tachograph};

const TOKEN: &str = "0123456789abcdef-s3cret";

fn of_variables(variables: &[(&str, &str)]) -> Result<Config, Error> {
    let folder = tempfile::tempdir().unwrap();
    Config::load_from(folder.path(), variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
}

fn of_file(text: &str) -> Result<Config, Error> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("tachograph.toml"), text).unwrap();
    Config::load_from(folder.path(), [])
}

#[cfg(feature = "page")]
fn build(config: Config) -> Result<Tachograph, Error> {
    Tachograph::builder().service("shop").config(config).build()
}

#[test]
fn the_token_is_read_and_never_shown() {
    let text = format!("[exporters.page]\ntoken = '{TOKEN}'");
    for config in [of_file(&text).unwrap(), of_variables(&[("TACHOGRAPH_EXPORTERS__PAGE__TOKEN", TOKEN)]).unwrap()] {
        assert_eq!(config.exporters.as_ref().unwrap().page.as_ref().unwrap().token.as_deref(), Some(TOKEN));
        let shown = format!("{config:?}");
        assert!(shown.contains("PageConfig") && !shown.contains("s3cret"), "{shown}");
        #[cfg(feature = "page")]
        {
            let guard = build(config).unwrap();
            let shown = format!("{} {guard:?}", guard.summary());
            assert!(shown.contains("page at /tachograph (for other machines by a token)"), "{shown}");
            assert!(!shown.contains("s3cret"), "{shown}");
        }
    }
    let digits = of_variables(&[("TACHOGRAPH_EXPORTERS__PAGE__TOKEN", "1234567890123456")]).unwrap();
    let digits = digits.exporters.unwrap().page.unwrap().token;
    assert_eq!(digits.as_deref(), Some("1234567890123456"), "a number where text is wanted is text");
}

#[test]
fn nor_is_it_where_it_does_not_fit() {
    let files = [
        ("[exporters.page]\npath = '/where'\ntoken = 5318008", "line 3", "quotation marks"),
        ("[exporters.page]\ntoken = 5318008.5", "line 2", "quotation marks"),
        ("[exporters.page]\ntoken = [5318008]", "line 2", "quotation marks"),
        ("[exporters.page]\ntoken = 5318008x", "line 2", ""),
        ("[exporters.page]\ntoken = '5318008", "line 2", ""),
        ("[exporters.page]\ntokne = '5318008'", "line 2", "`token`"),
        ("[exporters]\npage = { token = 5318008 }", "line 2", "quotation marks"),
        ("[exporters.pages]\nsecret = '5318008'", "line 1", "`page`"),
    ];
    for (text, line, remedy) in files {
        for error in [of_file(text).unwrap_err(), Config::from_toml(text).unwrap_err()] {
            let shown = format!("{error} {error:?}");
            assert!(shown.contains(line) && shown.contains(remedy), "{text}: {shown}");
            assert!(!shown.contains("5318008"), "{text}: {shown}");
        }
    }
    for name in
        ["TACHOGRAPH_EXPORTERS__PAGE__TOKNE", "TACHOGRAPH_PAGE__TOKEN", "TACHOGRAPH_EXPORTERS__PAGE__TOKEN__VALUE"]
    {
        let error = of_variables(&[(name, "5318008")]).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(shown.contains(name) && !shown.contains("5318008"), "{shown}");
    }
    let plain = of_file("[service]\nname = 5318008").unwrap_err().to_string();
    assert!(plain.contains("name = 5318008"), "what is no secret is shown: {plain}");
}

#[cfg(feature = "page")]
#[test]
fn what_the_page_cannot_do_is_named_by_its_key() {
    let error = |text: &str| {
        let error = build(of_file(&format!("[exporters.page]\n{text}")).unwrap()).unwrap_err();
        assert!(!format!("{error:?}").contains("short"), "{error:?}");
        error.to_string()
    };
    for (text, key, remedy) in [
        ("token = 'too-short'", "exporters.page.token", "openssl rand"),
        ("memory_bytes = 1000", "exporters.page.memory_bytes", "1048576"),
        ("path = 'tachograph'", "exporters.page.path", "\"/tachograph\""),
    ] {
        let said = error(text);
        assert!(said.starts_with(&format!("tachograph.toml: {key} does not fit: ")) && said.contains(remedy), "{said}");
    }
}

#[cfg(all(feature = "page", feature = "prometheus"))]
#[test]
fn the_page_and_the_one_for_prometheus_cannot_be_at_one_path() {
    let error = build(of_file("[exporters.prometheus]\n[exporters.page]\npath = '/metrics'").unwrap()).unwrap_err();
    assert!(error.to_string().contains("exporters.page.path does not fit: two endpoints want"), "{error}");
}

#[cfg(feature = "page")]
#[test]
fn the_page_is_where_it_is_configured_and_asking_for_it_is_not_measured() {
    let config = of_file("[capture]\nignore = []\n[exporters.page]\npath = '/where'").unwrap();
    let guard = build(config).unwrap();
    let endpoints = guard.handle().endpoints();
    assert!(endpoints.have("/where") && endpoints.have("/where/page.js") && !endpoints.have("/tachograph"));
    let ignore = &guard.handle().capture().ignore;
    assert!(ignore.matches("GET", "/where") && ignore.matches("GET", "/where/live"));
    assert!(!ignore.matches("GET", "/tachograph") && !ignore.matches("GET", "/elsewhere"));
    assert!(guard.summary().ends_with("exporters: page at /where"), "{}", guard.summary());
}

#[cfg(feature = "page")]
#[test]
fn its_numbers_are_kept_where_it_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("numbers");
    let run = || {
        let guard = build(of_file(&format!("[exporters.page]\nfile = '{}'", path.display())).unwrap()).unwrap();
        drop(guard.handle().task("rollup", async {}));
        drop(guard);
        std::fs::read(&path).unwrap()
    };
    assert!(!run().is_empty() && !run().is_empty());
}

#[cfg(not(feature = "page"))]
#[test]
fn where_it_is_not_compiled_in_the_feature_is_named() {
    let error = Tachograph::builder().config(of_file("[exporters.page]").unwrap()).build().unwrap_err().to_string();
    assert!(error.contains("exporters.page") && error.contains("feature `page`"), "{error}");
}
