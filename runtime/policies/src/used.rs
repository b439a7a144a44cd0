//! Approvals that count once.

use core::fmt;
use std::{borrow::Cow, collections::HashMap};

use foldhash::fast::RandomState;
use indexmap::IndexMap;

use crate::{key::SessionKey, matcher::Call, time::Timestamp};

/// The id of an approval that counts once: random bytes that the server has sealed into what it asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ApprovalId {
    id: [u8; 16],
    kept: u32,
}

impl ApprovalId {
    /// Creates an id. `kept_seconds` is for how long the store knows after its use that it was used: longer than the approval can be valid
    /// by the clock of any replica.
    #[must_use]
    pub const fn new(id: [u8; 16], kept_seconds: u32) -> Self {
        Self { id, kept: kept_seconds }
    }

    pub(crate) const fn bytes(&self) -> &[u8; 16] {
        &self.id
    }

    /// Returns the number of seconds for which the store keeps it.
    #[cfg(feature = "redis")]
    pub(crate) const fn kept(self) -> u32 {
        self.kept
    }
}

impl fmt::Debug for ApprovalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApprovalId(..)")
    }
}

/// The approvals that were used, each until it cannot be valid any more. They outlive sessions: a reset makes no approval valid again.
///
/// [`MemoryStore`](crate::MemoryStore) has its own. It is for code that calls [`Rules::decide`](crate::Rules::decide) itself.
#[derive(Debug, Default)]
pub struct UsedApprovals {
    /// Each with its end in seconds, and the session of its caller.
    used: IndexMap<[u8; 16], (u32, SessionKey), RandomState>,
    of_session: HashMap<SessionKey, usize, RandomState>,
    /// Where the next sweep continues.
    cursor: usize,
}

/// The most approvals of one session that are kept, so that no caller takes the places of all others.
const MAX_OF_SESSION: usize = 256;
/// Approvals that the recording of a new one looks at, to remove those that have ended.
const SWEPT: usize = 4;
/// Those that an operation looks at which finds no place.
const SWEPT_IF_FULL: usize = 64;

impl UsedApprovals {
    /// Returns the calls of a body, of which those are marked whose approval was used before. The engine denies these.
    #[must_use]
    pub fn marked<'c>(&self, calls: &'c [Call], now: Timestamp) -> Cow<'c, [Call]> {
        let is_used =
            |call: &Call| call.is_approval_used || call.approval.is_some_and(|approval| self.has(&approval, now));
        if !calls.iter().any(is_used) {
            return Cow::Borrowed(calls);
        }
        let marked = calls.iter().map(|call| Call { is_approval_used: is_used(call), ..call.clone() });
        Cow::Owned(marked.collect())
    }

    /// Records the approvals of admitted calls of a session.
    pub fn record(&mut self, key: &SessionKey, calls: &[Call], now: Timestamp) {
        for approval in calls.iter().filter_map(|call| call.approval) {
            self.sweep(SWEPT, now);
            let end = now.ceil().saturating_add(approval.kept);
            // One that has ended may be in its place.
            if let Some((_, of)) = self.used.insert(*approval.bytes(), (end, *key)) {
                self.forget(&of);
            }
            *self.of_session.entry(*key).or_default() += 1;
        }
    }

    /// Returns the seconds until there may be a place for the approvals of these calls, if there is none now.
    pub(crate) fn wait_for_place(
        &mut self,
        key: &SessionKey,
        calls: &[Call],
        places: usize,
        now: Timestamp,
    ) -> Option<u32> {
        let needed = calls.iter().filter(|call| call.approval.is_some()).count();
        if needed == 0 || self.has_place(key, needed, places) {
            return None;
        }
        let next = self.sweep(SWEPT_IF_FULL, now);
        let wait = || next.map_or(1, |next| next.saturating_sub(now.floor())).max(1);
        (!self.has_place(key, needed, places)).then(wait)
    }

    fn has_place(&self, key: &SessionKey, needed: usize, places: usize) -> bool {
        let of_session = self.of_session.get(key).copied().unwrap_or(0);
        self.used.len().saturating_add(needed) <= places && of_session.saturating_add(needed) <= MAX_OF_SESSION
    }

    fn has(&self, approval: &ApprovalId, now: Timestamp) -> bool {
        self.used.get(approval.bytes()).is_some_and(|(end, _)| *end > now.floor())
    }

    /// Counts one approval of a session less.
    fn forget(&mut self, key: &SessionKey) {
        if let Some(count) = self.of_session.get_mut(key) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.of_session.remove(key);
            }
        }
    }

    /// Looks at some approvals, and removes those that have ended. Returns when the next of the others does.
    fn sweep(&mut self, count: usize, now: Timestamp) -> Option<u32> {
        let mut next = None;
        for _ in 0..count.min(self.used.len()) {
            if self.cursor >= self.used.len() {
                self.cursor = 0;
            }
            let Some((end, key)) = self.used.get_index(self.cursor).map(|(_, used)| *used) else { break };
            if end <= now.floor() {
                self.used.swap_remove_index(self.cursor);
                self.forget(&key);
            } else {
                next = Some(next.map_or(end, |next: u32| next.min(end)));
                self.cursor += 1;
            }
        }
        next
    }
}
