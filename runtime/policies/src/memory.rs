//! Sessions in memory.

use core::fmt;
use std::{
    collections::HashMap,
    hash::BuildHasher as _,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use foldhash::fast::RandomState;
use indexmap::IndexMap;

use crate::{
    decide::Facts,
    decision::Decision,
    key::SessionKey,
    matcher::Call,
    rules::Rules,
    session::{Session, SessionView},
    time::Timestamp,
    used::UsedApprovals,
};

/// Sessions under different locks. A power of two.
const SHARDS: usize = 64;
/// Sessions that the placing of a new one looks at, to remove those that have ended.
const SWEPT: usize = 4;
/// Those that an operation looks at which finds the store full.
const SWEPT_IF_FULL: usize = 64;

/// Keeps the sessions of one process. It is bounded, and never forgets a session that counts: if it is full, it refuses new ones.
///
/// ```
/// use std::sync::Arc;
/// use mcp_scopes_model::{Environment, Policy, Risk, Tool};
/// use mcp_scopes_policies::{Decision, Facts, MemoryStore, Rules, SessionKey, Settings, Timestamp};
/// let policy = Policy { blocked_after: &["read_file:*.key"], ..Policy::NONE };
/// let tools = [Tool::new("read_file", Risk::Low), Tool { policy, ..Tool::new("send_email", Risk::High) }];
/// let rules = Arc::new(Rules::compile(&tools, &Settings::default())?);
/// let store = MemoryStore::new(Arc::clone(&rules));
///
/// let ada = SessionKey::new("https://files.example.com/mcp", Environment::Live, "https://auth.example.com", &["ada"]);
/// let decide = |name, path| {
///     let mut call = rules.call(rules.tool(name).ok_or("no such tool")?);
///     call.argument("path", path);
///     let now = Timestamp::from_millis(1_800_000_000_000);
///     Ok::<_, Box<dyn std::error::Error>>(store.decide(&ada, &[call.finish()], &Facts::default(), now)?)
/// };
/// assert_eq!(decide("send_email", "")?, Decision::Allowed);
/// assert_eq!(decide("read_file", "/home/ada/id.key")?, Decision::Allowed);
/// let Decision::Denied(denial) = decide("send_email", "")? else { return Err("not denied".into()) };
/// assert_eq!(
///     rules.explain(&denial).to_string(),
///     "`send_email` is blocked in this session because a call of `read_file` had an argument that matches `*.key`; \
///      start a new task or ask a person",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct MemoryStore {
    rules: Arc<Rules>,
    shards: Box<[Mutex<Shard>]>,
    hasher: RandomState,
    capacity: usize,
    quota: usize,
    counts: Mutex<Counts>,
}

/// The store has no place for a new session. Nothing was recorded, and no call may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full {
    /// Seconds until there may be one.
    pub retry_after: u32,
}

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the store of sessions is full; retry in {} seconds", self.retry_after)
    }
}

impl core::error::Error for Full {}

/// The number of sessions.
#[derive(Default)]
struct Counts {
    total: usize,
    by_issuer: HashMap<u64, usize, RandomState>,
}

struct Shard {
    sessions: IndexMap<SessionKey, Session, RandomState>,
    /// Where the next sweep continues.
    cursor: usize,
    /// A new caller's session, until it is known whether it needs a place.
    blank: Session,
    /// The approvals of these sessions that were used.
    used: UsedApprovals,
}

impl MemoryStore {
    /// Default: the number of sessions.
    pub const CAPACITY: usize = 1_000_000;

    /// Creates a store for 1,000,000 sessions, all of which may be of one issuer.
    #[must_use]
    pub fn new(rules: Arc<Rules>) -> Self {
        let hasher = RandomState::default();
        let shard = || {
            let sessions = IndexMap::with_hasher(hasher.clone());
            Mutex::new(Shard { sessions, cursor: 0, blank: Session::new(&rules), used: UsedApprovals::default() })
        };
        let shards = (0..SHARDS).map(|_| shard()).collect();
        Self { shards, hasher, capacity: Self::CAPACITY, quota: Self::CAPACITY, counts: Mutex::default(), rules }
    }

    /// Sets the number of sessions, and how many of them one issuer may have. As many approvals that count once are kept while they might
    /// be used again.
    #[must_use]
    pub const fn with_capacity(mut self, sessions: usize, per_issuer: usize) -> Self {
        self.capacity = sessions;
        self.quota = per_issuer;
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
    /// The caller has no session yet, and there is no place for one; or there is none for an approval that counts once.
    pub fn decide(
        &self,
        key: &SessionKey,
        calls: &[Call],
        facts: &Facts<'_>,
        now: Timestamp,
    ) -> Result<Decision, Full> {
        self.lock(self.shard_of(key)).decide(self, key, calls, facts, now)
    }

    /// Notes an admitted call that [needs no session](Rules::needs_session): if there is one, it ends later.
    pub fn renew(&self, key: &SessionKey, now: Timestamp) {
        if let Some(session) = self.lock(self.shard_of(key)).sessions.get_mut(key) {
            // No call is denied.
            let _ = self.rules.decide(session, &[], &Facts::default(), now);
        }
    }

    /// Returns what an operator sees of a session.
    #[must_use]
    pub fn show(&self, key: &SessionKey, now: Timestamp) -> Option<SessionView> {
        let shard = self.lock(self.shard_of(key));
        let session = shard.sessions.get(key).filter(|session| session.expiry(&self.rules) > now.floor());
        session.map(|session| session.view(&self.rules, now))
    }

    /// Removes a session, with its cooling periods. Returns whether there was one.
    pub fn reset(&self, key: &SessionKey) -> bool {
        self.lock(self.shard_of(key)).remove(self, key)
    }

    /// Returns the number of sessions that take a place.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock_counts().total
    }

