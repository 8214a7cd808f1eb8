//! On real servers: the one in `PEER_REDIS_URL`, and those that a test starts for itself by `redis-server`, to kill them.

mod server;

use std::time::Duration;

use futures_util::poll;
use redis::aio::{ConnectionManager, ConnectionManagerConfig, MultiplexedConnection};
use redis::cluster_async::ClusterConnection;
use redis::{AsyncCommands as _, AsyncConnectionConfig, Client, Value, cmd, pipe};
use tachograph_core::CallOutcome::{Cancelled, Completed, Failed};
use tachograph_core::Yield::Unknown;
use tachograph_core::{Share, testing};
use tachograph_redis::{Connection, Measured as _};

use self::server::Server;
use crate::scripted::Scripted;
use crate::{calls, errors, found, record, record_in};

fn url() -> String {
    std::env::var("PEER_REDIS_URL").expect("PEER_REDIS_URL is the URL of a Redis server, such as redis://127.0.0.1/")
}

/// A client waits for an answer half a second unless it is told otherwise.
async fn patient(url: &str) -> Connection<MultiplexedConnection> {
    let config = AsyncConnectionConfig::new().set_response_timeout(None);
    let client = Client::open(url).unwrap();
    client.get_multiplexed_async_connection_with_config(&config).await.expect("the server answers").measured("flags")
}

async fn eventually(mut so: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !so().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waiting).await.expect("it never comes to that");
}

#[tokio::test]
async fn commands_have_their_hits_and_their_errors_in_both_protocols() {
    for protocol in [2, 3] {
        let mut flags = patient(&format!("{}?protocol=resp{protocol}", url())).await;
        let key = |name: &str| format!("commands-{protocol}:{name}");
        let () = flags.del(&[key("text"), key("hash"), key("none")]).await.unwrap();
        let (_, record) = record(async {
            let () = flags.set_ex(key("text"), "on", 60).await.unwrap();
            let () = flags.hset(key("hash"), "name", "dark").await.unwrap();
            let _: String = flags.get(key("text")).await.unwrap();
            let _: Option<String> = flags.get(key("none")).await.unwrap();
            let _: Vec<Option<String>> = flags.mget(&[key("text"), key("none"), key("hash")]).await.unwrap();
            let _: Vec<Option<String>> = flags.hmget(key("hash"), &["name", "none"]).await.unwrap();
            let _: Vec<(String, String)> = flags.hgetall(key("hash")).await.unwrap();
            let _: Vec<(String, String)> = flags.hgetall(key("none")).await.unwrap();
            flags.hget::<_, _, String>(key("text"), "name").await.unwrap_err();
            flags.incr::<_, _, i64>(key("text"), 1).await.unwrap_err();
            cmd("NOTHING").arg("secret").exec_async(&mut flags).await.unwrap_err();
            cmd("config").arg("get").arg("maxmemory").exec_async(&mut flags).await.unwrap();
            let _: Option<String> = flags.get_del(key("text")).await.unwrap();
        })
        .await;
        let expected = [
            ("SETEX", Completed, Unknown),
            ("HSET", Completed, Unknown),
            ("GET", Completed, found(1, 0)),
            ("GET", Completed, found(0, 1)),
            ("MGET", Completed, found(1, 2)),
            ("HMGET", Completed, found(1, 1)),
            ("HGETALL", Completed, found(1, 0)),
            ("HGETALL", Completed, found(0, 1)),
            ("HGET", Failed, Unknown),
            ("INCRBY", Failed, Unknown),
            ("_OTHER", Failed, Unknown),
            ("CONFIG GET", Completed, Unknown),
            ("GETDEL", Completed, found(1, 0)),
        ];
        assert_eq!(calls(&record), expected);
        assert_eq!(errors(&record), ["WRONGTYPE", "ERR", "ERR"]);
        let cache = record.cache();
        assert_eq!((cache.calls().count(), cache.calls().errors(), cache.hits(), cache.misses()), (13, 3, 5, 5));
        assert_eq!(record.breakdown().total(), record.duration());
        assert!(record.breakdown().share(Share::Cache) > Duration::ZERO);
    }
}

