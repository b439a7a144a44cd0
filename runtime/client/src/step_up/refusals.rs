//! What was refused, so that it is not requested again.

use core::{hash::Hash, time::Duration};
use std::{collections::HashMap, time::Instant};

use crate::{challenge::Authentication, scopes::Scopes};

use super::{Refusal, need::Need};

/// The number of refusals of each kind that are remembered. One that is forgotten costs another request.
const CAPACITY: usize = 1024;
/// How long the resource's refusal of new tokens is remembered, and logins in vain. The fault may end without a sign to the client.
const FUTILE_LASTS: Duration = Duration::from_secs(600);
/// After how many logins in vain, in a row, the user is not asked.
const MAX_IN_VAIN: u8 = 3;

/// An operation, a set of scopes, an authentication, and whether the token was not accepted at all.
type Key = (String, Scopes, Authentication, bool);

/// What is not requested again.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    /// What the authorization server or the user refused.
    refused: HashMap<Key, Refusal>,
    /// What the resource refused with each new token, and when.
    futile: HashMap<Key, Instant>,
    /// The logins in a row that ended without a token and without a decision of the user, and the time of the newest.
    in_vain: Option<(u8, Instant)>,
}

impl Refusals {
    pub(super) fn of(&self, label: &str, need: &Need) -> Option<Refusal> {
        self.refused.get(&key(label, need)).copied()
    }

    pub(super) fn remember(&mut self, label: &str, need: &Need, refusal: Refusal) {
        insert(&mut self.refused, key(label, need), refusal);
    }

    /// Returns whether new tokens were of no use for this a short time ago.
    pub(super) fn is_futile(&self, label: &str, need: &Need, now: Instant) -> bool {
        let since = self.futile.get(&key(label, need));
        since.is_some_and(|since| is_recent(*since, now))
    }

    pub(super) fn remember_futile(&mut self, label: &str, need: &Need, now: Instant) {
        insert(&mut self.futile, key(label, need), now);
    }

    /// Returns whether the user was asked in vain again and again, a short time ago.
    pub(super) fn are_logins_in_vain(&self, now: Instant) -> bool {
        self.in_vain.is_some_and(|(count, since)| count >= MAX_IN_VAIN && is_recent(since, now))
    }

    /// Counts a login that ended without a token and without a decision of the user.
    pub(super) fn count_in_vain(&mut self, now: Instant) {
        let before = self.in_vain.filter(|(_, since)| is_recent(*since, now)).map_or(0, |(count, _)| count);
        self.in_vain = Some((before.saturating_add(1), now));
    }

    /// Forgets what was refused before a new grant. If its scopes are those of the one before, only a need for such a token may have another result
    /// now. What is futile does not depend on scopes.
    pub(super) fn forget_refused(&mut self, has_other_scopes: bool) {
        self.refused.retain(|(_, _, authentication, renew), _| {
            let renews = *renew || !authentication.is_any();
            !has_other_scopes && !renews
        });
    }

    /// Forgets the logins in vain: one was not.
    pub(super) fn forget_in_vain(&mut self) {
        self.in_vain = None;
    }

    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }
}

fn is_recent(since: Instant, now: Instant) -> bool {
    now.saturating_duration_since(since) < FUTILE_LASTS
}

fn insert<K: Eq + Hash, V>(map: &mut HashMap<K, V>, key: K, value: V) {
    if map.len() >= CAPACITY {
        map.clear();
    }
    map.insert(key, value);
}

fn key(label: &str, need: &Need) -> Key {
    (label.to_owned(), need.scopes.clone(), need.authentication.clone(), need.renew)
}

#[cfg(test)]
mod tests {
    use core::time::Duration;
    use std::time::Instant;

    use super::{Need, Refusals};
    use crate::{Authentication, Scopes};

    #[test]
    fn forgets_what_was_futile_after_a_while() {
        let renew = |renew| {
            let (scopes, authentication) = (Scopes::NONE, Authentication::default());
            Need { scopes, authentication, renew, resource_metadata: None }
        };
        let (mut refusals, start) = (Refusals::default(), Instant::now());
        refusals.remember_futile("tools/list", &renew(true), start);
        refusals.forget_refused(true);
        let at = |seconds| start + Duration::from_secs(seconds);
        assert!(refusals.is_futile("tools/list", &renew(true), at(599)));
        assert!(!refusals.is_futile("tools/list", &renew(true), at(601)));
        assert!(!refusals.is_futile("tools/list", &renew(false), at(599)));
        assert!(!refusals.is_futile("tools/call run", &renew(true), at(599)));
        refusals.forget();
        assert!(!refusals.is_futile("tools/list", &renew(true), at(599)));
    }

    #[test]
    fn ends_logins_in_vain_for_a_while() {
        let (mut refusals, start) = (Refusals::default(), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        for seconds in 0..3 {
            assert!(!refusals.are_logins_in_vain(at(seconds)));
            refusals.count_in_vain(at(seconds));
        }
        assert!(refusals.are_logins_in_vain(at(601)) && !refusals.are_logins_in_vain(at(602)));
        // They do not count any more.
        refusals.count_in_vain(at(700));
        assert!(!refusals.are_logins_in_vain(at(700)));
        refusals.count_in_vain(at(700));
        refusals.forget_in_vain();
        refusals.count_in_vain(at(700));
        assert!(!refusals.are_logins_in_vain(at(700)));
    }
}
