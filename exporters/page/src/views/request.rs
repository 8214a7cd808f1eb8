//! `request.json`: one request, with all that is known of it.

use super::{Seen, View};
use crate::json;
use crate::query::{Query, Unusable};

pub(super) fn read(text: &str) -> Result<View, Unusable> {
    let query = Query::read(text, &["id"])?;
    match query.value("id").filter(|id| !id.is_empty()) {
        Some(id) => Ok(View::Request(id.to_owned())),
        None => Err(Unusable::new("id", "the request_id of a request")),
    }
}

/// The last one of this id: whoever asks may choose it, and choose it again.
pub(super) fn answer(id: &str, seen: Seen<'_>) -> (u16, Vec<u8>) {
    let of_it = seen.store.remembered.iter().filter(|kept| &*kept.request_id == id);
    match of_it.max_by_key(|kept| kept.number) {
        Some(kept) => (200, json::object(|object| kept.write_all(object))),
        None => (404, json::object(|object| object.text("error", "this request is not kept, or no longer"))),
    }
}
