//! The list of what is there.

use std::fmt::Write as _;

use tachograph_core::endpoint::{Answering, Endpoint, Request, Response};

/// Lists, at `/`, what the instance serves.
#[derive(Debug)]
pub(crate) struct Index;

impl Endpoint for Index {
    fn paths(&self) -> Vec<String> {
        vec!["/".to_owned()]
    }

    fn get<'a>(&'a self, request: Request<'a>) -> Answering<'a> {
        let mut page = "<!DOCTYPE html>\n<title>tachograph</title>\n<ul>\n".to_owned();
        let endpoints = request.handle.map(|handle| handle.endpoints()).unwrap_or_default();
        // What is below a path has no address of its own. Paths have no letter that means something to HTML.
        for path in endpoints.paths().filter(|path| !path.contains('{')) {
            let _ = writeln!(page, "<li><a href=\"{path}\">{path}</a>");
        }
        page.push_str("</ul>\n");
        Box::pin(async { Response::new(200, "text/html; charset=utf-8", page).header("cache-control", "no-store") })
    }
}
