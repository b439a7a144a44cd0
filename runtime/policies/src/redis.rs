//! Sessions in Redis or Valkey, which several servers share.

mod address;
mod builder;
mod error;
mod link;
mod reply;
mod request;

use core::fmt;
use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use redis::{FromRedisValue, Script, ScriptInvocation};

pub use self::{
    builder::RedisStoreBuilder,
    error::{StoreError, StoreErrorKind},
};
use self::{link::Link, reply::Reply, request::Encoder};
use crate::{
    batch::Batch, decide::Facts, decision::Decision, key::SessionKey, matcher::Call, packed::PackedSession,
    rules::Rules, session::SessionView, time::Timestamp,
};

/// Keeps the sessions of all replicas of a server, and of all servers of a domain, in Redis 7 or later or in Valkey.
///
/// A decision is one round trip: a script checks all conditions and records all effects or none, by the clock of the store. If the store does not
/// answer, there is no decision, and no call may run.
///
/// # URLs
///
/// | URL | servers |
/// |---|---|
/// | `redis://user:password@host:6379/0` | one; everything but the host is optional |
/// | `rediss://host:6380` | one, with TLS. All forms with `redis` have one with `rediss` |
/// | `unix:///run/redis.sock` | one, through a socket |
/// | `redis+cluster://user:password@host:7000,host:7001` | a cluster, of which some nodes are named |
/// | `redis+sentinel://user:password@host,host:26379/service/0` | the primary server of a service, which sentinels know. Sentinels get no credentials |
///
/// `valkey` and `valkeys` mean the same as `redis` and `rediss`.
///
/// ```no_run
/// use std::sync::Arc;
/// use mcp_scopes_policies::{RedisStore, Rules, StoreError};
/// # async fn connect(rules: Arc<Rules>) -> Result<(), StoreError> {
/// let store = RedisStore::connect("rediss://sessions.example.com", rules).await?;
/// # Ok(())
/// # }
/// ```
pub struct RedisStore {
    rules: Arc<Rules>,
    encoder: Encoder,
    link: Arc<Link>,
    timeout: Duration,
    decide: Script,
    show: Script,
    reset: Script,
    /// The time of the tests, in milliseconds.
    clock: Option<Arc<AtomicU64>>,
}

impl RedisStore {
    /// Connects with default settings.
    ///
    /// # Errors
    /// The server cannot be reached, or does not keep what it is told to keep: its eviction policy must be `noeviction`.
    pub async fn connect(url: &str, rules: Arc<Rules>) -> Result<Self, StoreError> {
        Self::builder(rules).connect(url).await
    }

    /// Begins to state settings.
    pub const fn builder(rules: Arc<Rules>) -> RedisStoreBuilder {
        RedisStoreBuilder::new(rules)
    }

    fn new(rules: Arc<Rules>, link: Arc<Link>, timeout: Duration) -> Self {
        Self {
            encoder: Encoder::new(&rules),
            rules,
            link,
            timeout,
            decide: Self::script(),
            show: Script::new(include_str!("redis/show.lua")),
            reset: Script::new(include_str!("redis/reset.lua")),
            clock: None,
        }
    }

    /// Returns a store for another table, on the same connection.
    #[must_use]
    pub fn with_rules(&self, rules: Arc<Rules>) -> Self {
        Self { clock: self.clock.clone(), ..Self::new(rules, Arc::clone(&self.link), self.timeout) }
    }

    fn script() -> Script {
        Script::new(include_str!("redis/decide.lua"))
    }

    /// Replaces the clock of the store in tests.
    #[doc(hidden)]
    #[must_use]
    pub fn with_test_clock(mut self, millis: Arc<AtomicU64>) -> Self {
        self.clock = Some(millis);
        self
    }

    /// Returns the rules.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Decides on all calls of a body, and records their effects, in one atomic operation: see [`Rules::decide`].
    ///
    /// # Errors
    /// There is no decision, and no call may run.
    pub async fn decide(&self, key: &SessionKey, calls: &[Call], facts: &Facts<'_>) -> Result<Decision, StoreError> {
        let batch = Batch { rules: &self.rules, calls };
        let mut invocation = self.decide.prepare_invoke();
        invocation.key(key.to_redis());
        invocation.arg(self.encoder.encode(batch, facts));
        let reply: Reply = self.invoke(&mut invocation).await?;
        reply::read(batch, &reply).ok_or(StoreError::new(StoreErrorKind::Other))
    }

    /// Returns what an operator sees of a session.
    ///
    /// # Errors
    /// The store did not answer, or the value is no session.
    pub async fn show(&self, key: &SessionKey) -> Result<Option<SessionView>, StoreError> {
        let mut invocation = self.show.key(key.to_redis());
        let (millis, bytes): (u64, Option<Vec<u8>>) = self.invoke(&mut invocation).await?;
        let Some(bytes) = bytes else { return Ok(None) };
        let now = Timestamp::from_millis(millis);
        let packed = PackedSession::unpack(&self.rules, &bytes, now)
            .map_err(|error| StoreError::with_source(StoreErrorKind::Malformed, error))?;
        let counts = packed.seconds_to_live(&self.rules, now) > 0;
        Ok(counts.then(|| packed.session.view(&self.rules, now)))
    }

    /// Removes a session, with its cooling periods, even if it is malformed. Returns whether there was one.
    ///
    /// # Errors
    /// The store did not answer.
    pub async fn reset(&self, key: &SessionKey) -> Result<bool, StoreError> {
        self.invoke(&mut self.reset.key(key.to_redis())).await
    }

    /// Checks that the store answers, for a readiness probe.
    ///
    /// # Errors
    /// The store did not answer.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.in_time(self.link.ping(self.timeout)).await
    }

    /// Runs a script, unless it takes too long.
    async fn invoke<T: FromRedisValue>(&self, invocation: &mut ScriptInvocation<'_>) -> Result<T, StoreError> {
        if let Some(clock) = &self.clock {
            invocation.arg(clock.load(Ordering::Relaxed));
        }
        self.in_time(self.link.run(invocation, self.timeout)).await
    }

    async fn in_time<T>(&self, operation: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        let late = |_| StoreError::new(StoreErrorKind::TimedOut { after: self.timeout });
        tokio::time::timeout(self.timeout, operation).await.unwrap_or_else(|elapsed| Err(late(elapsed)))
    }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

impl SessionKey {
    /// Returns the key of the value. In a cluster, the braces keep the sessions of a caller in all environments on one node.
    fn to_redis(self) -> String {
        use core::fmt::Write as _;
        let mut text = String::with_capacity(80);
        text.push_str("mcp-scopes:{");
        let [caller @ .., environment] = self.as_bytes();
        for byte in caller {
            let _ = write!(text, "{byte:02x}");
        }
        text.push_str("}:");
        text.push(char::from(*environment));
        text
    }
}
