//! Measures the commands of a [redis] client: each with what it asked, whether the cache had it, its errors and the place
//! it was made.
//!
//! ```no_run
//! use redis::AsyncCommands as _;
//! use tachograph_redis::Measured as _;
//!
//! # async fn example() -> redis::RedisResult<()> {
//! let client = redis::Client::open("redis://127.0.0.1/")?;
//! let mut flags = client.get_multiplexed_async_connection().await?.measured("flags");
//!
//! // Everything else stays as it is.
//! let dark: Option<bool> = flags.get("dark-mode").await?;
//! let () = redis::pipe().atomic().set("dark-mode", true).expire("dark-mode", 60).query_async(&mut flags).await?;
//!
//! // With the place in the source: `here` is a connection that knows where it was made.
//! let light: Option<bool> = flags.here().get("light-mode").await?;
//! # Ok(()) }
//! ```
//!
//! [`Connection`] wraps whatever is a [`redis::aio::ConnectionLike`]: `MultiplexedConnection`, `ConnectionManager`, the
//! cluster's `ClusterConnection`, a pool's connection where that is one. It is one itself, so `AsyncCommands`, `query_async`, pipelines,
//! scripts, scans and `transaction_async` work with it, and it is `Clone` where what it wraps is.
//!
//! # What is recorded
//! - A command is one call to a cache, from the first time its future is polled until its answer. Waiting is part of it:
//!   for a `ConnectionManager` to connect again, for a cluster's redirections, and for what `BLPOP` waits for.
//! - It is named after the command, in upper case, and the sub-command of those that have them: `GET`, `CONFIG GET`. What
//!   is no command of Redis, Valkey or Redis Stack is `_OTHER`. No other argument and no answer is kept.
//! - A pipeline is one call, `PIPELINE`, or `MULTI` where it is atomic, followed by the command where it is the same
//!   throughout: `PIPELINE GET`. A pipeline of a single command is named as that command.
//! - An error is the code that the server answered (`WRONGTYPE`), or one of `timeout`, `connect`, `io` (among them a
//!   connection that broke), `authentication_failed`, `parse`, `client`, `invalid_client_config`, `unexpected_return_type`,
//!   `cluster_connection_not_found`, `resp3_not_supported`, and `_OTHER`. A pipeline in which one command failed has
//!   failed, with the code of the first that did; also where its errors are ignored, which cannot be seen from here.
//! - A command whose future is dropped before its answer is cancelled. The server may carry it out all the same.
//! - A script is `EVALSHA`. The first time, the server does not know it: `EVALSHA` fails with `NOSCRIPT`, and `SCRIPT LOAD`
//!   and another `EVALSHA` follow.
//!
//! # Hits and misses
//! | command | hit | miss |
//! |---|---|---|
//! | `GET` `GETDEL` `GETEX` `HGET` `JSON.GET` | a value | nil |
//! | `MGET` `HMGET` `HGETDEL` `HGETEX` `JSON.MGET` | each value | each nil |
//! | `HGETALL` | a field or more | none |
//! | pipelines, `MULTI` | the sum of theirs | the sum of theirs |
//! | all others | | |
//!
//! `EXISTS` and its like are no look-ups: they bring no value, and what asks them first would count twice. Neither is
//! `SET` with `GET`, which is a write. A command that failed found nothing and missed nothing; nor did a transaction that
//! was not carried out because a watched key had changed.
//!
//! # What is not recorded
//! - What is given the connection of redis, by [`Connection::inner_mut`]: `subscribe` and its like, which are methods of
//!   the connections, and `route_command` of a cluster's. It takes that word: a function that still names
//!   `&mut MultiplexedConnection` would go unmeasured, and does not compile.
//! - Messages that are published to a subscriber are no calls, and neither are blocking connections measured. For those
//!   there is [`cache_call`](tachograph_core::cache_call).
//! - Waiting for a connection of a pool, and making the first one.
//! - Whether redis answered by its own client-side cache (feature `cache-aio`): that is a call like any other, a short one.
//!
//! Outside a request nothing is measured; the call counts as unattributed.

mod answer;
mod command;
mod connection;
mod error_type;
mod health_check;
mod located;
mod measure;
mod pipeline;

pub use connection::{Connection, Measured};
pub use located::Located;
pub use redis;
