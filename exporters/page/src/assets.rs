//! What a browser is given: the page itself, its styles, its modules. All of it is in the program.

use std::borrow::Cow;

use tachograph_core::endpoint::Response;

use crate::answer;

const SCRIPT: &str = "text/javascript; charset=utf-8";

macro_rules! asset {
    ($name:literal, $type:expr) => {
        ($name, $type, include_bytes!(concat!("../assets/", $name)))
    };
}

/// Their names, below the path of the page.
const ASSETS: &[(&str, &str, &[u8])] = &[
    asset!("page.css", "text/css; charset=utf-8"),
    asset!("page.svg", "image/svg+xml"),
    asset!("page.js", SCRIPT),
    asset!("page-address.js", SCRIPT),
    asset!("page-chart.js", SCRIPT),
    asset!("page-compare.js", SCRIPT),
    asset!("page-data.js", SCRIPT),
    asset!("page-dom.js", SCRIPT),
    asset!("page-endpoint.js", SCRIPT),
    asset!("page-endpoints.js", SCRIPT),
    asset!("page-filters.js", SCRIPT),
    asset!("page-format.js", SCRIPT),
    asset!("page-frame.js", SCRIPT),
    asset!("page-live.js", SCRIPT),
    asset!("page-parts.js", SCRIPT),
    asset!("page-request.js", SCRIPT),
    asset!("page-shares.js", SCRIPT),
    asset!("page-table.js", SCRIPT),
    asset!("page-theme.js", SCRIPT),
    asset!("page-tip.js", SCRIPT),
    asset!("page-waterfall.js", SCRIPT),
];

const PAGE: &str = include_str!("../assets/page.html");

/// Stands in the page where the name of its own folder belongs.
const FOLDER: &str = "{{folder}}";

/// The asset of this name.
pub(crate) fn of(name: &str) -> Option<Response> {
    let (_, content_type, body) = ASSETS.iter().find(|(known, ..)| *known == name)?;
    Some(answer::asset(content_type, Cow::Borrowed(*body)))
}

/// The page itself. It names what it needs by the last segment of its own path, as a browser that was given `/tachograph` looks
/// for everything else beside it; so whatever a proxy or a framework has put before the path is in it.
pub(crate) fn page(path: &str) -> Response {
    let page = PAGE.replace(FOLDER, path.rsplit('/').next().unwrap_or_default());
    answer::asset("text/html; charset=utf-8", Cow::Owned(page.into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_in_the_folder_is_served() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/assets");
        let mut there: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .filter(|name| name != "page.html")
            .collect();
        let mut served: Vec<&str> = ASSETS.iter().map(|(name, ..)| *name).collect();
        there.sort_unstable();
        served.sort_unstable();
        assert_eq!(served, there);
    }

    #[test]
    fn the_page_finds_what_it_needs_and_names_no_other_place() {
        let page = String::from_utf8(page("/internal/shown").body.into_owned()).unwrap();
        assert!(
            page.contains("\"shown/page.js\"") && page.contains("\"shown/page.css\"") && !page.contains("{{"),
            "{page}"
        );
        for (name, _, body) in ASSETS {
            let text = std::str::from_utf8(body).unwrap();
            // Names of kinds of documents look like addresses, and nobody goes there.
            let text = text.replace("http://www.w3.org/", "");
            assert!(!text.contains("http://") && !text.contains("https://"), "{name}");
        }
        assert!(!page.contains("://") && !page.contains("<script>") && !page.contains("style="), "{page}");
    }
}
