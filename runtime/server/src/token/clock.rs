//! The time that the start and the expiry of tokens are compared with.

use core::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};
use std::{
    sync::{Arc, OnceLock},
    time::{Instant, SystemTime},
};

/// A clock for token expiry. It follows forward steps of the clock that it reads, but never steps back: after a backward step
/// it continues with elapsed time. So an expired token never becomes valid again, and no token is valid for longer.
///
/// The cost: if the clock is ahead when the process starts and is corrected later, tokens expire too early until a restart.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use mcp_scopes_server::token::Clock;
/// // In a test: what will be refused tomorrow?
/// let tomorrow = Clock::new(|| SystemTime::now() + Duration::from_secs(24 * 3600));
/// assert!(tomorrow.now() > Clock::default().now());
/// ```
#[derive(Clone)]
pub struct Clock(Arc<Steady>);

struct Steady {
    read: Box<dyn Fn() -> SystemTime + Send + Sync>,
    /// The readings of both clocks at the start.
    since: (SystemTime, Instant),
    /// How many microseconds the wrapped clock has stepped forward since the start.
    ahead: AtomicU64,
}

/// The system clock: one for the process, so that all components use the same time.
fn system() -> &'static Clock {
    static SYSTEM: OnceLock<Clock> = OnceLock::new();
    SYSTEM.get_or_init(|| Clock::new(SystemTime::now))
}

/// Returns the time of the system clock.
pub(super) fn now() -> SystemTime {
    system().now()
}

impl Clock {
    /// Wraps a clock.
    pub fn new(read: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        let since = (read(), Instant::now());
        Self(Arc::new(Steady { read: Box::new(read), since, ahead: AtomicU64::new(0) }))
    }

    /// Returns the time.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        let Steady { read, since: (began, instant), ahead } = &*self.0;
        // In this order: a delay between the two readings makes the steady time later, and never the step larger.
        let read = read();
        let alone = began.checked_add(instant.elapsed()).unwrap_or(read);
        let stepped = Duration::from_micros(ahead.load(Ordering::Relaxed));
        let steady = alone.checked_add(stepped).unwrap_or(read);
        if let Ok(by) = read.duration_since(steady)
            && by > TICK
        {
            let step = stepped.saturating_add(by).as_micros();
            ahead.fetch_max(u64::try_from(step).unwrap_or(u64::MAX), Ordering::Relaxed);
        }
        read.max(steady)
    }
}

/// Less is not a step, but the delay between the readings of both clocks.
const TICK: Duration = Duration::from_millis(1);

/// The system clock.
impl Default for Clock {
    fn default() -> Self {
        system().clone()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock(..)")
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{Arc, Mutex},
        time::{Duration, SystemTime},
    };

    use super::Clock;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn follows_steps_forward_and_never_back() {
        let begin = SystemTime::now();
        let stated = Arc::new(Mutex::new(begin));
        let clock = Clock::new({
            let stated = Arc::clone(&stated);
            move || *stated.lock().unwrap()
        });
        let state = |time| *stated.lock().unwrap() = time;
        let is_about = |time: SystemTime| {
            let now = clock.now();
            assert!(now >= time && now < time + HOUR / 2, "{now:?} {time:?}");
        };
        is_about(begin);
        state(begin + HOUR);
        is_about(begin + HOUR);
        for back in [begin, begin - HOUR, SystemTime::UNIX_EPOCH, begin + HOUR / 2] {
            state(back);
            is_about(begin + HOUR);
        }
        state(begin + 2 * HOUR);
        is_about(begin + 2 * HOUR);
    }

    #[test]
    fn advances_while_the_source_is_stopped() {
        let fixed = SystemTime::now();
        let clock = Clock::new(move || fixed);
        let first = clock.now();
        std::thread::sleep(Duration::from_millis(5));
        assert!(clock.now() >= first + Duration::from_millis(5));
    }
}
