//! What time it is, when it is asked whether a token has begun or ended.

use core::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};
use std::{
    sync::{Arc, OnceLock},
    time::{Instant, SystemTime},
};

/// What time it is. It steps forward with the clock that it reads, and never back: from then on it goes by itself, so that a
/// token that has ended does not count again, and none counts longer.
///
/// The price: where the clock was ahead when the process began, and is put right, tokens end too early until it is begun anew.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use mcp_scopes_server::token::Clock;
/// // In a test: what will be refused tomorrow?
/// let tomorrow = Clock::new(|| SystemTime::now() + Duration::from_hours(24));
/// assert!(tomorrow.now() > Clock::default().now());
/// ```
#[derive(Clone)]
pub struct Clock(Arc<Steady>);

struct Steady {
    read: Box<dyn Fn() -> SystemTime + Send + Sync>,
    /// What both clocks said at the beginning.
    since: (SystemTime, Instant),
    /// By how many microseconds the one that is read has stepped forward since.
    ahead: AtomicU64,
}

/// That of the system: one for all, so that all know the same time.
fn system() -> &'static Clock {
    static SYSTEM: OnceLock<Clock> = OnceLock::new();
    SYSTEM.get_or_init(|| Clock::new(SystemTime::now))
}

/// The time by the system's clock.
pub(super) fn now() -> SystemTime {
    system().now()
}

impl Clock {
    /// A clock that reads that one.
    pub fn new(read: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        let since = (read(), Instant::now());
        Self(Arc::new(Steady { read: Box::new(read), since, ahead: AtomicU64::new(0) }))
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        let Steady { read, since: (began, instant), ahead } = &*self.0;
        // In this order: what comes in between makes the steady time later, never the step larger.
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

/// Less than that is no step, but what lies between reading one clock and the other.
const TICK: Duration = Duration::from_millis(1);

/// That of the system.
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

    const HOUR: Duration = Duration::from_hours(1);

    #[test]
    fn it_steps_forward_and_never_back() {
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
    fn it_goes_on_by_itself_while_the_other_one_stands() {
        let stands = SystemTime::now();
        let clock = Clock::new(move || stands);
        let first = clock.now();
        std::thread::sleep(Duration::from_millis(5));
        assert!(clock.now() >= first + Duration::from_millis(5));
    }
}
