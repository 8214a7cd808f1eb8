//! An instance's endpoints, as the adapter of a framework mounts them.

use std::io::Write as _;
use std::sync::Once;

use super::path::Path;
use super::{Answering, Endpoints, Request};
use crate::handle::Handle;

/// One path of an instance's endpoints, for the router of a framework.
#[derive(Debug, Clone)]
pub struct Mount {
    handle: Handle,
    endpoints: Endpoints,
    path: Path,
}

impl Mount {
    /// All paths that an instance serves as of now.
    pub fn all(handle: &Handle) -> Vec<Self> {
        let endpoints = handle.endpoints();
        let mount = |path: &Path| Mount { handle: handle.clone(), endpoints: endpoints.clone(), path: path.clone() };
        endpoints.mounted().map(mount).collect()
    }

    /// All paths that the current instance serves. Where there is none, that is none, and stderr says so once.
    pub fn all_of_current() -> Vec<Self> {
        serving().as_ref().map(Self::all).unwrap_or_default()
    }

    /// In the spelling of [`Endpoint::paths`](super::Endpoint::paths).
    pub fn path(&self) -> &str {
        self.path.as_str()
    }

    /// In the spelling of a framework, which has one of its own for a rest of this name.
    pub fn spelled(&self, rest: impl FnOnce(&str) -> String) -> String {
        match self.path.rest() {
            Some((before, name)) => format!("{before}{}", rest(name)),
            None => self.path().to_owned(),
        }
    }

    /// Answers a request that the router has brought here; none where it is another's after all.
    ///
    /// The routers of some frameworks keep what they mounted this below in front of a request's path: it may stand there.
    pub fn answer<'a>(&'a self, mut request: Request<'a>) -> Option<Answering<'a>> {
        request.path = match self.path.rest() {
            Some((before, _)) => &request.path[request.path.find(before)?..],
            None if request.path.ends_with(self.path()) => self.path(),
            None => return None,
        };
        self.endpoints.answer(request.of(&self.handle))
    }
}

/// The instance that is current, whose endpoints are to be mounted. Where there is none, stderr says so once: nothing but
/// the first probe would show it.
pub fn serving() -> Option<Handle> {
    let handle = Handle::current();
    if handle.is_none() {
        tell_once();
    }
    handle
}

#[cold]
fn tell_once() {
    static TOLD: Once = Once::new();
    TOLD.call_once(|| {
        // `eprintln!` would panic where stderr is closed.
        let _ = std::io::stderr().write_all(
            b"tachograph: no endpoints are mounted, for there is no instance: call tachograph::init!(), or \
            Tachograph::builder()...install(), before endpoints(), or give a handle to Endpoints::new\n",
        );
    });
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;
    use crate::endpoint::{Endpoint, Response};

    /// Says at which path it was asked, and whether of an instance.
    #[derive(Debug)]
    struct Echo;

    impl Endpoint for Echo {
        fn paths(&self) -> Vec<String> {
            vec!["/page".to_owned(), "/page/{*path}".to_owned()]
        }

        fn get<'a>(&'a self, request: Request<'a>) -> Answering<'a> {
            let said = format!("{} {}", request.path, request.handle.is_some());
            Box::pin(async { Response::new(200, "text/plain", said) })
        }
    }

    fn mounts() -> Vec<Mount> {
        let handle = Handle::builder().build();
        handle.serve(Echo).unwrap();
        Mount::all(&handle)
    }

    fn said(mount: &Mount, path: &str) -> Option<String> {
        let answer = pin!(mount.answer(Request::new("GET", path, ""))?);
        match answer.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(response) => Some(String::from_utf8(response.body.into_owned()).unwrap()),
            Poll::Pending => panic!("nothing here waits"),
        }
    }

    #[test]
    fn a_rest_is_spelled_as_the_framework_does() {
        let spelled: Vec<String> = mounts().iter().map(|mount| mount.spelled(|name| format!("<{name}..>"))).collect();
        assert_eq!(spelled, ["/page", "/page/<path..>"]);
        assert_eq!(mounts().iter().map(Mount::path).collect::<Vec<_>>(), ["/page", "/page/{*path}"]);
    }

    #[test]
    fn what_stands_in_front_of_a_path_is_the_framework_s() {
        let mounts = mounts();
        let (page, below) = (&mounts[0], &mounts[1]);
        assert_eq!(said(page, "/page").as_deref(), Some("/page true"));
        assert_eq!(said(page, "/internal/page").as_deref(), Some("/page true"));
        assert_eq!(said(below, "/page/a/b%20c").as_deref(), Some("/page/a/b%20c true"));
        assert_eq!(said(below, "/internal/page/a").as_deref(), Some("/page/a true"));
    }

    #[test]
    fn what_a_router_takes_for_one_and_is_none_is_another_s() {
        let mounts = mounts();
        for path in ["/page/", "/pages", ""] {
            assert_eq!((said(&mounts[0], path), said(&mounts[1], path)), (None, None), "{path}");
        }
    }

    #[test]
    fn without_an_instance_nothing_is_mounted() {
        assert!(Mount::all_of_current().is_empty());
    }
}
