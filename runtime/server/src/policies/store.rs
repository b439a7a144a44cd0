//! Where sessions are kept.

#[cfg(feature = "redis")]
use mcp_scopes_policies::RedisSessions;
use mcp_scopes_policies::{Call, Decision, Facts, Full, MemoryStore, SessionKey, SessionView, StoreError, Timestamp};

/// Keeps the sessions of a table.
pub(crate) enum Store {
    Memory(MemoryStore),
    #[cfg(feature = "redis")]
    Redis(RedisSessions),
}

/// Why a store does not decide. No call of the body may run.
#[derive(Debug)]
pub(super) enum Undecided {
    /// There is no place for the session of a new caller.
    Full(Full),
    /// The store does not answer as it should.
    #[cfg_attr(not(feature = "redis"), expect(dead_code, reason = "memory always answers"))]
    Unavailable(StoreError),
}

#[cfg_attr(not(feature = "redis"), expect(clippy::unused_async, reason = "only a shared store is waited for"))]
impl Store {
    /// Decides on all calls of a body. A shared store has a clock that all replicas use.
    pub(super) async fn decide(
        &self,
        key: &SessionKey,
        calls: &[Call],
        facts: &Facts<'_>,
        now: Timestamp,
    ) -> Result<Decision, Undecided> {
        match self {
            Self::Memory(store) => store.decide(key, calls, facts, now).map_err(Undecided::Full),
            // Boxed, so that decisions in memory do not reserve room for its state.
            #[cfg(feature = "redis")]
            Self::Redis(sessions) => Box::pin(sessions.decide(key, calls, facts)).await.map_err(Undecided::Unavailable),
        }
    }

    /// Notes an admitted call that needs no session. It runs whether the store answers or not.
    pub(super) async fn renew(&self, key: &SessionKey, now: Timestamp) {
        match self {
            Self::Memory(store) => store.renew(key, now),
            #[cfg(feature = "redis")]
            Self::Redis(sessions) => Box::pin(sessions.renew(key)).await,
        }
    }

    /// Checks that all members of the domain state the same limits.
    #[cfg(feature = "redis")]
    pub(crate) async fn agree(&self) -> Result<(), StoreError> {
        match self {
            Self::Memory(_) => Ok(()),
            Self::Redis(sessions) => sessions.agree().await,
        }
    }

    pub(super) async fn show(&self, key: &SessionKey, now: Timestamp) -> Result<Option<SessionView>, StoreError> {
        match self {
            Self::Memory(store) => Ok(store.show(key, now)),
            #[cfg(feature = "redis")]
            Self::Redis(sessions) => sessions.show(key).await,
        }
    }

    pub(super) async fn reset(&self, key: &SessionKey) -> Result<bool, StoreError> {
        match self {
            Self::Memory(store) => Ok(store.reset(key)),
            #[cfg(feature = "redis")]
            Self::Redis(sessions) => sessions.reset(key).await,
        }
    }

    /// Returns the number of sessions in memory.
    pub(super) fn count(&self) -> Option<usize> {
        match self {
            Self::Memory(store) => Some(store.len()),
            #[cfg(feature = "redis")]
            Self::Redis(_) => None,
        }
    }
}
