//! The path of a request and the route that matched it, in one allocation.

use crate::text;

#[derive(Debug, Clone, Default)]
pub(crate) struct Place {
    /// The path, and behind it the route.
    text: String,
    path: u32,
    matched: bool,
}

impl Place {
    /// What is longer than `most` is cut; true where it was.
    pub(crate) fn set(&mut self, path: &str, route: Option<&str>, most: usize) -> bool {
        let kept = text::cut(path, most);
        self.text.clear();
        self.text.reserve(kept.len() + route.map_or(0, |route| route.len().min(most)));
        self.text.push_str(kept);
        self.path = kept.len() as u32;
        self.matched = false;
        let cut = route.is_some_and(|route| self.set_route(route, most));
        cut || kept.len() < path.len()
    }

    /// Forgets both, and keeps room for the next ones.
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.text.shrink_to(256);
        self.path = 0;
        self.matched = false;
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
