//! What was refused, so that it is not requested again.

use core::{hash::Hash, time::Duration};
use std::{collections::HashMap, time::Instant};

use crate::{challenge::Authentication, scopes::Scopes};

use super::{Refusal, need::Need};

/// The number of refusals of each kind that are remembered. One that is forgotten costs another request.
const CAPACITY: usize = 1024;
/// How long the resource's refusal of new tokens is remembered. Its fault may end without a sign to the client.
const FUTILE_LASTS: Duration = Duration::from_secs(600);

/// An operation, a set of scopes, and an authentication.
type Key = (String, Scopes, Authentication);

/// What is not requested again.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    /// What the authorization server or the user refused.
    refused: HashMap<Key, Refusal>,
    /// What the resource refused with each new token, and when. The last part says whether it was for a token that it did not accept at all.
    futile: HashMap<(Key, bool), Instant>,
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
        let since = self.futile.get(&(key(label, need), need.renew));
        since.is_some_and(|since| now.saturating_duration_since(*since) < FUTILE_LASTS)
    }

    pub(super) fn remember_futile(&mut self, label: &str, need: &Need, now: Instant) {
        insert(&mut self.futile, (key(label, need), need.renew), now);
    }

    /// Forgets what the authorization server refused: a token has other scopes. What is futile does not depend on scopes.
    pub(super) fn forget_refused(&mut self) {
        self.refused.clear();
    }

    pub(super) fn forget(&mut self) {
        self.refused.clear();
        self.futile.clear();
    }
}

fn insert<K: Eq + Hash, V>(map: &mut HashMap<K, V>, key: K, value: V) {
    if map.len() >= CAPACITY {
        map.clear();
    }
    map.insert(key, value);
}

fn key(label: &str, need: &Need) -> Key {
    (label.to_owned(), need.scopes.clone(), need.authentication.clone())
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
        refusals.forget_refused();
        let at = |seconds| start + Duration::from_secs(seconds);
        assert!(refusals.is_futile("tools/list", &renew(true), at(599)));
        assert!(!refusals.is_futile("tools/list", &renew(true), at(601)));
        assert!(!refusals.is_futile("tools/list", &renew(false), at(599)));
        assert!(!refusals.is_futile("tools/call run", &renew(true), at(599)));
        refusals.forget();
        assert!(!refusals.is_futile("tools/list", &renew(true), at(599)));
    }
}
