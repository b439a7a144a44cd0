//! A server that a test starts and stops.

use std::{sync::Arc, time::Duration};

use mcp_scopes_policies::{RedisSessions, RedisStore, Rules};
pub(crate) use mcp_scopes_test_support::redis::{Server, free_port, programs, write_certificates};

/// What tests do on a server.
pub(crate) trait Administer {
    /// Connects with a timeout for a machine under load.
    async fn connect(&self) -> RedisStore;

    /// Connects, for servers with these rules.
    async fn store(&self, rules: &Arc<Rules>) -> RedisSessions;

    /// Runs a command as an administrator does.
    async fn run<T: redis::FromRedisValue>(&self, command: &[&[u8]]) -> T;

    /// Runs a command of words without an answer of interest.
    async fn tell(&self, command: &str);
}

impl Administer for Server {
    async fn connect(&self) -> RedisStore {
        RedisStore::builder().timeout(Duration::from_secs(10)).connect(&self.url()).await.unwrap()
    }

    async fn store(&self, rules: &Arc<Rules>) -> RedisSessions {
        self.connect().await.with_rules(Arc::clone(rules))
    }

    async fn run<T: redis::FromRedisValue>(&self, command: &[&[u8]]) -> T {
        let client = redis::Client::open(self.url()).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        let mut sent = redis::Cmd::new();
        for part in command {
            sent.arg(*part);
        }
        sent.query_async(&mut connection).await.unwrap()
    }

    async fn tell(&self, command: &str) {
        let parts: Vec<_> = command.split(' ').map(str::as_bytes).collect();
        self.run::<redis::Value>(&parts).await;
    }
}
