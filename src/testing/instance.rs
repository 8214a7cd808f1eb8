//! An instance that knows HTTP.

use std::ops::Deref;

use tachograph_core::{Clock, HandleBuilder};

/// An instance of its own, whose records stay in memory. Tests that run side by side do not see each other's.
#[track_caller]
pub fn instance() -> Instance {
    Instance::build(|builder| builder)
}

/// See [`instance`]. It dereferences to [core's](tachograph_core::testing::Instance), which knows no HTTP.
#[derive(Debug, Clone)]
pub struct Instance {
    core: tachograph_core::testing::Instance,
}

impl Deref for Instance {
    type Target = tachograph_core::testing::Instance;

    fn deref(&self) -> &Self::Target {
        &self.core
    }
}

impl Instance {
    /// An instance with this clock, for exact times.
    #[track_caller]
    pub fn with_clock(clock: impl Clock) -> Self {
        Self::build(|builder| builder.clock(clock))
    }

    /// An instance that is configured further. What it captures is [`testing::capture`](super::capture); begin with that to
    /// change something of it:
    ///
    /// ```
    /// use tachograph::testing::{self, Instance};
    ///
    /// let mut capture = testing::capture();
    /// capture.thresholds.max_queries = 5;
    /// let t = Instance::build(|builder| builder.capture(capture));
    /// ```
    ///
    /// # Panics
    /// If the environment asks for a [report](tachograph_core::testing#findings-of-a-whole-run) that cannot be written.
    #[track_caller]
    pub fn build(configure: impl FnOnce(HandleBuilder) -> HandleBuilder) -> Self {
        let core = tachograph_core::testing::Instance::build(|builder| configure(builder.capture(super::capture())));
        // Where the test has installed the layer, it serves this instance too.
        #[cfg(feature = "tracing")]
        tachograph_tracing::attach(core.handle());
        Instance { core }
    }

    /// The answer of a measured service, and the record of the request. The body is read to its end, for that is where
    /// a record closes.
    ///
    /// # Panics
    /// If the service or the body fails, or if there is no record: the service has no layer, or the path is ignored.
    #[cfg(feature = "tower")]
    pub async fn measure<B, E>(
        &self,
        answer: impl Future<Output = Result<http::Response<B>, E>>,
    ) -> (http::Response<bytes::Bytes>, tachograph_core::Record)
    where
        B: http_body_util::BodyExt,
        B::Error: std::fmt::Debug,
        E: std::fmt::Debug,
    {
        let response = self
            .scope(async {
                let (head, body) = answer.await.expect("the service answers").into_parts();
                let body = body.collect().await.expect("the body can be read").to_bytes();
                http::Response::from_parts(head, body)
            })
            .await;
        let id = response.headers().get("x-request-id").and_then(|id| id.to_str().ok());
        let ours = |record: &tachograph_core::Record| Some(record.identity().request_id().to_string().as_str()) == id;
        let record = self.records().into_iter().rev().find(|record| ours(record));
        (response, record.expect("the request was measured: is the layer there, and is the path not ignored?"))
    }

    /// What a block brings that makes one request, and the record of that request: for frameworks that are tested by
    /// means of their own. The block reads the answer's body, for that is where a record closes.
    ///
    /// ```
    /// # #[cfg(feature = "actix-web")]
    /// # fn main() {
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// use actix_web::{App, test, web};
    ///
    /// let app = App::new()
    ///     .route("/users/{id}", web::get().to(async || "somebody"))
    ///     .wrap(tachograph::actix_web::middleware());
    /// let app = test::init_service(app).await;
    ///
    /// let t = tachograph::testing::instance();
    /// let request = test::TestRequest::get().uri("/users/7").to_request();
    /// let (body, record) = t.measure_one(test::call_and_read_body(&app, request)).await;
    ///
    /// assert_eq!(body, "somebody");
    /// assert_eq!(record.route(), Some("/users/{id}"));
    /// # }) }
    /// # #[cfg(not(feature = "actix-web"))]
    /// # fn main() {}
    /// ```
    ///
    /// With rocket:
    ///
    /// ```
    /// # #[cfg(feature = "rocket")]
    /// # fn main() {
    /// # rocket::async_main(async {
    /// use rocket::{get, local::asynchronous::Client, routes};
    ///
    /// #[get("/users/<_id>")]
    /// async fn user(_id: u64) -> &'static str {
    ///     "somebody"
    /// }
    ///
    /// let app = rocket::build()
    ///     .attach(tachograph::rocket::fairing())
    ///     .mount("/", tachograph::rocket::measure(routes![user]));
    /// let client = Client::tracked(app).await.unwrap();
    ///
    /// let t = tachograph::testing::instance();
    /// let (body, record) = t.measure_one(async { client.get("/users/7").dispatch().await.into_string().await }).await;
    ///
    /// assert_eq!(body.as_deref(), Some("somebody"));
    /// assert_eq!(record.route(), Some("/users/{_id}"));
    /// # }) }
    /// # #[cfg(not(feature = "rocket"))]
    /// # fn main() {}
    /// ```
    ///
    /// # Panics
    /// If it made no request that was measured, or more than one.
    pub async fn measure_one<T>(&self, block: impl Future<Output = T>) -> (T, tachograph_core::Record) {
        let before = self.requests().len();
        let output = self.scope(block).await;
        let mut records = self.requests().split_off(before);
        let record = records.pop();
        assert!(records.is_empty(), "one request was to be measured, and there were {}", records.len() + 1);
        (output, record.expect("a request was measured: is the adapter there, and is the path not ignored?"))
    }

    fn requests(&self) -> Vec<tachograph_core::Record> {
        let mut records = self.records();
        records.retain(|record| record.kind() == tachograph_core::RecordKind::Request);
        records
    }
}
