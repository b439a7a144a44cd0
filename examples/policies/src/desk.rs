//! Who approves calls.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use mcp_scopes_server::policies::{ApprovalQuery, Approver, ApproverAnswer};

/// For how long a call waits for a review.
const WAITING: Duration = Duration::from_secs(24 * 60 * 60);
/// Within which time an approved call must be made again.
const APPROVED: Duration = Duration::from_secs(10 * 60);
/// How many calls are on the desk. A caller can ask for any number of reviews.
const CAPACITY: usize = 1_000;

/// A desk with calls that wait for a review, and reviews that are not used yet. An approval is for one call, which the server names by a
/// key. A real desk also stores what its reviewers must see: who calls, in which environment, tool, arguments, and answers to the tool.
#[derive(Clone, Debug, Default)]
pub struct Desk {
    reviews: Arc<Mutex<HashMap<[u8; 32], Review>>>,
}

#[derive(Clone, Copy, Debug)]
struct Review {
    is_approved: bool,
    ends: Instant,
}

impl Desk {
    /// Approves all calls that wait. Returns how many there were.
    #[must_use]
    pub fn approve_all(&self) -> usize {
        self.approve_at(Instant::now())
    }

    fn approve_at(&self, now: Instant) -> usize {
        let mut reviews = self.reviews();
        let waiting = reviews.values_mut().filter(|review| !review.is_approved && review.ends > now);
        waiting.map(|review| *review = Review { is_approved: true, ends: now + APPROVED }).count()
    }

    /// Returns whether a call is approved, which it is once. If it is not, it waits for a review.
    fn take(&self, call: [u8; 32], now: Instant) -> bool {
        let mut reviews = self.reviews();
        reviews.retain(|_, review| review.ends > now);
        if reviews.get(&call).is_some_and(|review| review.is_approved) {
            return reviews.remove(&call).is_some();
        }
        if reviews.len() < CAPACITY {
            reviews.entry(call).or_insert(Review { is_approved: false, ends: now + WAITING });
        }
        false
    }

    fn reviews(&self) -> MutexGuard<'_, HashMap<[u8; 32], Review>> {
        self.reviews.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Approver for Desk {
    async fn approve(&self, query: ApprovalQuery<'_>) -> ApproverAnswer {
        if self.take(query.key(), Instant::now()) {
            ApproverAnswer::ApprovedByReviewer
        } else {
            ApproverAnswer::Pending
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::{APPROVED, CAPACITY, Desk, WAITING};

    #[test]
    fn approves_a_call_once_and_for_some_time() {
        let (desk, start) = (Desk::default(), Instant::now());
        assert!(!desk.take([1; 32], start));
        assert_eq!(desk.approve_at(start), 1);
        assert!(!desk.take([2; 32], start), "another call");
        assert!(desk.take([1; 32], start));
        assert!(!desk.take([1; 32], start), "once");
        assert_eq!(desk.approve_at(start), 2);
        assert!(!desk.take([1; 32], start + APPROVED), "too late");
        // A call without a review is forgotten.
        assert_eq!(desk.approve_at(start + APPROVED + WAITING), 0);
    }

    #[test]
    fn is_bounded() {
        let (desk, start) = (Desk::default(), Instant::now());
        for number in 0..2 * CAPACITY {
            let mut call = [0; 32];
            call[..8].copy_from_slice(&number.to_le_bytes());
            assert!(!desk.take(call, start));
        }
        assert_eq!(desk.approve_at(start), CAPACITY);
    }
}
