//! The rate limit of sandbox calls per caller, so that training runs do not starve production.

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

/// Above this number of callers, those that have not called recently are removed: their limit is full again anyway. If few can
/// be removed, the next clean-up runs at twice the number. A scan of all callers for each call would allow a denial of service.
const MANY: usize = 10_000;

/// Counts the calls of each caller.
pub(super) struct RateLimiter {
    limiter: governor::RateLimiter<Hash, HashMapStateStore<Hash>, DefaultClock, NoOpMiddleware>,
    clock: DefaultClock,
    /// The number of callers that triggers the next clean-up.
    crowd: AtomicUsize,
}

impl RateLimiter {
    /// Creates a limiter for `per_minute` calls a minute, with a burst of the same size.
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
    /// The call exceeds the limit. The error is the time until the next call is allowed.
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
    fn forgets_idle_callers() {
        // The limit is restored after fifteen nanoseconds.
        let limiter = RateLimiter::new(NonZeroU32::MAX);
        for number in 0..3 * MANY {
            let claims = Claims::builder("https://auth.example.com").subject(number.to_string()).build();
            assert!(limiter.count(Owner::Holder(&claims, Some(Token::new("t")))).is_ok());
        }
        assert!(limiter.limiter.len() <= MANY + 1, "{}", limiter.limiter.len());
    }
}
