//! Flags that were asked for lately: in a map, or in Redis.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{AsyncCommands as _, Client, RedisError};
use tachograph::redis::{Connection, Measured as _};

use crate::settings::SetupError;

const NAME: &str = "flags";

/// Entries in Redis are forgotten after ten minutes; a map ends with its process.
const KEPT_SECONDS: u64 = 600;

#[derive(Debug)]
pub(crate) enum Cache {
    Memory(Mutex<HashMap<String, bool>>),
    Redis(Flags),
}

impl Cache {
    /// In Redis, or without a URL in memory. The service starts without its Redis, and says that it is not ready.
    pub(crate) fn open(redis_url: Option<&str>) -> Result<Self, SetupError> {
        let Some(url) = redis_url else { return Ok(Cache::Memory(Mutex::default())) };
        let explain = |error: RedisError| {
            SetupError(format!("cannot use the Redis in REDIS_URL: {error}; leave it unset for a map in memory"))
        };
        Ok(Cache::Redis(Flags::open(url).map_err(explain)?))
    }

    /// What is known of this flag, if anything is.
    pub(crate) async fn get(&self, key: &str) -> Result<Option<bool>, RedisError> {
        match self {
            Cache::Memory(flags) => {
                let found = lock(flags).get(key).copied();
                match found {
                    Some(_) => tachograph::request().cache_hit(NAME),
                    None => tachograph::request().cache_miss(NAME),
                };
                Ok(found)
            }
            Cache::Redis(flags) => flags.get(key).await,
        }
    }

    pub(crate) async fn put(&self, key: &str, enabled: bool) -> Result<(), RedisError> {
        match self {
            Cache::Memory(flags) => {
                lock(flags).insert(key.to_owned(), enabled);
                Ok(())
            }
            Cache::Redis(flags) => flags.put(key, enabled).await,
        }
    }
}

fn lock(flags: &Mutex<HashMap<String, bool>>) -> MutexGuard<'_, HashMap<String, bool>> {
    flags.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Flags in Redis, each under a key of its own.
#[derive(Debug)]
pub(crate) struct Flags {
    connection: Connection<ConnectionManager>,
    prefix: String,
}

impl Flags {
    fn open(url: &str) -> Result<Self, RedisError> {
        // Who asks for a flag while Redis is away has the database, and should not wait long for it.
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(Duration::from_millis(500)))
            .set_response_timeout(Some(Duration::from_secs(2)))
            .set_number_of_retries(1);
        let connection = ConnectionManager::new_lazy_with_config(Client::open(url)?, config)?;
        // As a map, it begins empty: what is shown does not depend on what ran before, or beside.
        let started = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_nanos();
        Ok(Flags { connection: connection.measured(NAME), prefix: format!("experiments:{started:x}:flag:") })
    }

    pub(crate) fn connection(&self) -> &Connection<ConnectionManager> {
        &self.connection
    }

    async fn get(&self, key: &str) -> Result<Option<bool>, RedisError> {
        self.connection.clone().here().get(self.key(key)).await
    }

    async fn put(&self, key: &str, enabled: bool) -> Result<(), RedisError> {
        self.connection.clone().here().set_ex(self.key(key), enabled, KEPT_SECONDS).await
    }

    fn key(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }
}
