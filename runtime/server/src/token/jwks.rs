//! Keys that an issuer publishes: fetched, renewed before they expire, kept during an outage.
//!
//! | module | holds |
//! |---|---|
//! | `freshness` | how long a response may be cached (RFC 9111) |
//! | `shelf` | the cached keys, and what to do with them at a given time |

mod freshness;
mod shelf;

use core::{fmt, future::Future, pin::Pin, time::Duration};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use futures_util::future::{FutureExt as _, Shared};
use tokio::runtime::Handle;

use self::shelf::{Shelf, Step};
use super::{
    KeySet, KeySource, TokenError,
    endpoint::{self, Endpoint, EndpointError, FetchError},
    keys,
};
use crate::{reason::reason, trace};

const OUT_OF_REACH: TokenError = TokenError::unavailable(reason!("the keys of its issuer are not available"));

/// A renewal in progress.
type Flight = Shared<Pin<Box<dyn Future<Output = ()> + Send>>>;

/// The keys at an issuer's `jwks_uri`, as [`Issuer::jwks`](super::Issuer::jwks) documents. Requires a tokio runtime. Clones
/// share all state. The keys are fetched when the first token arrives, or before.
#[derive(Clone)]
#[must_use]
pub struct RemoteKeys {
    endpoint: Endpoint,
    limits: Limits,
    state: Arc<Mutex<State>>,
}

/// The configured limits.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// The minimum and maximum lifetime of keys.
    lifetime: (Duration, Duration),
    stale: Duration,
    pause: Duration,
    wait: Duration,
}

#[derive(Default)]
struct State {
    shelf: Shelf,
    /// Why the last attempt failed, in detail.
    fault: Option<FetchError>,
    flight: Option<Flight>,
}

impl RemoteKeys {
    /// Creates a key source for this address. Nothing is fetched yet.
    ///
    /// # Errors
    /// The address is not https and not on a loopback host, or it contains a user or a fragment.
    pub fn new(url: &str) -> Result<Self, EndpointError> {
        let limits = Limits {
            lifetime: (Duration::from_secs(60), Duration::from_secs(24 * 3600)),
            stale: Duration::from_secs(3600),
            pause: Duration::from_secs(10),
            wait: Duration::from_secs(5),
        };
        Ok(Self { endpoint: Endpoint::new(url)?, limits, state: Arc::default() })
    }

    /// Sets the minimum and maximum lifetime of keys, whatever the issuer says. Default: one minute and one day.
    pub fn lifetime(mut self, least: Duration, most: Duration) -> Self {
        self.limits.lifetime = (least, most.max(least));
        self
    }

    /// Sets how long expired keys are kept while the issuer is unreachable. Default: one hour. A key that the issuer has
    /// withdrawn may still be accepted for that long.
    pub fn max_stale(mut self, time: Duration) -> Self {
        self.limits.stale = time;
        self
    }

    /// Sets the minimum time between two attempts to fetch. Default: ten seconds.
    pub fn pause(mut self, pause: Duration) -> Self {
        self.limits.pause = pause;
        self
    }

    /// Sets the timeout of one attempt. Default: five seconds.
    pub fn timeout(mut self, wait: Duration) -> Self {
        self.limits.wait = wait;
        self
    }

    /// Returns why the last attempt failed, for monitoring; `None` if it did not fail.
    #[must_use]
    pub fn problem(&self) -> Option<&'static str> {
        self.state().shelf.problem()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn look_up(&self, id: Option<&str>) -> Result<Arc<KeySet>, TokenError> {
        let flight = {
            let mut state = self.state();
            let now = Instant::now();
            let may_wait = state.flight.is_some() || state.shelf.may_try(self.limits.pause, now);
            match state.shelf.step(id, now, may_wait) {
                Step::Use(keys) => return Ok(keys),
                Step::Renew(keys) => {
                    self.launch(&mut state, now);
                    return Ok(keys);
                }
                Step::Wait => self.launch(&mut state, now).ok_or(OUT_OF_REACH)?,
                Step::Refuse => return Err(OUT_OF_REACH),
            }
        };
        flight.clone().await;
        let mut state = self.state();
        // The runtime of the task has shut down before the task finished.
        if state.flight.as_ref().is_some_and(|current| current.ptr_eq(&flight)) {
            state.flight = None;
            state.shelf.note_failure(reason!("the attempt was cancelled"));
        }
        state.shelf.after(id, Instant::now()).ok_or(OUT_OF_REACH)
    }

