//! What the members of a domain agree on: when sessions end.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use redis::{Script, ScriptInvocation};

use crate::{
    rules::Rules,
    store_error::{StoreError, StoreErrorKind},
};

/// After this time a member compares again, since an operator may have deleted what the members state.
pub(super) const RECHECK: Duration = Duration::from_secs(10);
/// For how long the store keeps a statement after the last session under it has ended, in seconds. It covers the time until a member compares again.
const MARGIN: u32 = 60;

/// A member of a domain. The first one states when sessions end, and the others must state the same: one of them with a shorter time would end
/// sessions, and with them blocked sequences and counts, of all others.
#[derive(Debug)]
pub(super) struct Member {
    key: String,
    statement: String,
    seconds_to_live: u32,
    recheck: Duration,
    /// When the others stated the same.
    agreed: Mutex<Option<Instant>>,
}

impl Member {
    /// Returns nothing for servers without a domain.
    pub(super) fn of(rules: &Rules, recheck: Duration) -> Option<Self> {
        let domain = rules.domain.as_deref()?;
        let limits = &rules.limits;
        Some(Self {
            // Sessions have a brace in place of this word.
            key: format!("mcp-scopes:domain:{domain}"),
            statement: format!("idle_minutes = {}, max_minutes = {}", limits.idle / 60, limits.max / 60),
            seconds_to_live: limits.max.saturating_add(MARGIN),
            recheck,
            agreed: Mutex::new(None),
        })
    }

    /// Returns whether it has to compare before the next decision.
    pub(super) fn is_due(&self) -> bool {
        let agreed = *self.agreed.lock().unwrap_or_else(PoisonError::into_inner);
        agreed.is_none_or(|agreed| agreed.elapsed() >= self.recheck)
    }

    /// Returns what to send.
    pub(super) fn invocation<'s>(&self, script: &'s Script) -> ScriptInvocation<'s> {
        let mut invocation = script.prepare_invoke();
        invocation.key(&*self.key);
        invocation.arg(&*self.statement).arg(self.seconds_to_live);
        invocation
    }

    /// Compares with what the members state, as of that time.
    ///
    /// # Errors
    /// They state something else.
    pub(super) fn compare(&self, stated: &[u8], now: Instant) -> Result<(), StoreError> {
        let is_same = stated == self.statement.as_bytes();
        *self.agreed.lock().unwrap_or_else(PoisonError::into_inner) = is_same.then_some(now);
        if is_same {
            return Ok(());
        }
        let minutes = core::str::from_utf8(stated).ok().and_then(read);
        Err(StoreError::new(StoreErrorKind::Disagreement { key: self.key.clone(), minutes }))
    }
}

/// Returns idle and maximum minutes of a statement.
fn read(statement: &str) -> Option<(u32, u32)> {
    let (idle, max) = statement.strip_prefix("idle_minutes = ")?.split_once(", max_minutes = ")?;
    Some((idle.parse().ok()?, max.parse().ok()?))
}