#[tokio::test]
async fn pipelines_and_transactions_have_the_sum_of_theirs() {
    let mut flags = patient(&url()).await;
    let mut other = patient(&url()).await.into_inner();
    let (_, record) = record(async {
        let mut three = pipe();
        three.set_ex("pipelines:a", "on", 60).ignore().get("pipelines:a").get("pipelines:none");
        let found: (String, Option<String>) = three.query_async(&mut flags).await.unwrap();
        assert_eq!(found, ("on".to_owned(), None));
        let _: (String, Option<String>) = three.atomic().query_async(&mut flags).await.unwrap();
        let mut failing = pipe();
        failing.get("pipelines:a").hget("pipelines:a", "name").get("pipelines:none");
        failing.exec_async(&mut flags).await.unwrap_err();
        failing.atomic().exec_async(&mut flags).await.unwrap_err();
        // One that the server refuses to begin with.
        pipe().atomic().cmd("NOTHING").get("pipelines:a").exec_async(&mut flags).await.unwrap_err();
        let () = cmd("WATCH").arg("pipelines:a").query_async(&mut flags).await.unwrap();
        let () = other.set_ex("pipelines:a", "off", 60).await.unwrap();
        let aborted: Option<(String, Option<String>)> =
            pipe().atomic().get("pipelines:a").get("pipelines:a").query_async(&mut flags).await.unwrap();
        assert_eq!(aborted, None);
    })
    .await;
    let expected = [
        ("PIPELINE", Completed, found(1, 1)),
        ("MULTI", Completed, found(1, 1)),
        ("PIPELINE", Failed, found(1, 1)),
        ("MULTI", Failed, found(1, 1)),
        ("MULTI", Failed, Unknown),
        ("WATCH", Completed, Unknown),
        ("MULTI GET", Completed, Unknown),
    ];
    assert_eq!(calls(&record), expected);
    assert_eq!(errors(&record), ["WRONGTYPE", "WRONGTYPE", "EXECABORT"]);
}

