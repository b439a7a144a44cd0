//! Keys that an issuer publishes: fetched, renewed before they expire, kept through an outage.
//!
//! | module | holds |
//! |---|---|
//! | `freshness` | for how long an answer counts (RFC 9111) |
//! | `shelf` | the keys at hand, and what to do with them at a moment |

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
    KeySet, KeySource, LookUp, TokenError,
    endpoint::{self, Endpoint, EndpointError, Fault},
    keys,
};
use crate::{reason::reason, trace};

const OUT_OF_REACH: TokenError = TokenError::unavailable(reason!("the keys of its issuer are not available"));

/// A renewal under way.
type Flight = Shared<Pin<Box<dyn Future<Output = ()> + Send>>>;

/// The keys at the `jwks_uri` of an issuer. Needs a tokio runtime. Clones share everything.
///
/// They are fetched when the first token comes, and renewed in the background after three quarters of the time for which
/// they count: what the issuer's `Cache-Control` says, within [limits](Self::lifetime). A token that names an unknown key
/// lets them be renewed at once; but all in all they are asked for once in a [while](Self::pause), however many such tokens
/// come. Through an outage the old keys are kept for a [time](Self::keep_stale); after that every token is answered with
/// 503.
///
/// The address is https, or http on this machine. Redirects are not followed. An answer has at most 512 KiB and 100 keys.
///
/// ```
/// use mcp_scopes_server::token::{JwtVerifier, RemoteKeys, TokenCache};
/// let keys = RemoteKeys::new("https://auth.example.com/jwks.json")?;
/// let verifier = JwtVerifier::new("https://auth.example.com", "https://files.example.com/mcp", keys);
/// let verifier = TokenCache::new(verifier);
/// # Ok::<(), mcp_scopes_server::token::EndpointError>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct RemoteKeys {
    endpoint: Endpoint,
    limits: Limits,
    state: Arc<Mutex<State>>,
}

/// What is set.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// How long keys count at least, and at most.
    lifetime: (Duration, Duration),
    stale: Duration,
    pause: Duration,
    wait: Duration,
}

#[derive(Default)]
struct State {
    shelf: Shelf,
    flight: Option<Flight>,
}

impl RemoteKeys {
    /// The keys at that address. Nothing is fetched yet.
    ///
    /// # Errors
    /// The address is not https (outside of this machine), or holds a user or a fragment.
    pub fn new(url: &str) -> Result<Self, EndpointError> {
        let limits = Limits {
            lifetime: (Duration::from_mins(1), Duration::from_hours(24)),
            stale: Duration::from_hours(1),
            pause: Duration::from_secs(10),
            wait: Duration::from_secs(5),
        };
        Ok(Self { endpoint: Endpoint::new(url)?, limits, state: Arc::default() })
    }

    /// For how long keys count, whatever the issuer says: as it comes, a minute at least and a day at most.
    pub fn lifetime(mut self, least: Duration, most: Duration) -> Self {
        self.limits.lifetime = (least, most.max(least));
        self
    }

    /// For how long keys are kept beyond that while the issuer is out of reach: as it comes, an hour. So long may a key
    /// that the issuer has taken back still count.
    pub fn keep_stale(mut self, time: Duration) -> Self {
        self.limits.stale = time;
        self
    }

    /// How much time lies between two attempts to fetch: as it comes, ten seconds.
    pub fn pause(mut self, pause: Duration) -> Self {
        self.limits.pause = pause;
        self
    }

    /// How long an attempt may take: as it comes, five seconds.
    pub fn timeout(mut self, wait: Duration) -> Self {
        self.limits.wait = wait;
        self
    }

    /// Why the last attempt has failed, for who watches over the server; `None` if it has not.
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
        // Its runtime has ended before it has.
        if state.flight.as_ref().is_some_and(|current| current.ptr_eq(&flight)) {
            state.flight = None;
            state.shelf.note_failure(reason!("the attempt was cancelled"));
        }
        state.shelf.after(id, Instant::now()).ok_or(OUT_OF_REACH)
    }

    /// The renewal under way, or a new one. It is a task of its own: whoever goes away takes nobody along. `None` outside
    /// of a tokio runtime.
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
        trace::keys(fetched.as_ref().err().copied());
        let mut state = self.state();
        state.flight = None;
        match fetched {
            Ok((keys, lifetime)) => state.shelf.put(keys, lifetime, self.limits.stale, Instant::now()),
            Err(fault) => state.shelf.note_failure(fault),
        }
    }

    async fn fetch(&self) -> Result<(Arc<KeySet>, Duration), Fault> {
        let answer = endpoint::send(self.endpoint.get(), self.limits.wait, keys::MAX_BYTES).await?;
        let keys = KeySet::from_json(&answer.text)
            .map_err(|_| reason!("the response of the issuer is not a usable key set"))?;
        let (least, most) = self.limits.lifetime;
        Ok((Arc::new(keys), freshness::lifetime(&answer.headers).clamp(least, most)))
    }
}

impl KeySource for RemoteKeys {
    fn keys<'a>(&'a self, id: Option<&'a str>) -> LookUp<'a> {
        Box::pin(self.look_up(id))
    }

    /// Where every token is remembered, nobody asks for [`keys`](KeySource::keys): so this renews them, too.
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
    fn as_it_comes_all_is_bounded() {
        let limits = RemoteKeys::new("https://auth.example.com/jwks.json").unwrap().limits;
        assert_eq!(limits.lifetime, (Duration::from_mins(1), Duration::from_hours(24)));
        assert_eq!((limits.stale, limits.pause), (Duration::from_hours(1), Duration::from_secs(10)));
        assert_eq!(limits.wait, Duration::from_secs(5));
    }
}
