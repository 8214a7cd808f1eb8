//! The fairing: opens a request when it comes in, and hands the rest of it to its body when it is answered.

use std::time::Duration;

use rocket::fairing::{Info, Kind};
use rocket::{Data, Orbit, Request, Response, Rocket};
use tachograph_core::inbound::{Expected, Inbound};
use tachograph_core::{Handle, find_elsewhere};

use crate::owned::Owned;
use crate::underway::Underway;
use crate::{answer, head, registry};

/// Measures the requests of a rocket application: [`Rocket::attach`] it. Attached twice, the last one measures.
#[derive(Debug)]
pub struct Fairing {
    inbound: Inbound,
    owned: Owned,
}

/// Measures by the instance that is current when a request comes in: the global one, in most services.
pub fn fairing() -> Fairing {
    Fairing::current()
}

impl Fairing {
    /// The same as [`fairing`].
    pub fn current() -> Self {
        Self::by(Inbound::current())
    }

    /// Measures by this instance.
    pub fn new(handle: &Handle) -> Self {
        Self::by(Inbound::new(handle))
    }

    fn by(inbound: Inbound) -> Self {
        find_elsewhere(registry::find);
        Fairing { inbound, owned: Owned::default() }
    }

    /// Holds `guard` for as long as rocket serves, and drops it when rocket is dropped.
    ///
    /// [`rocket::launch`](macro@rocket::launch) runs the function under it to its end and serves then, so a guard that is
    /// held there is gone before the first request. Held here, it is dropped after the last one:
    ///
    /// ```no_run
    /// # mod tachograph {
    /// #     pub mod rocket { pub use tachograph_rocket::fairing; }
    /// #     macro_rules! init { () => { Ok::<(), std::fmt::Error>(()) } }
    /// #     pub(crate) use init;
    /// # }
    /// #[rocket::launch]
    /// fn rocket() -> _ {
    ///     let guard = tachograph::init!().expect("tachograph is configured");
    ///     rocket::build().attach(tachograph::rocket::fairing().owning(guard))
    /// }
    /// ```
    ///
    /// There, that is on the main thread when the runtime has ended. Where a handler has not ended half a second after
    /// rocket's own bounds for a shutdown (`grace` and `mercy`, 5 s by default), it is then, for rocket may never be
    /// dropped: what is open is recorded as *open_at_shutdown*. `#[launch]` itself ends such a process by a panic.
    pub fn owning(self, guard: impl Send + 'static) -> Self {
        self.owned.add(guard);
        self
    }
}

#[rocket::async_trait]
impl rocket::fairing::Fairing for Fairing {
    fn info(&self) -> Info {
        let kind = Kind::Liftoff | Kind::Request | Kind::Response | Kind::Shutdown | Kind::Singleton;
        Info { name: "tachograph", kind }
    }

    async fn on_liftoff(&self, _: &Rocket<Orbit>) {
        self.inbound.tell_if_shut_down(
            "#[launch] runs its function to the end before rocket serves, so give the guard to the fairing, \
            fairing().owning(guard)",
        );
    }

    async fn on_request(&self, request: &mut Request<'_>, data: &mut Data<'_>) {
        let body_bytes = head::body_bytes(request, data).await;
        let open = || self.inbound.open(head::read(request, body_bytes), &head::Headers(request.headers()));
        // What passes as a part of another request may be a clone of one that was dropped unanswered, and kept by the cache
        // they share.
        let again = || {
            drop(Underway::take(request)?);
            open()
        };
        let Some(mut open) = open().or_else(again) else { return };
        // A fairing sees no polls, so there is none that could have begun.
        open.pause();
        // rocket answers HEAD by a route for GET, and then says GET.
        let expected = Expected::by(request.method().as_str());
        Underway::new(open, expected).keep(request);
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        let Some(mut underway) = Underway::take(request) else { return };
        underway.matched(request.route());
        // The task works for the request until here: the body's polls say themselves whom they work for.
        let Underway { registration: _registration, open, expected, .. } = underway;
        let (status, answer) = answer::read(request, response, expected).await;
        answer::tell(response, open.recording());
        let body = open.answer(status, answer);
        if body.is_open() {
            answer::wrap(response, body);
        }
    }

    async fn on_shutdown(&self, rocket: &Rocket<Orbit>) {
        // The rest of what rocket gives itself is for sending.
        const LEFT_TO_ROCKET: Duration = Duration::from_millis(500);
        let shutdown = &rocket.config().shutdown;
        let bound = Duration::from_secs(u64::from(shutdown.grace) + u64::from(shutdown.mercy));
        let handle = self.inbound.handle();
        // Where nothing is open, rocket is about to be dropped, or kept by somebody who means to.
        let stuck = move || handle.is_some_and(|handle| handle.in_flight() > 0);
        self.owned.release_after(bound + LEFT_TO_ROCKET, stuck);
    }
}