#[tokio::test]
async fn two_hundred_requests_on_one_connection_have_their_own_calls() {
    let flags = patient(&url()).await;
    let () = flags.clone().set_ex("requests:a", "on", 60).await.unwrap();
    let () = flags.clone().del("requests:none").await.unwrap();
    let instance = testing::instance();
    let tasks: Vec<_> = (0..200_u32)
        .map(|n| {
            let (instance, mut flags) = (instance.clone(), flags.clone());
            tokio::spawn(async move {
                let (hits, misses, wrong) = (n % 7, n % 5, n % 3);
                let (_, record) = record_in(&instance, async {
                    for _ in 0..hits {
                        let _: String = flags.get("requests:a").await.unwrap();
                    }
                    for _ in 0..misses {
                        let _: Option<String> = flags.get("requests:none").await.unwrap();
                    }
                    for _ in 0..wrong {
                        flags.hget::<_, _, String>("requests:a", "name").await.unwrap_err();
                    }
                })
                .await;
                let cache = record.cache();
                let totals = (cache.calls().count(), cache.calls().errors(), cache.hits(), cache.misses());
                assert_eq!(totals, (hits + misses + wrong, wrong, hits, misses));
                assert_eq!(record.breakdown().total(), record.duration());
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!((instance.records().len(), instance.handle().in_flight()), (200, 0));
}

#[tokio::test]
async fn a_command_that_waits_is_cancelled_or_times_out() {
    let client = Client::open(url()).unwrap();
    let config = AsyncConnectionConfig::new().set_response_timeout(Some(Duration::from_millis(50)));
    let hasty = client.get_multiplexed_async_connection_with_config(&config).await.unwrap();
    let (mut flags, mut hasty) = (patient(&url()).await, hasty.measured("flags"));
    let (_, record) = record(async {
        let pop = flags.blpop::<_, Value>("waits:none", 0.0);
        tokio::time::timeout(Duration::from_millis(20), pop).await.unwrap_err();
        assert!(hasty.blpop::<_, Value>("waits:none", 0.0).await.unwrap_err().is_timeout());
    })
    .await;
    assert_eq!(calls(&record), [("BLPOP", Cancelled, Unknown), ("BLPOP", Failed, Unknown)]);
    assert_eq!((errors(&record), record.cache().calls().errors()), (vec!["timeout"], 1));
}

#[tokio::test]
async fn a_server_that_is_killed_in_the_middle_of_a_request_is_an_error_of_it() {
    let mut server = Server::start(&[]).await;
    let mut flags = patient(&server.url()).await;
    let mut asking = flags.clone();
    let instance = testing::instance();
    let (_, record) = record_in(&instance, async {
        let () = flags.set("a", "on").await.unwrap();
        let mut pop = Box::pin(asking.blpop::<_, Value>("none", 0.0));
        assert!(poll!(pop.as_mut()).is_pending());
        // When this is answered the other has been sent.
        let _: u64 = patient(&server.url()).await.into_inner().llen("none").await.unwrap();
        server.kill().await;
        assert!(pop.await.unwrap_err().is_io_error());
        flags.get::<_, String>("a").await.unwrap_err();
        pipe().get("a").get("b").exec_async(&mut flags).await.unwrap_err();
    })
    .await;
    let expected = [
        ("SET", Completed, Unknown),
        ("BLPOP", Failed, Unknown),
        ("GET", Failed, Unknown),
        ("PIPELINE GET", Failed, Unknown),
    ];
    assert_eq!(calls(&record), expected);
    assert_eq!(errors(&record), ["io"; 3]);
    assert_eq!((record.cache().calls().errors(), instance.handle().in_flight()), (3, 0));
}

#[tokio::test]
async fn a_manager_that_connects_again_is_measured_on() {
    let mut server = Server::start(&[]).await;
    let client = Client::open(server.url()).unwrap();
    let config = ConnectionManagerConfig::new().set_number_of_retries(1);
    let manager = ConnectionManager::new_with_config(client, config).await.unwrap();
    let flags = manager.measured("flags");
    let get = async || flags.clone().get::<_, Option<String>>("a").await;
    let (_, before) = record(async { get().await.unwrap() }).await;
    assert_eq!(calls(&before), [("GET", Completed, found(0, 1))]);

    server.kill().await;
    let (_, during) = record(async {
        // The first finds out, the second finds nobody.
        get().await.unwrap_err();
        get().await.unwrap_err();
    })
    .await;
    assert_eq!(calls(&during), [("GET", Failed, Unknown), ("GET", Failed, Unknown)]);
    assert_eq!(errors(&during), ["io", "connect"]);

    server.start_again().await;
    eventually(async || get().await.is_ok()).await;
    let (_, after) = record(async { get().await.unwrap() }).await;
    assert_eq!(calls(&after), [("GET", Completed, found(0, 1))]);
}

#[tokio::test]
async fn the_commands_of_a_cluster_are_measured() {
    // By default the nodes talk on a port that is 10000 higher, which need not be one.
    let bus = server::free_port().to_string();
    let server = Server::start(&["--cluster-enabled", "yes", "--cluster-port", &bus]).await;
    let mut node = patient(&server.url()).await;
    let () = cmd("CLUSTER").arg("ADDSLOTSRANGE").arg(0).arg(16383).query_async(&mut node).await.unwrap();
    let mut info = async || cmd("CLUSTER").arg("INFO").query_async::<String>(&mut node).await.unwrap();
    eventually(async || info().await.contains("cluster_state:ok")).await;
    let client = redis::cluster::ClusterClient::new([server.url()]).unwrap();
    let connection: ClusterConnection = client.get_async_connection().await.unwrap();
    let mut flags = connection.measured("flags");
    let (_, record) = record(async {
        let () = flags.set("{flag}:a", "on").await.unwrap();
        let _: Vec<Option<String>> = flags.mget(&["{flag}:a", "elsewhere", "nowhere"]).await.unwrap();
        let _: (String, Option<String>) = pipe().get("{flag}:a").get("{flag}:b").query_async(&mut flags).await.unwrap();
        flags.hget::<_, _, String>("{flag}:a", "name").await.unwrap_err();
        pipe().atomic().get("{flag}:a").hget("{flag}:a", "b").exec_async(&mut flags).await.unwrap_err();
    })
    .await;
    let expected = [
        ("SET", Completed, Unknown),
        ("MGET", Completed, found(1, 2)),
        ("PIPELINE GET", Completed, found(1, 1)),
        ("HGET", Failed, Unknown),
        ("MULTI", Failed, found(1, 0)),
    ];
    assert_eq!(calls(&record), expected);
    assert_eq!(errors(&record), ["WRONGTYPE"; 2]);
}

/// Scripts of one's own have errors of their own.
#[tokio::test]
async fn scripts_are_measured_with_their_errors() {
    let mut flags = patient(&url()).await;
    let (_, record) = record(async {
        // One that the server has not seen before.
        let id = format!("{:?}", std::time::SystemTime::now());
        let script = redis::Script::new(&format!("return ARGV[1] -- {id}"));
        let answer: String = script.arg("secret").invoke_async(&mut flags).await.unwrap();
        assert_eq!(answer, "secret");
        let () = script.arg("secret").invoke_async(&mut flags).await.unwrap();
        let eval = |error: &str| cmd("EVAL").arg("return redis.error_reply(ARGV[1])").arg(0).arg(error).to_owned();
        eval("LIMIT secret").exec_async(&mut flags).await.unwrap_err();
        eval("secret-7 secret").exec_async(&mut flags).await.unwrap_err();
    })
    .await;
    let seen: Vec<_> = calls(&record).iter().map(|call| (call.0, call.1)).collect();
    let expected = [
        ("EVALSHA", Failed),
        ("SCRIPT LOAD", Completed),
        ("EVALSHA", Completed),
        ("EVALSHA", Completed),
        ("EVAL", Failed),
        ("EVAL", Failed),
    ];
    assert_eq!(seen, expected);
    assert_eq!(errors(&record), ["NOSCRIPT", "LIMIT", "_OTHER"]);
}

#[tokio::test]
async fn every_command_of_the_server_has_its_name() {
    let mut flags = patient(&url()).await;
    let commands: Vec<Vec<Value>> = cmd("COMMAND").query_async(&mut flags).await.unwrap();
    let name = |command: &[Value]| redis::from_redis_value::<String>(command[0].clone()).unwrap().to_uppercase();
    let mut names = Vec::new();
    for command in &commands {
        names.push(name(command));
        let subcommands: Vec<Vec<Value>> = redis::from_redis_value(command[9].clone()).unwrap();
        names.extend(subcommands.iter().map(|subcommand| name(subcommand).replace('|', " ")));
    }
    assert!(names.len() > 300, "{names:?}");
    let mut missing = Vec::new();
    for name in &names {
        // None of them is sent to the server.
        let mut silent = Scripted::with([Value::Okay]);
        let words: Vec<_> = name.split(' ').collect();
        let (_, record) = record(async { cmd(words[0]).arg(&words[1..]).exec_async(&mut silent).await.unwrap() }).await;
        if calls(&record)[0].0 != name {
            missing.push(name);
        }
    }
    assert!(missing.is_empty(), "add these to src/command_names.txt: {missing:?}");
}
