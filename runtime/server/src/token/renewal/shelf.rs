//! A cached value, and what to do with it at a given time. This module reads no clock: the caller passes the process's
//! monotonic time, and tests pass their own.

use core::time::Duration;
use std::{sync::Arc, time::Instant};

use super::Published;

/// Longer than any process runs. A longer duration could overflow an `Instant`.
const FOREVER: Duration = Duration::from_secs(3600 * 24 * 365 * 10);

/// A cached value, and how the last attempt to renew it ended.
pub(super) struct Shelf<T> {
    held: Option<Held<T>>,
    tried: Option<Instant>,
    problem: Option<&'static str>,
}

struct Held<T> {
    value: Arc<T>,
    /// From this time on the value is renewed.
    renew: Instant,
    /// Until this time the value is used as it is.
    fresh: Instant,
    /// Until this time the value is used if it cannot be renewed.
    end: Instant,
}

/// What to do with the value.
pub(super) enum Step<T> {
    /// This value is usable.
    Use(Arc<T>),
    /// This value is usable, and a renewal is due.
    Renew(Arc<T>),
    /// Wait for a new value.
    Wait,
    /// No usable value is cached, and it is too early to fetch again.
    Refuse,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self { held: None, tried: None, problem: None }
    }
}

impl<T: Published> Shelf<T> {
    /// Returns what to do for a token that names this key, or none. Without `may_wait`, a new value cannot be fetched now.
    pub(super) fn step(&self, id: Option<&str>, now: Instant, may_wait: bool) -> Step<T> {
        let Some(held) = self.held.as_ref().filter(|held| now < held.end) else {
            return if may_wait { Step::Wait } else { Step::Refuse };
        };
        let value = Arc::clone(&held.value);
        let known = id.is_none_or(|id| value.has_key(id));
        // During an outage one request waits for the timeout, not each.
        let usable = now < held.fresh || self.problem.is_some();
        match (known && usable, may_wait) {
            (true, true) if now >= held.renew => Step::Renew(value),
            (true, _) => Step::Use(value),
            (false, true) => Step::Wait,
            // The issuer is unreachable, so whether it knows the key cannot be found out.
            (false, false) if self.problem.is_some() => Step::Refuse,
            // The issuer was asked recently and does not know this key.
            (false, false) if now < held.fresh => Step::Use(value),
            (false, false) => Step::Refuse,
        }
    }

    /// Returns the value to use after an attempt: the one that it fetched, however short its lifetime, or the one that remains.
    pub(super) fn after(&self, id: Option<&str>, now: Instant) -> Option<Arc<T>> {
        if self.problem.is_none() {
            return self.held.as_ref().map(|held| Arc::clone(&held.value));
        }
        match self.step(id, now, false) {
            Step::Use(value) | Step::Renew(value) => Some(value),
            Step::Wait | Step::Refuse => None,
        }
    }

    /// Returns the value to use while an attempt takes too long: as during an outage.
    pub(super) fn meanwhile(&self, id: Option<&str>, now: Instant) -> Option<Arc<T>> {
        let held = self.held.as_ref().filter(|held| now < held.end)?;
        id.is_none_or(|id| held.value.has_key(id)).then(|| Arc::clone(&held.value))
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

    /// Replaces the old value.
    pub(super) fn put(&mut self, value: Arc<T>, lifetime: Duration, stale: Duration, now: Instant) {
        let later = |time: Duration| now.checked_add(time.min(FOREVER)).unwrap_or(now);
        let (renew, fresh) = (later(lifetime / 4 * 3), later(lifetime));
        self.held = Some(Held { value, renew, fresh, end: later(lifetime.saturating_add(stale)) });
        self.problem = None;
    }
}

#[cfg(test)]
mod tests {
    use super::{super::super::KeySet, *};

    const SECRET: &[u8] = b"01234567890123456789012345678901";
    const MINUTE: Duration = Duration::from_secs(60);

    /// Returns the name of a step.
    fn word(step: &Step<KeySet>) -> &'static str {
        match step {
            Step::Use(_) => "use",
            Step::Renew(_) => "renew",
            Step::Wait => "wait",
            Step::Refuse => "refuse",
        }
    }

    /// Returns keys named `a` and `b` that are fresh for four minutes, and usable for two more.
    fn shelf(now: Instant) -> Shelf<KeySet> {
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
        let shelf = Shelf::<KeySet>::default();
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
        let (mut shelf, now) = (Shelf::<KeySet>::default(), Instant::now());
        assert!(shelf.after(None, now).is_none());
        shelf.put(Arc::new(KeySet::danger_shared_secret(SECRET).unwrap()), Duration::ZERO, Duration::ZERO, now);
        assert!(shelf.after(None, now).is_some());
        shelf.note_failure("it is down");
        assert!(shelf.after(None, now).is_none());
    }

    #[test]
    fn pauses_between_attempts() {
        let (mut shelf, now) = (Shelf::<KeySet>::default(), Instant::now());
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
