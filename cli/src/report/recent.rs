//! What became of the requests that were read last.

/// As many are known. The lines of one request stand behind each other, but those of several services may be mixed.
const MANY: usize = 64;

/// What became of the requests that were read last: their side and group, or none where they were not asked for.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    requests: Vec<Known>,
    oldest: usize,
}

#[derive(Debug, Default)]
struct Known {
    id: u64,
    is_counted: bool,
    side: String,
    group: String,
}

impl Recent {
    /// A request by this id, and where it is counted.
    #[inline]
    pub(crate) fn add(&mut self, id: u64, counted_as: Option<(&str, &str)>) {
        if self.requests.len() < MANY {
            self.requests.push(Known::default());
        }
        let place = self.oldest % self.requests.len();
        self.oldest = (self.oldest + 1) % MANY;
        let known = &mut self.requests[place];
        known.id = id;
        known.is_counted = counted_as.is_some();
        if let Some((side, group)) = counted_as {
            side.clone_into(&mut known.side);
            group.clone_into(&mut known.group);
        }
    }

    /// Where the request by this id is counted: the outer none where it is not known, the inner one where it is not asked for.
    pub(crate) fn get(&self, id: u64) -> Option<Option<(&str, &str)>> {
        let known = self.requests.iter().find(|known| known.id == id)?;
        Some(known.is_counted.then_some((&known.side, &known.group)))
    }
}
