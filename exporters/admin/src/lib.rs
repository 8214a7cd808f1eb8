//! A listener of its own for what a service serves of itself: its health, its metrics, its page.
//!
//! ```
//! use tachograph_admin::{Admin, Settings};
//! # use tachograph_core::Handle;
//! # use tachograph_core::endpoint::{Answering, Endpoint, Request, Response};
//! # #[derive(Debug)]
//! # struct Version;
//! # impl Endpoint for Version {
//! #     fn paths(&self) -> Vec<String> { vec!["/version".to_owned()] }
//! #     fn get<'a>(&'a self, _: Request<'a>) -> Answering<'a> {
//! #         Box::pin(async { Response::new(200, "text/plain; charset=utf-8", *b"1.4.2") })
//! #     }
//! # }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let handle = Handle::builder().build();
//! let mut settings = Settings::default(); // 127.0.0.1:9464
//! settings.listen = "127.0.0.1:0".to_owned();
//! let admin = Admin::start(&handle, settings)?;
//! println!("curl http://{}/version", admin.local_addr());
//!
//! handle.serve(Version)?; // what comes later is served, too
//! # Ok(()) }
//! ```
//!
//! It answers at the paths of [`Handle::endpoints`](tachograph_core::Handle::endpoints), lists them at `/`, and has
//! nothing else. It asks nobody for a password: whoever reaches the address sees all that does not ask for one itself, so
//! the default is one that only this machine reaches. None of its requests is measured.
//!
//! # Where it runs
//! On the runtime of tokio in which it is started, or else on a thread and a small runtime of its own, which keep no
//! process from ending.
//!
//! # Bounds
//! | of | bound |
//! |---|---|
//! | connections | 64; further ones wait until one is closed |
//! | the head of a request | 16 KiB, and 10 s to send it, or to begin with the next one |
//! | a connection | 60 s, and 10 s more for the answer that is under way |
//! | streams | 16 of the instance's, so that three connections of four are left for the others |
//! | a stream | [5 s](tachograph_core::endpoint::Chunks#bounds), so that a connection's end cuts none short |

mod admin;
mod answer;
mod body;
mod connection;
mod error;
mod index;
mod listener;
mod settings;

pub use admin::Admin;
pub use error::Error;
pub use settings::Settings;

// Its types stand in the interface above.
pub use tachograph_core as core;
