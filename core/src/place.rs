//! The path of a request and the route that matched it, in one allocation.

use crate::text;

#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// The path, and behind it the route.
    text: String,
    path: u32,
    matched: bool,
}

impl Place {
    /// What is longer than `most` is cut; true where it was.
    pub(crate) fn new(path: &str, route: Option<&str>, most: usize) -> (Self, bool) {
        let kept = text::cut(path, most);
        let mut place = Place {
            text: String::with_capacity(kept.len() + route.map_or(0, |route| route.len().min(most))),
            path: kept.len() as u32,
            matched: false,
        };
        place.text.push_str(kept);
        let cut = route.is_some_and(|route| place.set_route(route, most));
        (place, cut || kept.len() < path.len())
    }

    /// True where it was cut.
    pub(crate) fn set_route(&mut self, route: &str, most: usize) -> bool {
        let kept = text::cut(route, most);
        self.text.truncate(self.path as usize);
        self.text.push_str(kept);
        self.matched = true;
        kept.len() < route.len()
    }

    pub(crate) fn path(&self) -> &str {
        &self.text[..self.path as usize]
    }

    pub(crate) fn route(&self) -> Option<&str> {
        self.matched.then(|| &self.text[self.path as usize..])
    }
}
