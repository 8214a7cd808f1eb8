//! The endpoints of a service, by their paths.

use std::sync::Arc;

use super::path::Path;
use super::{Answering, Endpoint, PathError, Request, Response};

/// What an adapter mounts: the endpoints of a service, each at its paths. A clone costs next to nothing.
///
/// GET is answered by the endpoint. HEAD is answered like it, without the body and with its `content-length`. Any other
/// method is answered 405, with `allow`.
///
/// A [stream](super::Stream) has [bounds](super::Chunks#bounds), and the answer to a HEAD does not begin one.
#[derive(Debug, Clone, Default)]
pub struct Endpoints {
    mounted: Arc<Vec<Mounted>>,
}

#[derive(Debug, Clone)]
struct Mounted {
    path: Path,
    endpoint: Arc<dyn Endpoint>,
}

impl Endpoints {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// With one more, or the path that it cannot have: one that cannot be routed, or that another has already.
    pub fn with(mut self, endpoint: impl Endpoint) -> Result<Self, PathError> {
        let endpoint: Arc<dyn Endpoint> = Arc::new(endpoint);
        let mounted = Arc::make_mut(&mut self.mounted);
        for path in endpoint.paths() {
            let path = Path::parse(path)?;
            if mounted.iter().any(|other| other.path.is_same(&path)) {
                return Err(PathError::taken(&path));
            }
            mounted.push(Mounted { path, endpoint: Arc::clone(&endpoint) });
        }
        Ok(self)
    }

