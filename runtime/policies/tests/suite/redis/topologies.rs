//! Clusters, sentinels and TLS.

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use mcp_scopes_policies::{RedisStore, RedisStoreBuilder, StoreErrorKind};

use super::{
    BLOCKED, allow, decide,
    faults::recovers,
    live, on_each_server, rules,
    server::{Administer as _, Server, free_port, write_certificates},
};
use crate::support::denied;

/// Waits until a condition holds.
async fn until(condition: impl AsyncFn() -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !condition().await {
        assert!(Instant::now() < end, "the servers are not ready");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[test]
fn a_cluster_keeps_sessions_on_the_nodes_of_their_keys() {
    on_each_server(async |program| {
        let bus = [free_port(), free_port()].map(|port| port.to_string());
        let nodes =
            bus.each_ref().map(|bus| Server::start(&program, &["--cluster-enabled", "yes", "--cluster-port", bus]));
        nodes[0].tell("CLUSTER ADDSLOTSRANGE 0 8191").await;
        nodes[1].tell("CLUSTER ADDSLOTSRANGE 8192 16383").await;
        nodes[0].tell(&format!("CLUSTER MEET 127.0.0.1 {} {}", nodes[1].port, bus[1])).await;
        for node in &nodes {
            until(async || node.run::<String>(&[b"CLUSTER", b"INFO"]).await.contains("cluster_state:ok")).await;
        }
        let rules = rules(BLOCKED);
        let url = format!("redis+cluster://127.0.0.1:{},127.0.0.1:{}", nodes[0].port, nodes[1].port);
        let builder = RedisStore::builder().timeout(Duration::from_secs(5));
        let store = builder.connect(&url).await.unwrap().with_rules(rules.clone());
        for subject in 0..20 {
            let subject = subject.to_string();
            let live = live(&subject);
            allow(&store, &live, "read").await;
            assert_eq!(denied(decide(&store, &live, "send").await.unwrap()).0, "blocked_after");
            assert_eq!(store.show(&live).await.unwrap().unwrap().latches, ["read"]);
        }
        for node in &nodes {
            assert!(node.run::<u32>(&[b"DBSIZE"]).await > 0);
            node.tell("SCRIPT FLUSH").await;
        }
        for subject in 0..20 {
            let live = live(&subject.to_string());
            assert_eq!(denied(decide(&store, &live, "send").await.unwrap()).0, "blocked_after");
            assert!(store.reset(&live).await.unwrap());
        }
        // A node that takes over, or joins, may forget sessions. So all nodes are checked from time to time.
        let checking = RedisStore::builder().timeout(Duration::from_secs(5)).connect(&url).await.unwrap();
        let checking = checking.with_test_rechecks().with_rules(rules.clone());
        allow(&checking, &live("0"), "read").await;
        nodes[1].tell("CONFIG SET maxmemory-policy volatile-ttl").await;
        let expected = StoreErrorKind::Eviction { policy: "volatile-ttl".to_owned() };
        let refused = Some(expected);
        let failure = async || decide(&checking, &live("0"), "read").await.err().map(|error| error.kind().clone());
        until(async || failure().await == refused).await;
        nodes[1].tell("CONFIG SET maxmemory-policy noeviction").await;
        until(async || failure().await.is_none()).await;
        // One that does not answer keeps no other from deciding.
        let checking = RedisStore::builder().timeout(Duration::from_millis(300)).connect(&url).await.unwrap();
        let checking = checking.with_test_rechecks().with_rules(rules.clone());
        nodes[1].tell("CLIENT PAUSE 3000 ALL").await;
        let mut decided = 0;
        for subject in 0..8 {
            decided += usize::from(decide(&checking, &live(&subject.to_string()), "read").await.is_ok());
        }
        assert!(decided > 0 && decided < 8, "{decided}");
        // The pause ends.
        tokio::time::sleep(Duration::from_secs(3)).await;
        // And when a store connects.
        nodes[1].tell("CONFIG SET maxmemory-policy allkeys-lru").await;
        let error = RedisStore::connect(&url).await.unwrap_err();
        assert_eq!(error.kind(), &StoreErrorKind::Eviction { policy: "allkeys-lru".to_owned() });
    });
}

/// A sentinel that knows one service, `mcp`.
struct Sentinel(Child);

impl Sentinel {
    fn start(program: &Path, folder: &Path, port: u16, primary: u16) -> Self {
        let path = folder.join("sentinel.conf");
        let text = format!(
            "port {port}\nbind 127.0.0.1\nsentinel monitor mcp 127.0.0.1 {primary} 1\n\
             sentinel down-after-milliseconds mcp 500\nsentinel failover-timeout mcp 3000\n"
        );
        fs::write(&path, text).unwrap();
        let mut command = Command::new(program);
        command.arg(path).arg("--sentinel").current_dir(folder);
        Self(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Sentinel {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn sentinels_lead_to_the_new_primary_server_after_a_failover() {
    on_each_server(async |program| {
        let mut primary = Server::start(&program, &[]);
        let replica = Server::start(&program, &["--replicaof", "127.0.0.1", &primary.port.to_string()]);
        let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
        let _sentinel = Sentinel::start(&program, folder.path(), port, primary.port);
        let client = redis::Client::open(format!("redis://127.0.0.1:{port}")).unwrap();
        until(async || {
            let Ok(mut connection) = client.get_multiplexed_async_connection().await else { return false };
            let info: redis::RedisResult<String> =
                redis::cmd("INFO").arg("sentinel").query_async(&mut connection).await;
            info.is_ok_and(|info| info.contains("status=ok") && info.contains("slaves=1"))
        })
        .await;

        let store = RedisStore::connect(&format!("redis+sentinel://127.0.0.1:{port}/mcp")).await.unwrap();
        let store = store.with_rules(rules(BLOCKED));
        recovers(&store).await;
        allow(&store, &live("ada"), "read").await;
        until(async || replica.run::<u32>(&[b"DBSIZE"]).await == 1).await;
        primary.kill();
        assert!(decide(&store, &live("ada"), "send").await.is_err());
        recovers(&store).await;
        assert_eq!(denied(decide(&store, &live("ada"), "send").await.unwrap()).0, "blocked_after");
        let replicas: String = replica.run(&[b"INFO", b"replication"]).await;
        assert!(replicas.contains("role:master"));

        let unknown = RedisStore::connect(&format!("redis+sentinel://127.0.0.1:{port}/other")).await;
        assert_eq!(unknown.unwrap_err().kind(), &StoreErrorKind::Unreachable);
    });
}

#[test]
fn connects_with_tls_to_a_server_that_it_trusts() {
    on_each_server(async |program| {
        let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
        if !write_certificates(folder.path()) {
            return;
        }
        let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
        let server = Server::start(
            &program,
            &[
                "--tls-port",
                &port.to_string(),
                "--tls-cert-file",
                &file("server.pem"),
                "--tls-key-file",
                &file("server.key"),
                "--tls-ca-cert-file",
                &file("ca.pem"),
            ],
        );
        let url = format!("rediss://localhost:{port}");
        let builder = || RedisStore::builder().timeout(Duration::from_secs(5));
        let trusting = || builder().root_certificates(read("ca.pem"));
        let store = trusting().client_certificate(read("client.pem"), read("client.key")).connect(&url).await.unwrap();
        let store = store.with_rules(rules(BLOCKED));
        allow(&store, &live("ada"), "read").await;
        assert_eq!(denied(decide(&store, &live("ada"), "send").await.unwrap()).0, "blocked_after");
        // Without its certificate, by another name, without trust, without TLS.
        let identified =
            |builder: RedisStoreBuilder| builder.client_certificate(read("client.pem"), read("client.key"));
        let fails =
            async |builder: RedisStoreBuilder, url: &str| builder.connect(url).await.unwrap_err().kind().clone();
        assert_eq!(fails(trusting(), &url).await, StoreErrorKind::Tls);
        let other_name = format!("rediss://127.0.0.1:{port}");
        assert_eq!(fails(identified(trusting()), &other_name).await, StoreErrorKind::Untrusted);
        assert_eq!(fails(identified(builder()), &url).await, StoreErrorKind::Untrusted);
        assert_eq!(fails(builder(), &format!("redis://localhost:{port}")).await, StoreErrorKind::Unreachable);
        let unreadable = builder().root_certificates("no certificate").connect(&url).await.unwrap_err();
        assert_eq!(unreadable.kind(), &StoreErrorKind::InvalidCertificates);
        drop(server);
    });
}
