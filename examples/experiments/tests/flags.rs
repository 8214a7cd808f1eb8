//! A flag's record is the same wherever flags are cached. On Redis: `--features peer-tests`, with `PEER_REDIS_URL` set.

use tachograph::testing::{self, Instance};
use tachograph_experiments::{App, Settings};

/// On SQLite in memory.
async fn app(redis_url: Option<String>) -> App {
    let settings = Settings::from_env().unwrap();
    App::start(&Settings { redis_url, ..settings }).await.unwrap()
}

/// Asks for a flag, which is on, and says what the record has: hits, misses, queries, calls to the cache, their errors.
async fn ask(app: &App, instance: &Instance) -> [u32; 5] {
    let (answered, record) = instance.record(app.flag("dark-mode")).await;
    let answer = answered.unwrap();
    assert_eq!((answer.status, &answer.body["enabled"]), (200, &true.into()));
    let (cache, database) = (record.cache(), record.database());
    [cache.hits(), cache.misses(), database.count(), cache.calls().count(), cache.calls().errors()]
}

#[tokio::test]
async fn a_flag_is_missed_once_in_the_map() {
    let (app, instance) = (app(None).await, testing::instance());
    assert_eq!(ask(&app, &instance).await, [0, 1, 1, 1, 0]);
    assert_eq!(ask(&app, &instance).await, [1, 0, 0, 1, 0]);
}

#[tokio::test]
async fn a_url_that_is_none_of_redis_is_told_at_start() {
    let settings = Settings { redis_url: Some("rediss:/nowhere".to_owned()), ..Settings::from_env().unwrap() };
    let error = App::start(&settings).await.unwrap_err().to_string();
    assert!(error.contains("REDIS_URL") && error.contains("leave it unset for a map in memory"), "{error}");
}

#[tokio::test]
async fn without_its_redis_it_starts_and_asks_the_database() {
    let (app, instance) = (app(Some("redis://127.0.0.1:1".to_owned())).await, testing::instance());
    let [hits, misses, queries, _, errors] = ask(&app, &instance).await;
    assert_eq!((hits, misses, queries), (0, 0, 1));
    assert!(errors > 0, "it is told that the cache does not answer");
}

#[cfg(feature = "peer-tests")]
mod peer {
    use std::net::{Ipv4Addr, TcpListener, TcpStream};
    use std::process::{Command, Stdio};

    use super::*;

    #[tokio::test]
    async fn a_flag_is_missed_once_in_redis() {
        let url = std::env::var("PEER_REDIS_URL").expect("PEER_REDIS_URL is the URL of a Redis server");
        let instance = testing::instance();
        // The second does not find what the first has left.
        for _ in 0..2 {
            let app = app(Some(url.clone())).await;
            // Filling it is a call to the cache, too, but neither a hit nor a miss.
            assert_eq!(ask(&app, &instance).await, [0, 1, 1, 2, 0]);
            assert_eq!(ask(&app, &instance).await, [1, 0, 0, 1, 0]);
        }
    }

    #[tokio::test]
    async fn without_its_redis_a_flag_comes_from_the_database() {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let mut redis = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--save", ""])
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server is installed");
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            assert!(redis.try_wait().unwrap().is_none(), "redis-server ended");
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        let (app, instance) = (app(Some(format!("redis://127.0.0.1:{port}"))).await, testing::instance());
        assert_eq!(ask(&app, &instance).await, [0, 1, 1, 2, 0]);
        redis.kill().unwrap();
        redis.wait().unwrap();
        for _ in 0..2 {
            assert_eq!(ask(&app, &instance).await, [0, 0, 1, 1, 1]);
        }
    }
}
