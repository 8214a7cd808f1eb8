//! What the instance serves of itself, as resources of an application.

use actix_web::body::BoxBody;
use actix_web::dev::{AppService, HttpServiceFactory};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use tachograph_core::Handle;
use tachograph_core::endpoint::{Mount, Request};

use crate::head::Headers;

/// The [`Endpoints`] of the instance that is current now. Where there is none, there are none, and stderr says so once.
pub fn endpoints() -> Endpoints {
    Endpoints::current()
}

/// What the instance serves of itself, its health and its metrics, for [`App::service`](actix_web::App::service):
///
/// ```
/// # use actix_web::{App, web};
/// # async fn experiments() -> &'static str { "" }
/// App::new()
///     .route("/experiments", web::get().to(experiments))
///     .service(tachograph_actix_web::endpoints())
///     .wrap(tachograph_actix_web::middleware());
/// ```
///
/// The paths are those that the instance serves when this is made. Where the application has one of them too, what was
/// registered first answers.
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

impl HttpServiceFactory for Endpoints {
    fn register(self, config: &mut AppService) {
        for mount in self.0 {
            let pattern = mount.spelled(|rest| format!("{{{rest}:.+}}"));
            let answer = move |request: HttpRequest| {
                let mount = mount.clone();
                async move { answer(&mount, &request).await }
            };
            web::resource(pattern).to(answer).register(config);
        }
    }
}

async fn answer(mount: &Mount, request: &HttpRequest) -> HttpResponse {
    // actix-web leaves out the body of the answer to a HEAD itself, and knows its length only as that of a body.
    let method = if request.method() == Method::HEAD { &Method::GET } else { request.method() };
    let asked = Request::new(method.as_str(), request.path(), request.query_string());
    let Some(answering) = mount.answer(asked.headers(&Headers(request.headers()))) else {
        return HttpResponse::NotFound().finish();
    };
    let answer = answering.await;
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::new(status);
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(&value)) {
            response.headers_mut().append(name, value);
        }
    }
    response.set_body(BoxBody::new(answer.body.into_owned()))
}
