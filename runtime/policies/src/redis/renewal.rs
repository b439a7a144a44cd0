//! Keeps sessions from ending while their callers make calls that need none.
//!
//! A round trip for each such call would make all calls wait for the store. So it is made only from time to time for each session.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use foldhash::fast::RandomState;
use indexmap::IndexMap;

use crate::{key::SessionKey, rules::Rules};

/// How often a session is renewed at most.
const MOST_OFTEN: Duration = Duration::from_secs(60);
/// The part of `idle_minutes` for which a session is not renewed again.
const PART: u32 = 4;
/// The number of sessions whose renewals are remembered. If more callers are active, some are renewed more often.
const REMEMBERED: usize = 65_536;

/// How long no renewal follows one that failed. Its call has waited for the store.
const RETRY: Duration = Duration::from_secs(1);

/// When sessions are renewed next by this process.
pub(super) struct Renewals {
    period: Duration,
    next: Mutex<IndexMap<SessionKey, Instant, RandomState>>,
}

impl Renewals {
    pub(super) fn of(rules: &Rules) -> Self {
        let idle = Duration::from_secs(u64::from(rules.idle_seconds()));
        Self { period: MOST_OFTEN.min(idle / PART), next: Mutex::default() }
    }

    /// Returns whether a session is to be renewed, and notes that it is.
    pub(super) fn is_due(&self, key: &SessionKey, now: Instant) -> bool {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        if next.get(key).is_some_and(|next| now < *next) {
            return false;
        }
        if next.len() >= REMEMBERED && !next.contains_key(key) {
            next.clear();
        }
        next.insert(*key, now + self.period);
        true
    }

    /// Notes that the renewal failed.
    pub(super) fn failed(&self, key: &SessionKey, now: Instant) {
        if let Some(next) = self.next.lock().unwrap_or_else(PoisonError::into_inner).get_mut(key) {
            *next = now + RETRY;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use mcp_scopes_model::{Environment, Risk, Tool};

    use super::{REMEMBERED, Renewals};
    use crate::{key::SessionKey, rules::Rules, settings::Settings};

    #[test]
    fn renews_each_session_once_in_a_part_of_the_idle_time() {
        let key = |subject: &str| SessionKey::new("realm", Environment::Live, "https://as", &[subject]);
        for (idle_minutes, seconds) in [(60, 60), (2, 30)] {
            let mut settings = Settings::default();
            settings.session.idle_minutes = idle_minutes;
            let renewals = Renewals::of(&Rules::compile(&[Tool::new("status", Risk::Low)], &settings).unwrap());
            let start = Instant::now();
            let after = |seconds| start + Duration::from_secs(seconds);
            assert!(renewals.is_due(&key("ada"), start) && renewals.is_due(&key("bob"), start));
            assert!(!renewals.is_due(&key("ada"), after(seconds - 1)));
            assert!(renewals.is_due(&key("ada"), after(seconds)) && !renewals.is_due(&key("ada"), after(seconds + 1)));
            // One that failed is repeated soon.
            renewals.failed(&key("bob"), start);
            assert!(!renewals.is_due(&key("bob"), start) && renewals.is_due(&key("bob"), after(1)));
            // Its memory is bounded.
            for number in 0..REMEMBERED {
                assert!(renewals.is_due(&key(&number.to_string()), start));
            }
            assert!(renewals.next.lock().unwrap().len() <= REMEMBERED);
        }
    }
}
