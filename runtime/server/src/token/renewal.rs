//! What an issuer publishes: fetched, renewed before it expires, kept during an outage.
//!
//! | module | holds |
//! |---|---|
//! | `freshness` | how long a response may be cached (RFC 9111) |
//! | `shelf` | the cached value, and what to do with it at a given time |

mod freshness;
mod shelf;

use core::{future::Future, pin::Pin, time::Duration};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use futures_util::future::{FutureExt as _, Shared};
use http::HeaderMap;
use tokio::runtime::Handle;

use self::shelf::{Shelf, Step};
use super::FetchError;
use crate::reason::reason;

/// A value that an issuer publishes.
pub(super) trait Published: Send + Sync + 'static {
    /// Returns whether the value contains the key with this id. If not, it is renewed.
    fn has_key(&self, id: &str) -> bool;

    /// Records the result of a renewal.
    fn trace(fault: Option<&FetchError>);
}

/// Fetches a value from its issuer.
pub(super) trait Fetch<T>: Send + Sync + 'static {
    /// Returns the value, and how long it may be cached.
    fn fetch(&self, limits: Limits) -> FetchFuture<'_, T>;
}

pub(super) type FetchFuture<'a, T> = Pin<Box<dyn Future<Output = Result<(Arc<T>, Duration), Failure>> + Send + 'a>>;

/// Why a value could not be fetched.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub(super) error: FetchError,
    /// For the operator: which address answered what.
    pub(super) message: String,
    /// The issuer that an answer states, if it differs from the configured one only in a detail.
    pub(super) near: Option<String>,
}

/// The configured limits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// The minimum and maximum lifetime of a value.
    pub(super) lifetime: (Duration, Duration),
    /// How long an expired value is kept during an outage.
    pub(super) stale: Duration,
    /// The minimum time between two attempts.
    pub(super) pause: Duration,
    /// The timeout of a request.
    pub(super) wait: Duration,
}

impl Limits {
    /// Returns how long a response with these headers may be cached.
    pub(super) fn lifetime_of(&self, headers: &HeaderMap) -> Duration {
        let (least, most) = self.lifetime;
        freshness::lifetime(headers).clamp(least, most)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            lifetime: (Duration::from_secs(60), Duration::from_secs(24 * 3600)),
            stale: Duration::from_secs(3600),
            pause: Duration::from_secs(10),
            wait: Duration::from_secs(5),
        }
    }
}

/// How much longer than one request a token waits for a renewal, so that the failure of a single request is known when it ends.
const GRACE: Duration = Duration::from_millis(250);

/// A renewal in progress.
type Flight = Shared<Pin<Box<dyn Future<Output = ()> + Send>>>;

/// What `build` does with a value that is renewed on use.
pub(super) trait Prepare {
    /// Fetches the value now.
    ///
    /// # Errors
    /// Says which address answered what.
    fn fetch_first(&self) -> Pin<Box<dyn Future<Output = Result<(), Failure>> + Send + '_>>;

    /// Fetches the value in the background, until an attempt succeeds or all clones are dropped.
    fn keep_fetching(&self);

    /// Returns why the last attempt failed; `None` if it did not fail.
    fn problem(&self) -> Option<&'static str>;
}

/// A value that is renewed on use. Requires a tokio runtime. Clones share all state. The value is fetched on first use, or
/// before.
pub(super) struct Renewer<T> {
    fetch: Arc<dyn Fetch<T>>,
    pub(super) limits: Limits,
    state: Arc<Mutex<State<T>>>,
}

struct State<T> {
    shelf: Shelf<T>,
    /// Why the last attempt failed, in detail.
    failure: Option<Failure>,
    flight: Option<Flight>,
}

