//! The cached keys, and what to do with them at a given time. This module reads no clock: the caller passes the process's
//! monotonic time, and tests pass their own.

use core::time::Duration;
use std::{sync::Arc, time::Instant};

use super::super::KeySet;

/// Longer than any process runs. A longer duration could overflow an `Instant`.
const FOREVER: Duration = Duration::from_secs(3600 * 24 * 365 * 10);

/// The cached keys, and how the last attempt to renew them ended.
#[derive(Default)]
pub(super) struct Shelf {
    held: Option<Held>,
    tried: Option<Instant>,
    problem: Option<&'static str>,
}

struct Held {
    keys: Arc<KeySet>,
    /// From this time on the keys are renewed.
    renew: Instant,
    /// Until this time the keys are used as they are.
    fresh: Instant,
    /// Until this time the keys are used if they cannot be renewed.
    end: Instant,
}

/// What to do with the keys.
pub(super) enum Step {
    /// These keys are usable.
    Use(Arc<KeySet>),
    /// These keys are usable, and a renewal is due.
    Renew(Arc<KeySet>),
    /// Wait for new keys.
    Wait,
    /// No usable keys are cached, and it is too early to fetch again.
    Refuse,
}

impl Shelf {
    /// Returns what to do for a token that names this key, or none. Without `may_wait`, new keys cannot be fetched now.
    pub(super) fn step(&self, id: Option<&str>, now: Instant, may_wait: bool) -> Step {
        let Some(held) = self.held.as_ref().filter(|held| now < held.end) else {
            return if may_wait { Step::Wait } else { Step::Refuse };
        };
        let keys = Arc::clone(&held.keys);
        let known = id.is_none() || keys.has(id);
        // During an outage one request waits for the timeout, not each.
        let usable = now < held.fresh || self.problem.is_some();
        match (known && usable, may_wait) {
            (true, true) if now >= held.renew => Step::Renew(keys),
            (true, _) => Step::Use(keys),
            (false, true) => Step::Wait,
            // The issuer is unreachable, so whether it knows the key cannot be found out.
            (false, false) if self.problem.is_some() => Step::Refuse,
            // The issuer was asked recently and does not know this key.
            (false, false) if now < held.fresh => Step::Use(keys),
            (false, false) => Step::Refuse,
        }
    }

    /// Returns the keys to use after an attempt: those that it fetched, however short their lifetime, or those that remain.
    pub(super) fn after(&self, id: Option<&str>, now: Instant) -> Option<Arc<KeySet>> {
        if self.problem.is_none() {
            return self.held.as_ref().map(|held| Arc::clone(&held.keys));
        }
        match self.step(id, now, false) {
            Step::Use(keys) | Step::Renew(keys) => Some(keys),
            Step::Wait | Step::Refuse => None,
        }
    }

    /// Whether `pause` has passed since the last attempt.
    pub(super) fn may_try(&self, pause: Duration, now: Instant) -> bool {
        self.tried.is_none_or(|tried| now.saturating_duration_since(tried) >= pause)
    }

    pub(super) fn note_attempt(&mut self, now: Instant) {
        self.tried = Some(now);
    }

    pub(super) fn note_failure(&mut self, problem: &'static str) {
        self.problem = Some(problem);
    }

