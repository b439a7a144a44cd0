//! Calendar days, for the expiry dates of the baseline.

use std::{env, fmt};

use jiff::{Timestamp, ToSpan as _, civil::Date, tz::TimeZone};
use mcp_scopes_scan::{Error, ErrorKind};

/// A day, as in `2027-02-19`.
///
/// ```
/// use mcp_scopes_lint::day::Day;
/// let day = Day::parse("2026-11-21")?;
/// assert_eq!(day.after(90).to_string(), "2027-02-19");
/// assert!(Day::parse("21.11.2026").is_err());
/// # Ok::<(), mcp_scopes_scan::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

impl Day {
    /// Parses a day in the ISO 8601 form `YYYY-MM-DD`.
    ///
    /// # Errors
    /// Returns an error if the text has another form, or if the day does not exist.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let wrong = || Error::new(ErrorKind::Usage, format!("invalid date `{text}`")).help("write it as `2027-02-19`");
        // The library also accepts a time after the day, which is not valid here.
        let date: Date = if text.len() == 10 { text.parse().map_err(|_| wrong())? } else { return Err(wrong()) };
        Ok(Self(date))
    }

    /// Returns the current day in UTC. No variable of the environment changes it, since it decides what has expired.
    #[must_use]
    pub fn today() -> Self {
        Self(Timestamp::now().to_zoned(TimeZone::UTC).date())
    }

    /// Returns the day of `SOURCE_DATE_EPOCH` in UTC, for reproducible files; `None` if it is not set.
    ///
    /// # Errors
    /// Returns an error if `SOURCE_DATE_EPOCH` is not a number of seconds.
    pub fn of_source() -> Result<Option<Self>, Error> {
        let Some(text) = env::var_os("SOURCE_DATE_EPOCH") else { return Ok(None) };
        let text = text.to_string_lossy();
        let time = text.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
        let time = time.ok_or_else(|| {
            let message = format!("`SOURCE_DATE_EPOCH` is `{text}`, which is not a number of seconds");
            Error::new(ErrorKind::Usage, message).help("set it to seconds since 1970, or unset it")
        })?;
        Ok(Some(Self(time.to_zoned(TimeZone::UTC).date())))
    }

    /// Returns the day that many days later.
    #[must_use]
    pub fn after(self, days: u32) -> Self {
        Self(self.0.saturating_add(i64::from(days).days()))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