impl<T: Published> Renewer<T> {
    pub(super) fn new(fetch: impl Fetch<T>) -> Self {
        let state = State { shelf: Shelf::default(), failure: None, flight: None };
        Self { fetch: Arc::new(fetch), limits: Limits::default(), state: Arc::new(Mutex::new(state)) }
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the value for a token that names the key `id`; `None` if none is available.
    pub(super) async fn get(&self, id: Option<&str>) -> Option<Arc<T>> {
        let flight = {
            let mut state = self.state();
            let now = Instant::now();
            let may_wait = state.flight.is_some() || state.shelf.may_try(self.limits.pause, now);
            match state.shelf.step(id, now, may_wait) {
                Step::Use(value) => return Some(value),
                Step::Renew(value) => {
                    self.launch(&mut state, now);
                    return Some(value);
                }
                Step::Wait => self.launch(&mut state, now)?,
                Step::Refuse => return None,
            }
        };
        // A renewal is several requests in turn: metadata at up to three addresses, and keys.
        let is_over = tokio::time::timeout(self.limits.wait.saturating_add(GRACE), flight.clone()).await.is_ok();
        let mut state = self.state();
        if !is_over {
            return state.shelf.meanwhile(id, Instant::now());
        }
        // The runtime of the task has shut down before the task finished.
        if state.flight.as_ref().is_some_and(|current| current.ptr_eq(&flight)) {
            state.flight = None;
            state.shelf.note_failure(reason!("the attempt was cancelled"));
        }
        state.shelf.after(id, Instant::now())
    }

    /// Renews the value, unless that was tried a short time ago: for a token that names no key, and that no current key fits. Returns
    /// the value if it was renewed.
    pub(super) async fn renewed(&self) -> Option<Arc<T>> {
        let flight = {
            let mut state = self.state();
            let now = Instant::now();
            if state.flight.is_none() && !state.shelf.may_try(self.limits.pause, now) {
                return None;
            }
            self.launch(&mut state, now)?
        };
        tokio::time::timeout(self.limits.wait.saturating_add(GRACE), flight).await.ok()?;
        let state = self.state();
        if state.shelf.problem().is_some() { None } else { state.shelf.after(None, Instant::now()) }
    }

    /// Returns the current value without waiting, and renews it if that is due.
    pub(super) fn current(&self) -> Option<Arc<T>> {
        let mut state = self.state();
        let now = Instant::now();
        let may_try = state.shelf.may_try(self.limits.pause, now);
        match state.shelf.step(None, now, may_try) {
            Step::Use(value) => Some(value),
            Step::Renew(value) => {
                self.launch(&mut state, now);
                Some(value)
            }
            Step::Wait | Step::Refuse => None,
        }
    }

    /// Returns the renewal in progress, or starts one. It is a separate task, so that a request that is dropped does not
    /// cancel it for others. `None` outside of a tokio runtime.
    fn launch(&self, state: &mut State<T>, now: Instant) -> Option<Flight> {
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
        let fetched = self.fetch.fetch(self.limits).await;
        T::trace(fetched.as_ref().err().map(|failure| &failure.error));
        let mut state = self.state();
        state.flight = None;
        match fetched {
            Ok((value, lifetime)) => {
                state.failure = None;
                state.shelf.put(value, lifetime, self.limits.stale, Instant::now());
            }
            Err(failure) => {
                state.shelf.note_failure(failure.error.reason);
                state.failure = Some(failure);
            }
        }
    }

    async fn fetch_now(&self) -> Result<(), Failure> {
        let other =
            |reason: &'static str| Failure { error: FetchError::new(reason), message: reason.to_owned(), near: None };
        let flight = {
            let mut state = self.state();
            self.launch(&mut state, Instant::now())
        };
        let Some(flight) = flight else {
            return Err(other(reason!("issuers are asked in a tokio runtime, and none is running")));
        };
        flight.await;
        let state = self.state();
        match (&state.failure, state.shelf.problem()) {
            (Some(failure), _) => Err(failure.clone()),
            (None, Some(reason)) => Err(other(reason)),
            (None, None) => Ok(()),
        }
    }
}

impl<T: Published> Prepare for Renewer<T> {
    fn fetch_first(&self) -> Pin<Box<dyn Future<Output = Result<(), Failure>> + Send + '_>> {
        Box::pin(self.fetch_now())
    }

    fn keep_fetching(&self) {
        let Ok(runtime) = Handle::try_current() else { return };
        let (fetch, limits, weak) = (Arc::clone(&self.fetch), self.limits, Arc::downgrade(&self.state));
        runtime.spawn(async move {
            while let Some(state) = weak.upgrade() {
                let renewer = Self { fetch: Arc::clone(&fetch), limits, state };
                if renewer.fetch_now().await.is_ok() {
                    return;
                }
                drop(renewer);
                tokio::time::sleep(limits.pause.max(Duration::from_millis(100))).await;
            }
        });
    }

    fn problem(&self) -> Option<&'static str> {
        self.state().shelf.problem()
    }
}

impl<T> Clone for Renewer<T> {
    fn clone(&self) -> Self {
        Self { fetch: Arc::clone(&self.fetch), limits: self.limits, state: Arc::clone(&self.state) }
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;
    use std::sync::Arc;

    use super::{super::KeySet, Failure, Fetch, FetchError, FetchFuture, GRACE, Limits, Renewer};

    /// An issuer whose addresses do not answer: two in full, and one in half of the time.
    struct Hanging;

    impl Fetch<KeySet> for Hanging {
        fn fetch(&self, limits: Limits) -> FetchFuture<'_, KeySet> {
            Box::pin(async move {
                tokio::time::sleep(limits.wait * 5 / 2).await;
                let error = FetchError::new("the issuer takes too long");
                Err(Failure { error, message: String::new(), near: None })
            })
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_waits_for_the_timeout_and_not_for_each_address() {
        let keys: Renewer<KeySet> = Renewer::new(Hanging);
        for _ in 0..2 {
            let start = tokio::time::Instant::now();
            assert!(keys.get(Some("a")).await.is_none());
            assert_eq!(start.elapsed(), keys.limits.wait + GRACE);
        }
        let start = tokio::time::Instant::now();
        assert!(keys.get(None).await.is_none() && start.elapsed() <= keys.limits.wait);
        assert!(keys.state().flight.is_none(), "the renewal itself is not cancelled");
    }

    #[tokio::test(start_paused = true)]
    async fn keys_that_are_no_longer_usable_are_not_used_while_the_issuer_is_silent() {
        let (keys, now) = (Renewer::<KeySet>::new(Hanging), std::time::Instant::now());
        let held = Arc::new(KeySet::danger_shared_secret(&[7; 32]).unwrap());
        // Fresh for no time, and not kept.
        keys.state().shelf.put(Arc::clone(&held), Duration::ZERO, Duration::ZERO, now);
        assert!(keys.get(None).await.is_none());
        // Kept for an hour: it is used while the issuer is silent.
        keys.state().shelf.put(held, Duration::ZERO, Duration::from_secs(3600), now);
        assert!(keys.get(None).await.is_some());
    }

    #[test]
    fn limits_requests_by_default() {
        let limits = Limits::default();
        assert_eq!(limits.lifetime, (Duration::from_secs(60), Duration::from_secs(24 * 3600)));
        assert_eq!((limits.stale, limits.pause), (Duration::from_secs(3600), Duration::from_secs(10)));
        assert_eq!(limits.wait, Duration::from_secs(5));
    }
}
