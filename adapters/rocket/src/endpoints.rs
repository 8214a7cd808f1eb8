//! What the instance serves of itself, as routes.

use std::io::Cursor;

use rocket::http::{Header, Method, Status};
use rocket::route::{self, Outcome};
use rocket::{Data, Request, Response, Route};
use tachograph_core::Handle;
use tachograph_core::endpoint::{self, Mount};

use crate::head::Headers;
use crate::stream::StreamReader;

/// Behind a path that the application has itself, which is of rank -9, and before all that have parameters.
const RANK: isize = -8;

/// A rest may be empty for rocket, and would collide with the path in front of it.
const RANK_OF_REST: isize = -7;

/// HEAD is not among them: rocket answers it by the route for GET, and leaves the body out.
const METHODS: [Method; 8] = [
    Method::Get,
    Method::Put,
    Method::Post,
    Method::Delete,
    Method::Options,
    Method::Trace,
    Method::Connect,
    Method::Patch,
];

/// The [`Endpoints`] of the instance that is current now. Where there is none, there are none, and stderr says so once.
pub fn endpoints() -> Endpoints {
    Endpoints::current()
}

/// What the instance serves of itself, its health and its metrics, for [`Rocket::mount`](rocket::Rocket::mount):
///
/// ```
/// # use rocket::{get, routes};
/// # #[get("/experiments")]
/// # fn experiments() {}
/// # let rocket =
/// rocket::build()
///     .mount("/", routes![experiments])
///     .mount("/", tachograph_rocket::endpoints())
///     .attach(tachograph_rocket::fairing());
/// ```
///
/// The paths are those that the instance serves when this is made. Where the application has a route of one of them too,
/// its own answers.
///
/// # Streams, and the end
/// What is sent while it is made, as a live page does, ends when rocket shuts down, or the instance
/// [drains](tachograph_core::Handle::drain).
///
/// rocket sees that a client is gone when it sends to it.
#[derive(Debug, Clone)]
pub struct Endpoints(Vec<Mount>);

impl Endpoints {
    /// Those of the instance that is current now: see [`endpoints`].
    pub fn current() -> Self {
        Endpoints(Mount::all_of_current())
    }

    /// Those of this instance.
    pub fn new(handle: &Handle) -> Self {
        Endpoints(Mount::all(handle))
    }
}

impl From<Endpoints> for Vec<Route> {
    fn from(endpoints: Endpoints) -> Self {
        endpoints.0.iter().flat_map(|mount| METHODS.map(|method| route(mount, method))).collect()
    }
}

fn route(mount: &Mount, method: Method) -> Route {
    let uri = mount.spelled(|rest| format!("<{rest}..>"));
    let rank = if uri == mount.path() { RANK } else { RANK_OF_REST };
    Route::ranked(rank, method, &uri, Answers(mount.clone()))
}

#[derive(Clone)]
struct Answers(Mount);

#[rocket::async_trait]
impl route::Handler for Answers {
    async fn handle<'r>(&self, request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r> {
        let Some(answering) = self.0.answer(asked(request)) else {
            return Outcome::Forward((data, Status::NotFound));
        };
        let endpoint::Response { status, headers, body, stream, .. } = answering.await;
        let mut response = Response::build();
        response.status(Status::new(status));
        for (name, value) in headers {
            response.header_adjoin(Header::new(name, value));
        }
        let body = body.into_owned();
        match stream {
            Some(stream) => response.streamed_body(StreamReader::new(stream, request.rocket().shutdown())),
            None => response.sized_body(body.len(), Cursor::new(body)),
        };
        Outcome::Success(response.finalize())
    }
}

fn asked<'r>(request: &'r Request<'_>) -> endpoint::Request<'r> {
    let (path, query) = (request.uri().path().as_str(), request.uri().query().map_or("", |query| query.as_str()));
    let mut asked = endpoint::Request::new(request.method().as_str(), path, query);
    // Not `client_ip`, which a header can say.
    if let Some(peer) = request.remote() {
        asked = asked.from_peer(peer.ip());
    }
    // HTTP/2 has no header for it.
    if let Some(host) = request.host() {
        asked = asked.to_host(&host.to_string());
    }
    asked.headers(&Headers(request.headers()))
}