    /// The paths of all, in the spelling of [`Endpoint::paths`], for a framework's router.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.mounted.iter().map(|mounted| mounted.path.as_str())
    }

    pub(super) fn mounted(&self) -> impl Iterator<Item = &Path> {
        self.mounted.iter().map(|mounted| &mounted.path)
    }

    /// Whether a path is one of theirs.
    pub fn have(&self, path: &str) -> bool {
        self.at(path).is_some()
    }

    /// Answers a request, if its path is one of theirs.
    pub fn answer<'a>(&'a self, request: Request<'a>) -> Option<Answering<'a>> {
        let endpoint = self.at(request.path)?;
        let handle = request.handle;
        Some(match request.method {
            "GET" => Box::pin(async move {
                let response = endpoint.get(request).await.sound();
                match handle {
                    Some(handle) => response.bounded(handle),
                    None => response,
                }
            }),
            "HEAD" => Box::pin(async move { endpoint.get(request).await.sound().without_body() }),
            _ => Box::pin(std::future::ready(Response::method_not_allowed())),
        })
    }

    /// A path itself goes before one that covers it, and the longer of two of these before the shorter.
    fn at(&self, path: &str) -> Option<&dyn Endpoint> {
        let exact = self.mounted.iter().find(|mounted| mounted.path.is(path));
        let below = || {
            let covering = self.mounted.iter().filter_map(|mounted| Some((mounted.path.covers(path)?, mounted)));
            covering.max_by_key(|(fixed, _)| *fixed).map(|(_, mounted)| mounted)
        };
        exact.or_else(below).map(|mounted| &*mounted.endpoint)
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;
    use crate::endpoint::Chunks;
    use crate::handle::Handle;

    /// Says what it was asked, at its paths.
    #[derive(Debug)]
    struct Echo(&'static str, &'static [&'static str]);

    impl Endpoint for Echo {
        fn paths(&self) -> Vec<String> {
            self.1.iter().map(ToString::to_string).collect()
        }

        fn get<'a>(&'a self, request: Request<'a>) -> Answering<'a> {
            Box::pin(async move {
                let Request { method, path, query, accept, .. } = request;
                let status = query.parse().unwrap_or(200);
                let response = Response::new(status, "text/plain", format!("{} {method} {path} {accept}", self.0));
                response.header("cache-control", "no-store")
            })
        }
    }

    fn ask(endpoints: &Endpoints, request: Request<'_>) -> Response {
        let answer = pin!(endpoints.answer(request).expect("it is one of the paths"));
        match answer.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(response) => response,
            Poll::Pending => panic!("nothing here waits"),
        }
    }

    fn said(endpoints: &Endpoints, path: &str) -> Option<String> {
        endpoints.at(path)?;
        Some(String::from_utf8(ask(endpoints, Request::new("GET", path, "")).body.into_owned()).unwrap())
    }

    fn echo() -> Endpoints {
        Endpoints::new().with(Echo("echo", &["/echo"])).unwrap()
    }

    #[test]
    fn a_get_is_answered_by_the_endpoint() {
        let mut request = Request::new("GET", "/echo", "503");
        request.accept = "text/plain".into();
        let response = ask(&echo(), request);
        assert_eq!(response.status, 503);
        assert_eq!(response.headers, [("content-type", "text/plain".into()), ("cache-control", "no-store".into())]);
        assert_eq!(&*response.body, b"echo GET /echo text/plain");
    }

    #[test]
    fn a_head_is_answered_like_a_get_but_for_the_body() {
        let response = ask(&echo(), Request::new("HEAD", "/echo", "503"));
        assert_eq!(response.status, 503);
        let length = ("content-length", "16".into());
        assert_eq!(
            response.headers,
            [("content-type", "text/plain".into()), ("cache-control", "no-store".into()), length]
        );
        assert_eq!(&*response.body, b"");
    }

    #[test]
    fn an_answer_that_never_has_a_body_has_no_length() {
        for status in ["204", "304"] {
            assert_eq!(ask(&echo(), Request::new("HEAD", "/echo", status)).value("content-length"), None);
        }
    }

    #[test]
    fn an_answer_that_is_none_of_http_s_is_an_error_of_the_service() {
        for status in ["0", "100", "101", "600", "65535"] {
            assert_eq!(ask(&echo(), Request::new("GET", "/echo", status)).status, 500);
        }
        #[derive(Debug)]
        struct Split;
        impl Endpoint for Split {
            fn paths(&self) -> Vec<String> {
                vec!["/split".to_owned()]
            }

            fn get<'a>(&'a self, _: Request<'a>) -> Answering<'a> {
                let response = Response::new(200, "text/plain\r\nx: y", *b"").header("x-tab", "a\tb");
                Box::pin(async { response.header("x del", "a").header("x-del", "\x7f").header("", "a") })
            }
        }
        let response = ask(&Endpoints::new().with(Split).unwrap(), Request::new("GET", "/split", ""));
        assert_eq!((response.status, response.headers), (200, vec![("x-tab", "a\tb".into())]));
    }

    /// A piece, and then nothing more for ever.
    #[derive(Debug)]
    struct Events;

    struct Once(Option<&'static str>);

    impl Chunks for Once {
        fn poll_chunk(&mut self, _: &mut Context<'_>) -> Poll<Option<Vec<u8>>> {
            self.0.take().map_or(Poll::Pending, |chunk| Poll::Ready(Some(chunk.into())))
        }
    }

    impl Endpoint for Events {
        fn paths(&self) -> Vec<String> {
            vec!["/events".to_owned()]
        }

        fn get<'a>(&'a self, request: Request<'a>) -> Answering<'a> {
            let status = request.query.parse().unwrap_or(200);
            Box::pin(async move { Response::streaming(status, "text/event-stream", Once(Some("data: a\n\n"))) })
        }
    }

    #[test]
    fn a_stream_is_sent_in_pieces_until_the_instance_drains() {
        let endpoints = Endpoints::new().with(Events).unwrap();
        let handle = Handle::builder().build();
        let mut response = ask(&endpoints, Request::new("GET", "/events", "").of(&handle));
        assert_eq!(response.headers, [("content-type", "text/event-stream".into())]);
        let mut cx = Context::from_waker(Waker::noop());
        let mut next = || response.stream.as_mut().unwrap().poll_chunk(&mut cx);
        assert_eq!(next(), Poll::Ready(Some(b"data: a\n\n".to_vec())));
        assert_eq!(next(), Poll::Pending);
        handle.drain();
        assert_eq!(next(), Poll::Ready(None));
    }

    #[test]
    fn too_many_streams_are_refused_and_counted() {
        let endpoints = Endpoints::new().with(Events).unwrap();
        let handle = Handle::builder().build();
        let open = || ask(&endpoints, Request::new("GET", "/events", "").of(&handle));
        let mut streams: Vec<Response> = (0..16).map(|_| open()).collect();
        assert!(streams.iter().all(|response| response.status == 200 && response.stream.is_some()));
        let refused = open();
        assert_eq!((refused.status, refused.stream.is_none(), refused.value("retry-after")), (503, true, Some("5")));
        assert_eq!(&*refused.body, b"too many streams are open: close another one\n");
        assert_eq!(handle.counters().streams_refused, 1);
        streams.pop();
        assert_eq!((open().status, handle.counters().streams_refused), (200, 1));
    }

    #[test]
    fn without_a_body_there_is_no_stream_and_its_length_is_not_known() {
        let endpoints = Endpoints::new().with(Events).unwrap();
        for (method, status) in [("HEAD", "200"), ("GET", "204"), ("GET", "304"), ("HEAD", "304")] {
            let response = ask(&endpoints, Request::new(method, "/events", status));
            assert_eq!(response.headers, [("content-type", "text/event-stream".into())], "{method} {status}");
            assert!(response.stream.is_none() && response.body.is_empty(), "{method} {status}");
        }
    }

    #[test]
    fn other_methods_are_told_which_there_are() {
        for method in ["POST", "OPTIONS", "get", "PROPFIND", ""] {
            let response = ask(&echo(), Request::new(method, "/echo", ""));
            assert_eq!((response.status, response.value("allow")), (405, Some("GET, HEAD")), "{method}");
            assert_eq!(&*response.body, b"only GET and HEAD are answered here\n");
        }
    }

    #[test]
    fn each_path_has_its_endpoint_and_what_has_none_passes() {
        let endpoints = Endpoints::new()
            .with(Echo("page", &["/page", "/page/{*path}"]))
            .and_then(|endpoints| endpoints.with(Arc::new(Echo("assets", &["/page/assets/{*path}", "/page/version"]))))
            .unwrap();
        let paths: Vec<&str> = endpoints.paths().collect();
        assert_eq!(paths, ["/page", "/page/{*path}", "/page/assets/{*path}", "/page/version"]);

        let by = |path| said(&endpoints, path).map(|said| said.split(' ').next().unwrap().to_owned());
        assert_eq!(by("/page").as_deref(), Some("page"));
        assert_eq!(by("/page/requests/7").as_deref(), Some("page"));
        assert_eq!(by("/page/version").as_deref(), Some("assets"));
        assert_eq!(by("/page/assets/a.css").as_deref(), Some("assets"));
        for none in ["/", "/page/", "/pages", "/page?", "/experiments"] {
            assert_eq!(by(none), None, "{none}");
            assert!(endpoints.answer(Request::new("POST", none, "")).is_none());
        }
    }

    #[test]
    fn a_path_is_given_once() {
        let taken = |first, second| {
            let endpoints = Endpoints::new().with(Echo("one", first)).unwrap();
            endpoints.with(Echo("other", second)).err().map(|error| error.to_string())
        };
        let error = taken(&["/a", "/b"], &["/c", "/b"]).unwrap();
        assert_eq!(error, "two endpoints want the path `/b`: give one of them another path");
        assert!(taken(&["/a/{*rest}"], &["/a/{*others}"]).unwrap().contains("`/a/{*others}`"));
        assert_eq!(taken(&["/a/{*rest}"], &["/a", "/a/", "/{*rest}"]), None);
        assert!(Endpoints::new().with(Echo("one", &["metrics"])).unwrap_err().to_string().contains("`metrics`"));
    }
}
