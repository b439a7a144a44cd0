//! Sessions in Redis or Valkey, which several servers share.

mod address;
mod builder;
mod domain;
mod link;
mod renewal;
mod reply;
mod request;

use core::fmt;
use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use redis::{FromRedisValue, Script, ScriptInvocation};

pub use self::builder::RedisStoreBuilder;
use self::{domain::Member, link::Link, renewal::Renewals, reply::Reply, request::Encoder};
use crate::{
    batch::Batch,
    decide::Facts,
    decision::Decision,
    key::SessionKey,
    matcher::Call,
    packed::PackedSession,
    rules::Rules,
    session::SessionView,
    store_error::{StoreError, StoreErrorKind},
    time::Timestamp,
    used::ApprovalId,
};

/// A connection to the store that keeps the sessions of all replicas of a server, and of all servers of a domain: Redis 7 or later, or Valkey.
/// Cloning it is cheap.
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
/// use mcp_scopes_policies::{RedisStore, StoreError};
/// # async fn connect() -> Result<(), StoreError> {
/// let store = RedisStore::connect("rediss://sessions.example.com").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RedisStore {
    shared: Arc<Shared>,
    /// The time of the tests, in milliseconds.
    clock: Option<Arc<AtomicU64>>,
    /// How often members of a domain compare when sessions end, and how often the nodes of a cluster are checked.
    recheck: Duration,
}

struct Shared {
    link: Link,
    timeout: Duration,
    decide: Script,
    agree: Script,
    show: Script,
    reset: Script,
}

impl RedisStore {
    /// Connects with default settings.
    ///
    /// # Errors
    /// The server cannot be reached, or does not keep what it is told to keep: its eviction policy must be `noeviction`.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        Self::builder().connect(url).await
    }

    /// Begins to state settings.
    pub const fn builder() -> RedisStoreBuilder {
        RedisStoreBuilder::new()
    }

    fn new(link: Link, timeout: Duration) -> Self {
        let shared = Shared {
            link,
            timeout,
            decide: Self::script(),
            agree: Script::new(include_str!("redis/domain.lua")),
            show: Script::new(include_str!("redis/show.lua")),
            reset: Script::new(include_str!("redis/reset.lua")),
        };
        Self { shared: Arc::new(shared), clock: None, recheck: domain::RECHECK }
    }

    /// Returns the sessions of servers with these rules.
    #[must_use]
    pub fn with_rules(&self, rules: Arc<Rules>) -> RedisSessions {
        let member = Member::of(&rules, self.recheck);
        let renewals = Renewals::of(&rules);
        RedisSessions { store: self.clone(), encoder: Encoder::new(&rules), member, renewals, rules }
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

    /// Compares the limits of a domain, and checks the nodes of a cluster, before each decision, in tests.
    #[doc(hidden)]
    #[must_use]
    pub const fn with_test_rechecks(mut self) -> Self {
        self.recheck = Duration::ZERO;
        self
    }

    /// Checks that the store answers, for a readiness probe.
    ///
    /// # Errors
    /// The store did not answer.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.in_time(self.shared.link.ping(self.shared.timeout)).await
    }

    /// Runs a script, unless it takes too long.
    async fn invoke<T: FromRedisValue>(&self, invocation: &mut ScriptInvocation<'_>) -> Result<T, StoreError> {
        if let Some(clock) = &self.clock {
            invocation.arg(clock.load(Ordering::Relaxed));
        }
        self.in_time(self.shared.link.run(invocation, self.shared.timeout, self.recheck)).await
    }

    async fn in_time<T>(&self, operation: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        let timeout = self.shared.timeout;
        let late = |_| StoreError::new(StoreErrorKind::TimedOut { after: timeout });
        tokio::time::timeout(timeout, operation).await.unwrap_or_else(|elapsed| Err(late(elapsed)))
    }
}

/// The sessions of a table in a [`RedisStore`].
///
/// A decision is one round trip: a script checks all conditions and records all effects or none, by the clock of the store. If the store does not
/// answer, there is no decision, and no call may run.
pub struct RedisSessions {
    store: RedisStore,
    rules: Arc<Rules>,
    encoder: Encoder,
    member: Option<Member>,
    renewals: Renewals,
}

impl RedisSessions {
    /// Returns the rules.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Returns the store.
    #[must_use]
    pub const fn store(&self) -> &RedisStore {
        &self.store
    }

