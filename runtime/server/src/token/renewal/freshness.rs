//! How long a response may be cached (RFC 9111 §4.2).

use core::time::Duration;

use http::{HeaderMap, header};

/// The lifetime if the issuer states none.
const USUAL: Duration = Duration::from_secs(15 * 60);

/// Returns what `Cache-Control` allows, minus the age of the response. `Expires` is not read, because it requires that the
/// clocks of both sides agree.
pub(super) fn lifetime(headers: &HeaderMap) -> Duration {
    let mut stated = None;
    let values = headers.get_all(header::CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    for directive in values.flat_map(|value| value.split(',')) {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        let name = name.trim().to_ascii_lowercase();
        if name == "no-store" || name == "no-cache" {
            return Duration::ZERO;
        }
        if name == "max-age" {
            // Of two different values the shorter one applies; a value that is not a number is zero (RFC 9111 §4.2.1).
            let seconds = value.trim().trim_matches('"').parse().unwrap_or(0);
            stated = Some(stated.map_or(seconds, |earlier: u64| earlier.min(seconds)));
        }
    }
    let age = headers.get(header::AGE).and_then(|age| age.to_str().ok()?.trim().parse().ok()).unwrap_or(0);
    stated.map_or(USUAL, |seconds| Duration::from_secs(seconds.saturating_sub(age)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(headers: &[(&'static str, &'static str)]) -> u64 {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        lifetime(&map).as_secs()
    }

    #[test]
    fn returns_the_lifetime_that_cache_control_states() {
        for (value, seconds) in [
            ("max-age=60", 60),
            ("public, MAX-AGE=\"60\", must-revalidate", 60),
            ("max-age=60, max-age=30", 30),
            ("no-store, max-age=60", 0),
            ("max-age=60, no-cache", 0),
            ("max-age=soon", 0),
            ("max-age=-1", 0),
            ("public", 15 * 60),
            ("s-maxage=60", 15 * 60),
        ] {
            assert_eq!(of(&[("cache-control", value)]), seconds, "{value}");
        }
        assert_eq!(of(&[]), 15 * 60);
        assert_eq!(of(&[("cache-control", "max-age=60"), ("cache-control", "no-store")]), 0);
    }

    #[test]
    fn subtracts_the_age_header() {
        assert_eq!(of(&[("cache-control", "max-age=60"), ("age", "40")]), 20);
        assert_eq!(of(&[("cache-control", "max-age=60"), ("age", "400")]), 0);
        assert_eq!(of(&[("cache-control", "max-age=60"), ("age", "long")]), 60);
    }
}
