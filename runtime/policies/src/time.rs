//! Points in time.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A point in time, in milliseconds since the UNIX epoch. The caller of the engine supplies it.
///
/// The engine counts in full seconds: what it stores is rounded up, and the present is rounded down. So no period ends early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(u64);

impl Timestamp {
    /// Creates a point in time.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Returns the number of milliseconds since the epoch.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// Returns the last full second.
    pub(crate) fn floor(self) -> u32 {
        u32::try_from(self.0 / 1000).unwrap_or(u32::MAX)
    }

    /// Returns the next full second.
    pub(crate) fn ceil(self) -> u32 {
        u32::try_from(self.0.div_ceil(1000)).unwrap_or(u32::MAX)
    }
}

impl From<SystemTime> for Timestamp {
    /// A time before the epoch is the epoch.
    fn from(time: SystemTime) -> Self {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        Self(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }
}

/// Returns a number of minutes in seconds.
pub(crate) const fn minutes(minutes: u32) -> u32 {
    minutes.saturating_mul(60)
}