    /// Returns whether no session takes a place.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn shard_of(&self, key: &SessionKey) -> usize {
        // Another part of the hash than the map uses.
        usize::try_from(self.hasher.hash_one(key) >> 40).unwrap_or(0) % SHARDS
    }

    #[expect(clippy::indexing_slicing, reason = "`shard_of` returns a number below the number of shards")]
    fn lock(&self, shard: usize) -> MutexGuard<'_, Shard> {
        self.shards[shard].lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a place for a session of an issuer, if there is one.
    fn take_place(&self, key: &SessionKey) -> bool {
        let mut counts = self.lock_counts();
        if counts.total >= self.capacity {
            return false;
        }
        let of_issuer = counts.by_issuer.entry(key.issuer()).or_default();
        if *of_issuer >= self.quota {
            return false;
        }
        *of_issuer += 1;
        counts.total += 1;
        true
    }

    fn free_place(&self, key: &SessionKey) {
        let mut counts = self.lock_counts();
        counts.total = counts.total.saturating_sub(1);
        if let Some(of_issuer) = counts.by_issuer.get_mut(&key.issuer()) {
            *of_issuer = of_issuer.saturating_sub(1);
            if *of_issuer == 0 {
                counts.by_issuer.remove(&key.issuer());
            }
        }
    }
}

impl Shard {
    fn decide(
        &mut self,
        store: &MemoryStore,
        key: &SessionKey,
        calls: &[Call],
        facts: &Facts<'_>,
        now: Timestamp,
    ) -> Result<Decision, Full> {
        if let Some(retry_after) = self.used.wait_for_place(key, calls, store.capacity.div_ceil(SHARDS), now) {
            return Err(Full { retry_after });
        }
        let calls = self.used.marked(calls, now);
        let decision = self.decide_in_session(store, key, &calls, facts, now)?;
        if decision == Decision::Allowed {
            self.used.record(key, &calls, now);
        }
        Ok(decision)
    }

    fn decide_in_session(
        &mut self,
        store: &MemoryStore,
        key: &SessionKey,
        calls: &[Call],
        facts: &Facts<'_>,
        now: Timestamp,
    ) -> Result<Decision, Full> {
        let rules = &*store.rules;
        if let Some(session) = self.sessions.get_mut(key) {
            return Ok(rules.decide(session, calls, facts, now));
        }
        let decision = rules.decide(&mut self.blank, calls, facts, now);
        let placed = if self.blank.is_blank(rules) { Ok(()) } else { self.place_blank(store, key, now) };
        self.blank.clear();
        placed.map(|()| decision)
    }

    /// Inserts the session of a new caller.
    fn place_blank(&mut self, store: &MemoryStore, key: &SessionKey, now: Timestamp) -> Result<(), Full> {
        self.sweep(store, SWEPT, now);
        if !store.take_place(key) {
            let next = self.sweep(store, SWEPT_IF_FULL, now);
            if !store.take_place(key) {
                let idle = store.rules.limits.idle;
                let wait = next.map_or(idle, |next| next.saturating_sub(now.floor()));
                return Err(Full { retry_after: wait.clamp(1, idle.max(1)) });
            }
        }
        self.sessions.insert(*key, self.blank.clone());
        Ok(())
    }

    /// Looks at some sessions, and removes those that have ended. Returns when the next of the others does.
    fn sweep(&mut self, store: &MemoryStore, count: usize, now: Timestamp) -> Option<u32> {
        let mut next = None;
        for _ in 0..count.min(self.sessions.len()) {
            if self.cursor >= self.sessions.len() {
                self.cursor = 0;
            }
            let Some((key, session)) = self.sessions.get_index(self.cursor) else { break };
            let expiry = session.expiry(&store.rules);
            if expiry <= now.floor() {
                store.free_place(key);
                self.sessions.swap_remove_index(self.cursor);
            } else {
                next = Some(next.map_or(expiry, |next: u32| next.min(expiry)));
                self.cursor += 1;
            }
        }
        next
    }

    fn remove(&mut self, store: &MemoryStore, key: &SessionKey) -> bool {
        let was_there = self.sessions.swap_remove(key).is_some();
        if was_there {
            store.free_place(key);
        }
        was_there
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").field("sessions", &self.len()).finish_non_exhaustive()
    }
}