    /// Checks that all members of the domain state the same `idle_minutes` and `max_minutes`. The first one states them for all. Does nothing without a
    /// domain. [`decide`](Self::decide) checks it again from time to time.
    ///
    /// # Errors
    /// The other members state other values, or the store did not answer.
    pub async fn agree(&self) -> Result<(), StoreError> {
        let Some(member) = &self.member else { return Ok(()) };
        let now = Instant::now();
        match self.store.invoke::<Vec<u8>>(&mut member.invocation(&self.store.shared.agree)).await {
            Ok(stated) => member.compare(&stated, now),
            Err(error) if *error.kind() == StoreErrorKind::Malformed => member.compare(&[], now),
            Err(error) => Err(error),
        }
    }

    /// Decides on all calls of a body, and records their effects, in one atomic operation: see [`Rules::decide`].
    ///
    /// # Errors
    /// There is no decision, and no call may run.
    pub async fn decide(&self, key: &SessionKey, calls: &[Call], facts: &Facts<'_>) -> Result<Decision, StoreError> {
        if self.member.as_ref().is_some_and(Member::is_due) {
            self.agree().await?;
        }
        let batch = Batch { rules: &self.rules, calls };
        let mut invocation = self.store.shared.decide.prepare_invoke();
        invocation.key(key.to_redis());
        for approval in calls.iter().filter_map(|call| call.approval) {
            invocation.key(key.to_redis_for(&approval));
        }
        invocation.arg(self.encoder.encode(batch, facts));
        let reply: Reply = self.store.invoke(&mut invocation).await?;
        reply::read(batch, &reply).ok_or(StoreError::new(StoreErrorKind::Other))
    }

    /// Notes an admitted call that [needs no session](Rules::needs_session): if there is one, it ends later. It does so from time to time, and an
    /// unreachable store is no reason not to run the call.
    pub async fn renew(&self, key: &SessionKey) {
        // The clock of the tests does not move this one.
        let is_due = self.renewals.is_due(key, Instant::now()) || self.store.clock.is_some();
        if is_due && self.decide(key, &[], &Facts::default()).await.is_err() {
            self.renewals.failed(key, Instant::now());
        }
    }

    /// Returns what an operator sees of a session.
    ///
    /// # Errors
    /// The store did not answer, or the value is no session.
    pub async fn show(&self, key: &SessionKey) -> Result<Option<SessionView>, StoreError> {
        let mut invocation = self.store.shared.show.key(key.to_redis());
        let (millis, bytes): (u64, Option<Vec<u8>>) = self.store.invoke(&mut invocation).await?;
        let Some(bytes) = bytes else { return Ok(None) };
        let now = Timestamp::from_millis(millis);
        let packed = PackedSession::unpack(&self.rules, &bytes, now)
            .map_err(|error| StoreError::with_source(StoreErrorKind::Malformed, error))?;
        let counts = packed.seconds_to_live(&self.rules, now) > 0;
        Ok(counts.then(|| packed.view(&self.rules, now)))
    }

    /// Removes a session, with its cooling periods, even if it is malformed. Returns whether there was one.
    ///
    /// # Errors
    /// The store did not answer.
    pub async fn reset(&self, key: &SessionKey) -> Result<bool, StoreError> {
        self.store.invoke(&mut self.store.shared.reset.key(key.to_redis())).await
    }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore").field("timeout", &self.shared.timeout).finish_non_exhaustive()
    }
}

impl fmt::Debug for RedisSessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisSessions").field("store", &self.store).finish_non_exhaustive()
    }
}

impl SessionKey {
    /// Returns the key of the value.
    fn to_redis(self) -> String {
        let [.., environment] = self.as_bytes();
        let mut text = self.prefix();
        text.push(char::from(*environment));
        text
    }

    /// Returns the key under which the store keeps that an approval of the caller was used.
    fn to_redis_for(self, approval: &ApprovalId) -> String {
        let mut text = self.prefix();
        text.push_str("used:");
        push_digits(&mut text, approval.bytes());
        text
    }

    /// Returns what all keys of a caller begin with. In a cluster, the braces keep them on one node.
    fn prefix(self) -> String {
        let [caller @ .., _] = self.as_bytes();
        let mut text = String::with_capacity(112);
        text.push_str("mcp-scopes:{");
        push_digits(&mut text, caller);
        text.push_str("}:");
        text
    }
}

/// Writes bytes as hexadecimal digits.
fn push_digits(text: &mut String, bytes: &[u8]) {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    text.extend(digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)));
}