    pub(super) fn problem(&self) -> Option<&'static str> {
        self.problem
    }

    /// Replaces the old keys.
    pub(super) fn put(&mut self, keys: Arc<KeySet>, lifetime: Duration, stale: Duration, now: Instant) {
        let later = |time: Duration| now.checked_add(time.min(FOREVER)).unwrap_or(now);
        let (renew, fresh) = (later(lifetime / 4 * 3), later(lifetime));
        self.held = Some(Held { keys, renew, fresh, end: later(lifetime.saturating_add(stale)) });
        self.problem = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"01234567890123456789012345678901";
    const MINUTE: Duration = Duration::from_secs(60);

    /// Returns the name of a step.
    fn word(step: &Step) -> &'static str {
        match step {
            Step::Use(_) => "use",
            Step::Renew(_) => "renew",
            Step::Wait => "wait",
            Step::Refuse => "refuse",
        }
    }

    /// Returns keys named `a` and `b` that are fresh for four minutes, and usable for two more.
    fn shelf(now: Instant) -> Shelf {
        let key = |id| {
            format!(r#"{{"kty":"OKP","crv":"Ed25519","kid":"{id}","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}}"#)
        };
        let keys = KeySet::from_json(&format!(r#"{{"keys":[{},{}]}}"#, key("a"), key("b"))).unwrap();
        let mut shelf = Shelf::default();
        shelf.put(Arc::new(keys), 4 * MINUTE, 2 * MINUTE, now);
        shelf
    }

    #[test]
    fn waits_or_rejects_without_keys() {
        let shelf = Shelf::default();
        assert_eq!(word(&shelf.step(Some("a"), Instant::now(), true)), "wait");
        assert_eq!(word(&shelf.step(Some("a"), Instant::now(), false)), "refuse");
    }

    #[test]
    fn returns_the_step_for_each_moment() {
        let start = Instant::now();
        // For each row: minutes since the start and the key that the token names; expected steps with and without `may_wait`,
        // without an outage and during one.
        for (minutes, id, [well, well_now, outage, outage_now]) in [
            (0, Some("a"), ["use", "use", "use", "use"]),
            (0, None, ["use", "use", "use", "use"]),
            (0, Some("c"), ["wait", "use", "wait", "refuse"]),
            (3, Some("a"), ["renew", "use", "renew", "use"]),
            (3, Some("c"), ["wait", "use", "wait", "refuse"]),
            (4, Some("a"), ["wait", "refuse", "renew", "use"]),
            (4, Some("c"), ["wait", "refuse", "wait", "refuse"]),
            (6, Some("a"), ["wait", "refuse", "wait", "refuse"]),
            (6, None, ["wait", "refuse", "wait", "refuse"]),
        ] {
            let now = start + minutes * MINUTE;
            let mut shelf = shelf(start);
            assert_eq!(word(&shelf.step(id, now, true)), well, "{minutes} {id:?}");
            assert_eq!(word(&shelf.step(id, now, false)), well_now, "{minutes} {id:?}, now");
            shelf.note_failure("it is down");
            assert_eq!(word(&shelf.step(id, now, true)), outage, "{minutes} {id:?}, outage");
            assert_eq!(word(&shelf.step(id, now, false)), outage_now, "{minutes} {id:?}, outage, now");
        }
    }

    #[test]
    fn uses_fetched_keys_however_short_their_lifetime() {
        let (mut shelf, now) = (Shelf::default(), Instant::now());
        assert!(shelf.after(None, now).is_none());
        shelf.put(Arc::new(KeySet::danger_shared_secret(SECRET).unwrap()), Duration::ZERO, Duration::ZERO, now);
        assert!(shelf.after(None, now).is_some());
        shelf.note_failure("it is down");
        assert!(shelf.after(None, now).is_none());
    }

    #[test]
    fn pauses_between_attempts() {
        let (mut shelf, now) = (Shelf::default(), Instant::now());
        assert!(shelf.may_try(MINUTE, now));
        shelf.note_attempt(now);
        assert!(!shelf.may_try(MINUTE, now) && !shelf.may_try(MINUTE, now + MINUTE / 2));
        assert!(shelf.may_try(MINUTE, now + MINUTE));
    }

    #[test]
    fn ends_an_outage_with_fetched_keys_and_accepts_an_endless_lifetime() {
        let now = Instant::now();
        let mut shelf = shelf(now);
        shelf.note_failure("it is down");
        shelf.put(Arc::new(KeySet::danger_shared_secret(SECRET).unwrap()), MINUTE, Duration::MAX, now);
        assert!(shelf.problem().is_none());
        assert_eq!(word(&shelf.step(None, now, true)), "use");
    }
}