    /// Returns the renewal in progress, or starts one. It is a separate task, so that a request that is dropped does not
    /// cancel it for others. `None` outside of a tokio runtime.
    fn launch(&self, state: &mut State, now: Instant) -> Option<Flight> {
        if state.flight.is_none() {
            let runtime = Handle::try_current().ok()?;
            state.shelf.note_attempt(now);
            let this = self.clone();
            let task = runtime.spawn(async move { this.renew().await });
            let task: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(task.map(drop));
            state.flight = Some(task.shared());
        }
        state.flight.clone()
    }

    async fn renew(&self) {
        let fetched = self.fetch().await;
        trace::keys(fetched.as_ref().err());
        let mut state = self.state();
        state.flight = None;
        match fetched {
            Ok((keys, lifetime)) => {
                state.fault = None;
                state.shelf.put(keys, lifetime, self.limits.stale, Instant::now());
            }
            Err(fault) => {
                state.shelf.note_failure(fault.reason);
                state.fault = Some(fault);
            }
        }
    }

    /// Fetches the keys now.
    ///
    /// # Errors
    /// Says which address answered what.
    pub(super) async fn fetch_first(&self) -> Result<(), String> {
        let flight = {
            let mut state = self.state();
            self.launch(&mut state, Instant::now())
        };
        let flight = flight.ok_or("the keys are fetched in a tokio runtime, and none is running")?;
        flight.await;
        let state = self.state();
        match (&state.fault, state.shelf.problem()) {
            (Some(fault), _) => Err(format!("`{}` {fault}", self.endpoint.shown())),
            (None, Some(reason)) => Err(format!("`{}`: {reason}", self.endpoint.shown())),
            (None, None) => Ok(()),
        }
    }

    /// Fetches the keys in the background, until an attempt succeeds or all clones are dropped.
    pub(super) fn keep_fetching(&self) {
        let Ok(runtime) = Handle::try_current() else { return };
        let (endpoint, limits, weak) = (self.endpoint.clone(), self.limits, Arc::downgrade(&self.state));
        runtime.spawn(async move {
            while let Some(state) = weak.upgrade() {
                let keys = Self { endpoint: endpoint.clone(), limits, state };
                if keys.fetch_first().await.is_ok() {
                    return;
                }
                drop(keys);
                tokio::time::sleep(limits.pause.max(Duration::from_millis(100))).await;
            }
        });
    }

    async fn fetch(&self) -> Result<(Arc<KeySet>, Duration), FetchError> {
        let answer = endpoint::send(self.endpoint.get(), self.limits.wait, keys::MAX_BYTES).await?;
        let keys = KeySet::from_json(&answer.text).map_err(|error| {
            FetchError::new(reason!("the response of the issuer is not a usable key set")).caused_by(error)
        })?;
        let (least, most) = self.limits.lifetime;
        Ok((Arc::new(keys), freshness::lifetime(&answer.headers).clamp(least, most)))
    }
}

impl KeySource for RemoteKeys {
    async fn keys(&self, id: Option<&str>) -> Result<Arc<KeySet>, TokenError> {
        self.look_up(id).await
    }

    /// If every token is cached, [`keys`](KeySource::keys) is never called, so this renews the keys as well.
    fn current(&self) -> Option<Arc<KeySet>> {
        let mut state = self.state();
        let now = Instant::now();
        let may_try = state.shelf.may_try(self.limits.pause, now);
        match state.shelf.step(None, now, may_try) {
            Step::Use(keys) => Some(keys),
            Step::Renew(keys) => {
                self.launch(&mut state, now);
                Some(keys)
            }
            Step::Wait | Step::Refuse => None,
        }
    }
}

/// Neither the address nor a key is shown.
impl fmt::Debug for RemoteKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteKeys").field("limits", &self.limits).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::RemoteKeys;

    #[test]
    fn limits_requests_by_default() {
        let limits = RemoteKeys::new("https://auth.example.com/jwks.json").unwrap().limits;
        assert_eq!(limits.lifetime, (Duration::from_secs(60), Duration::from_secs(24 * 3600)));
        assert_eq!((limits.stale, limits.pause), (Duration::from_secs(3600), Duration::from_secs(10)));
        assert_eq!(limits.wait, Duration::from_secs(5));
    }
}
