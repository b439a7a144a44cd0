//! A store that does not do what it should: no call may run.

use std::{
    io::Write as _,
    net::TcpListener,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use mcp_scopes_model::Policy;
use mcp_scopes_policies::{RedisSessions, RedisStore, StoreErrorKind, packed::PackedSession};

use super::{
    BLOCKED, allow, decide, fails, live, on_each_server, rules,
    server::{Administer as _, Server},
};
use crate::{
    random::Random,
    support::{at, denied},
};

/// Waits until the store decides again.
pub(crate) async fn recovers(store: &RedisSessions) {
    let end = Instant::now() + Duration::from_secs(20);
    while let Err(error) = decide(store, &live("recovers"), "list").await {
        assert!(Instant::now() < end, "{error}: {error:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn connect(url: &str) -> StoreErrorKind {
    RedisStore::connect(url).await.unwrap_err().kind().clone()
}

#[test]
fn a_server_that_is_down_decides_nothing_until_it_is_back() {
    on_each_server(async |program| {
        let mut server = Server::start(&program, &["--appendonly", "yes", "--appendfsync", "always"]);
        let store = server.store(&rules(BLOCKED)).await;
        recovers(&store).await;
        allow(&store, &live("ada"), "read").await;
        assert!(store.store().ping().await.is_ok());
        server.kill();
        assert!(store.store().ping().await.is_err());
        for _ in 0..3 {
            assert_eq!(fails(&store, &live("ada"), "send").await, StoreErrorKind::Unreachable);
            assert_eq!(fails(&store, &live("ada"), "list").await, StoreErrorKind::Unreachable);
        }
        assert!(store.show(&live("ada")).await.is_err() && store.reset(&live("ada")).await.is_err());
        assert_eq!(connect(&server.url()).await, StoreErrorKind::Unreachable);
        server.restart();
        recovers(&store).await;
        assert_eq!(denied(decide(&store, &live("ada"), "send").await.unwrap()).0, "blocked_after");
    });
}

#[test]
fn a_server_that_is_too_slow_decides_nothing_until_it_is_faster() {
    on_each_server(async |program| {
        let server = Server::start(&program, &[]);
        let rules = rules(BLOCKED);
        let patient = server.store(&rules).await;
        // It has the default timeout.
        let store = RedisStore::connect(&server.url()).await.unwrap().with_rules(rules);
        recovers(&store).await;
        server.signal("-STOP");
        let begin = Instant::now();
        let after = Duration::from_millis(100);
        assert_eq!(fails(&store, &live("ada"), "list").await, StoreErrorKind::TimedOut { after });
        assert!((after..Duration::from_secs(5)).contains(&begin.elapsed()), "{:?}", begin.elapsed());
        // What was sent is done late. It counts, although the call has not run.
        assert_eq!(fails(&store, &live("ada"), "read").await, StoreErrorKind::TimedOut { after });
        server.signal("-CONT");
        recovers(&store).await;
        assert_eq!(denied(decide(&patient, &live("ada"), "send").await.unwrap()).0, "blocked_after");
    });
}

#[test]
fn a_full_server_decides_nothing_and_forgets_nothing() {
    on_each_server(async |program| {
        let server = Server::start(&program, &[]);
        let store = server.store(&rules(BLOCKED)).await;
        recovers(&store).await;
        allow(&store, &live("ada"), "read").await;
        server.tell("CONFIG SET maxmemory 1").await;
        for name in ["send", "read", "list"] {
            assert_eq!(fails(&store, &live("ada"), name).await, StoreErrorKind::Full);
            assert_eq!(fails(&store, &live("bob"), name).await, StoreErrorKind::Full);
        }
        server.tell("CONFIG SET maxmemory 0").await;
        assert_eq!(denied(decide(&store, &live("ada"), "send").await.unwrap()).0, "blocked_after");
    });
}

#[test]
fn a_flush_loses_latches_and_a_lost_script_is_loaded_again() {
    on_each_server(async |program| {
        let server = Server::start(&program, &[]);
        let store = server.store(&rules(BLOCKED)).await;
        allow(&store, &live("ada"), "read").await;
        server.tell("SCRIPT FLUSH").await;
        assert_eq!(denied(decide(&store, &live("ada"), "send").await.unwrap()).0, "blocked_after");
        server.tell("FLUSHALL").await;
        allow(&store, &live("ada"), "send").await;
    });
}

#[test]
fn connects_only_to_a_server_that_evicts_nothing() {
    on_each_server(async |program| {
        let rules = rules(BLOCKED);
        for policy in ["allkeys-lru", "volatile-ttl"] {
            let server = Server::start(&program, &["--maxmemory-policy", policy]);
            let error = RedisStore::connect(&server.url()).await.unwrap_err();
            assert_eq!(error.kind(), &StoreErrorKind::Eviction { policy: policy.to_owned() });
            assert_eq!(
                error.to_string(),
                format!(
                    "the session store has the eviction policy `{policy}`, which forgets sessions that count; run `CONFIG SET \
                     maxmemory-policy noeviction` on it, and set it in its configuration"
                )
            );
            server.tell("CONFIG SET maxmemory-policy noeviction").await;
            let store = server.store(&rules).await;
            recovers(&store).await;
            // It is checked again with each new connection.
            server.tell(&format!("CONFIG SET maxmemory-policy {policy}")).await;
            server.tell("CLIENT KILL TYPE normal SKIPME yes").await;
            assert!(decide(&store, &live("ada"), "list").await.is_err());
            assert_eq!(
                fails(&store, &live("ada"), "list").await,
                StoreErrorKind::Eviction { policy: policy.to_owned() }
            );
        }
    });
}

#[test]
fn wrong_credentials_are_reported_without_showing_them() {
    on_each_server(async |program| {
        let server = Server::start(&program, &[]);
        let rules = rules(BLOCKED);
        let host = format!("127.0.0.1:{}", server.port);
        let commands = "on >geheim ~mcp-scopes:* +info +script|load +evalsha +get +setex +del +time";
        server.tell(&format!("ACL SETUSER app {commands}")).await;
        server.tell(&format!("ACL SETUSER reader {commands} -setex")).await;
        server.tell("ACL SETUSER default >geheim resetpass >other").await;
        let wrong = RedisStore::connect(&format!("redis://app:falsch@{host}")).await.unwrap_err();
        assert_eq!(wrong.kind(), &StoreErrorKind::Unauthorized);
        assert!(!format!("{wrong} {wrong:?}").contains("falsch"));
        assert_eq!(connect(&format!("redis://{host}")).await, StoreErrorKind::Unauthorized);
        // These commands are enough.
        let store =
            RedisStore::connect(&format!("redis://app:geheim@{host}")).await.unwrap().with_rules(Arc::clone(&rules));
        recovers(&store).await;
        allow(&store, &live("ada"), "read").await;
        assert_eq!(store.show(&live("ada")).await.unwrap().unwrap().latches, ["read"]);
        assert!(store.reset(&live("ada")).await.unwrap());
        assert!(!format!("{store:?}").contains("geheim"));
        let reader = RedisStore::connect(&format!("redis://reader:geheim@{host}")).await.unwrap().with_rules(rules);
        assert_eq!(fails(&reader, &live("ada"), "read").await, StoreErrorKind::Unauthorized);
    });
}

#[test]
fn recovers_from_credentials_that_were_wrong_for_a_while() {
    on_each_server(async |program| {
        let server = Server::start(&program, &[]);
        let host = format!("127.0.0.1:{}", server.port);
        server.tell("ACL SETUSER app on >one ~* +@all").await;
        let store = RedisStore::connect(&format!("redis://app:one@{host}")).await.unwrap().with_rules(rules(BLOCKED));
        recovers(&store).await;
        server.tell("ACL SETUSER app resetpass >two").await;
        server.tell("CLIENT KILL USER app").await;
        assert!(decide(&store, &live("ada"), "list").await.is_err());
        assert_eq!(fails(&store, &live("ada"), "list").await, StoreErrorKind::Unauthorized);
        server.tell("ACL SETUSER app resetpass >one").await;
        recovers(&store).await;
    });
}

#[test]
fn a_replica_decides_nothing() {
    on_each_server(async |program| {
        let primary = Server::start(&program, &[]);
        let replica = Server::start(&program, &["--replicaof", "127.0.0.1", &primary.port.to_string()]);
        let store = replica.store(&rules(BLOCKED)).await;
        for name in ["list", "read", "send"] {
            assert_eq!(fails(&store, &live("ada"), name).await, StoreErrorKind::ReadOnly);
        }
        assert_eq!(store.reset(&live("ada")).await.unwrap_err().kind(), &StoreErrorKind::ReadOnly);
        replica.tell("REPLICAOF NO ONE").await;
        recovers(&store).await;
    });
}

#[test]
fn a_value_that_is_no_session_is_neither_used_nor_replaced() {
    on_each_server(async |program| {
        let server = Server::start(&program, &[]);
        let rules = rules(Policy { max_calls_per_session: Some(9), cooling_period_minutes: Some(1), ..BLOCKED });
        let store = server.store(&rules).await;
        let ada = live("ada");
        allow(&store, &ada, "send").await;
        allow(&store, &ada, "read").await;
        let keys: Vec<String> = server.run(&[b"KEYS", b"*"]).await;
        let key = keys[0].as_bytes();
        let bytes: Vec<u8> = server.run(&[b"GET", key]).await;
        let (mut random, mut rejected) = (Random::new(7), 0);
        for round in 0..600 {
            let mut garbled = bytes.clone();
            if round < bytes.len() {
                garbled.truncate(round);
            } else {
                for _ in 0..=random.below(4) {
                    let place = usize::try_from(random.below(garbled.len() as u64)).unwrap();
                    garbled[place] = random.next().to_le_bytes()[0];
                }
            }
            server.run::<redis::Value>(&[b"SET", key, &garbled]).await;
            // Both readers agree on what a session is.
            if PackedSession::unpack(&rules, &garbled, at(0)).is_err() {
                assert_eq!(fails(&store, &ada, "list").await, StoreErrorKind::Malformed);
                assert_eq!(server.run::<Vec<u8>>(&[b"GET", key]).await, garbled);
                rejected += 1;
            } else {
                assert!(decide(&store, &ada, "list").await.is_ok(), "{garbled:?}");
            }
        }
        assert!(rejected > bytes.len() / 2, "{rejected}");
        server.run::<redis::Value>(&[b"DEL", key]).await;
        server.run::<redis::Value>(&[b"RPUSH", key, b"x"]).await;
        assert_eq!(fails(&store, &ada, "list").await, StoreErrorKind::Malformed);
        assert_eq!(store.show(&ada).await.unwrap_err().kind(), &StoreErrorKind::Malformed);
        assert!(store.reset(&ada).await.unwrap());
        allow(&store, &ada, "list").await;
    });
}

#[test]
fn rejects_urls_and_servers_at_once() {
    on_each_server(async |_| {
        for url in ["", "localhost", "redis://", "redis://[::", "http://localhost", "redis+sentinel://localhost"] {
            let kind = connect(url).await;
            assert!(matches!(kind, StoreErrorKind::InvalidUrl { .. }), "{url}: {kind:?}");
        }
        let begin = Instant::now();
        assert_eq!(connect("redis://127.0.0.1:1").await, StoreErrorKind::Unreachable);
        assert!(begin.elapsed() < Duration::from_secs(5));
        // A server that speaks no TLS.
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("rediss://{}", listener.local_addr().unwrap());
        let answer = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.write_all(b"-ERR unknown command\r\n").unwrap();
            stream
        });
        assert_eq!(connect(&url).await, StoreErrorKind::Tls);
        drop(answer.join().unwrap());
    });
}
