//! How often a caller may call in the sandbox, so that training runs do not starve production.

use core::{
    num::NonZeroU32,
    sync::atomic::{AtomicUsize, Ordering},
};
use std::time::Duration;

use governor::{
    Quota,
    clock::{Clock as _, DefaultClock},
    middleware::NoOpMiddleware,
    state::keyed::HashMapStateStore,
};

use super::{session::Owner, token::Hash};

/// Above so many callers those who have not called for a while are forgotten: their limit is full again anyway. If most have
/// called, the next look is taken at twice as many: going through all of them for each call would be a way to stop a server.
const MANY: usize = 10_000;

/// Counts the calls of each caller.
pub(super) struct RateLimiter {
    limiter: governor::RateLimiter<Hash, HashMapStateStore<Hash>, DefaultClock, NoOpMiddleware>,
    clock: DefaultClock,
    /// How many callers there may be before those who have not called are looked for.
    crowd: AtomicUsize,
}

impl RateLimiter {
    /// So many calls a minute, and no more at once.
    pub(super) fn new(per_minute: NonZeroU32) -> Self {
        Self {
            limiter: governor::RateLimiter::hashmap(Quota::per_minute(per_minute)),
            clock: DefaultClock::default(),
            crowd: AtomicUsize::new(MANY),
        }
    }

    /// Counts one call.
    ///
    /// # Errors
    /// It is one too many; when the next one may come.
    pub(super) fn count(&self, owner: Owner<'_>) -> Result<(), Duration> {
        if self.limiter.len() > self.crowd.load(Ordering::Relaxed) {
            self.limiter.retain_recent();
            self.crowd.store((2 * self.limiter.len()).max(MANY), Ordering::Relaxed);
        }
        self.limiter.check_key(&owner.limit_key()).map_err(|later| later.wait_time_from(self.clock.now()))
    }
}

impl core::fmt::Debug for RateLimiter {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("RateLimiter(..)")
    }
}

#[cfg(test)]
mod tests {
    use core::num::NonZeroU32;

    use super::{MANY, RateLimiter};
    use crate::{Claims, session::Owner, token::Token};

    #[test]
    fn callers_who_have_not_called_for_a_while_are_forgotten() {
        // Full again after fifteen nanoseconds.
        let pace = RateLimiter::new(NonZeroU32::MAX);
        for number in 0..3 * MANY {
            let claims = Claims::new("https://auth.example.com").subject(number.to_string());
            assert!(pace.count(Owner::Holder(&claims, Some(Token::new("t")))).is_ok());
        }
        assert!(pace.limiter.len() <= MANY + 1, "{}", pace.limiter.len());
    }
}
