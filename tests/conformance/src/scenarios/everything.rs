//! One of each.

use crate::client::{Request, Response};
use crate::service::Demo;

/// Asks for every kind of request and of call, and is a client that does not last, too. The answer is the last one's, which
/// made an experiment.
pub(super) fn ask_for_everything(demo: &Demo) -> Response {
    for path in [
        "/experiments",
        "/experiments?joined=true",
        "/experiments/1",
        "/experiments/999",
        "/experiments/2/report",
        "/flags/dark-mode",
        "/flags/dark-mode",
        "/flags/none?sig=secret",
        "/export?rows=100",
        "/slow?ms=3",
        "/fail?status=404",
        "/fail?status=503",
        "/work?queries=2&rows=3&hits=1&misses=1",
        "/nothing%0ahere?a=b",
    ] {
        demo.get(path);
    }
    demo.ask(
        Request::get("/experiments/3").header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    );
    demo.connect().ask(&Request::new("BREW", "/experiments/1"));
    demo.connect().ask(&Request::get("/panic"));
    let mut leaving = demo.connect();
    leaving.send(Request::get("/export?rows=100000000").to_bytes());
    leaving.head().expect("the body begins");
    leaving.chunk().expect("the body goes on");
    leaving.reset();
    demo.ask(Request::post("/experiments", r#"{"name":"New","key":"new"}"#))
}
