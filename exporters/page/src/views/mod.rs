//! What is answered, as JSON.

mod compare;
mod endpoint;
mod endpoints;
mod period;
mod request;
mod requests;
mod row;
mod status;
mod totals;

use tachograph_core::Handle;

pub(crate) use requests::takes;

use crate::filter::Filter;
use crate::json::Object;
use crate::query::{Query, Unusable};
use crate::store::Store;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum View {
    Endpoints(Filter),
    /// Of this method and route.
    Endpoint(Filter, String, String),
    Requests(Filter, requests::Order, usize),
    /// Of this id.
    Request(String),
    /// A version, and another.
    Compare(Filter, Option<String>, Option<String>),
    Status,
}

/// What views are made of.
#[derive(Clone, Copy)]
pub(crate) struct Seen<'a> {
    pub(crate) store: &'a Store,
    /// In milliseconds since 1970.
    pub(crate) now: u64,
    pub(crate) since: u64,
    pub(crate) handle: Option<&'a Handle>,
}

impl View {
    /// What this address asks for; none where there is no such address.
    pub(crate) fn read(name: &str, query: &str) -> Option<Result<Self, Unusable>> {
        let read = match name {
            "endpoints.json" => endpoints::read,
            "endpoint.json" => endpoint::read,
            "requests.json" => requests::read,
            "request.json" => request::read,
            "compare.json" => compare::read,
            "status.json" => status::read,
            _ => return None,
        };
        Some(read(query))
    }

    /// The answer, and its status.
    pub(crate) fn answer(&self, seen: Seen<'_>) -> (u16, Vec<u8>) {
        match self {
            View::Endpoints(filter) => (200, endpoints::answer(filter, seen)),
            View::Endpoint(filter, method, route) => (200, endpoint::answer(filter, method, route, seen)),
            View::Requests(filter, order, limit) => (200, requests::answer(filter, *order, *limit, seen)),
            View::Request(id) => request::answer(id, seen),
            View::Compare(filter, baseline, candidate) => {
                compare::answer(filter, baseline.as_deref(), candidate.as_deref(), seen)
            }
            View::Status => (200, status::answer(seen)),
        }
    }
}

/// The filter, and these parameters beside its own.
fn read_with<'q>(text: &'q str, others: &[&str]) -> Result<(Query<'q>, Filter), Unusable> {
    let mut known = Filter::PARAMETERS.to_vec();
    known.extend_from_slice(others);
    let query = Query::read(text, &known)?;
    let filter = Filter::read(&query)?;
    Ok((query, filter))
}

/// Null where a request has no route.
fn route(object: &mut Object<'_>, route: &str) {
    object.text_or_null("route", Some(route).filter(|route| !route.is_empty()));
}
