//! Keys that an issuer publishes at an address. The sibling module `renewal` says when they are fetched.

use core::{fmt, time::Duration};
use std::sync::Arc;

use super::{
    FetchError, KeySet, KeySource, TokenError,
    discovery::{DiscoveredKeys, Discovery},
    endpoint::{self, Endpoint, EndpointError},
    keys,
    renewal::{Failure, Fetch, FetchFuture, Limits, Prepare, Published, Renewer},
};
use crate::{reason::reason, trace};

const OUT_OF_REACH: TokenError = TokenError::unavailable(reason!("the keys of its issuer are not available"));

/// The keys that an issuer publishes, as [`Issuer::jwks`](super::Issuer::jwks) documents. Requires a tokio runtime. Clones
/// share all state. The keys are fetched when the first token arrives, or before.
#[derive(Clone)]
#[must_use]
pub struct RemoteKeys {
    renewer: Renewer<KeySet>,
}

impl RemoteKeys {
    /// Creates a key source for this address. Nothing is fetched yet.
    ///
    /// # Errors
    /// The address is not https and not on a loopback host, or it contains a user or a fragment.
    pub fn new(url: &str) -> Result<Self, EndpointError> {
        Ok(Self { renewer: Renewer::new(Endpoint::new(url)?) })
    }

    /// Creates a key source for the keys that metadata points to.
    pub(super) fn discovered(metadata: Discovery) -> Self {
        Self { renewer: Renewer::new(DiscoveredKeys::new(metadata)) }
    }

    /// Sets all limits.
    pub(super) fn limits(mut self, limits: Limits) -> Self {
        self.renewer.limits = limits;
        self
    }

    /// Sets the minimum and maximum lifetime of keys, whatever the issuer says. Default: one minute and one day.
    pub fn lifetime(mut self, least: Duration, most: Duration) -> Self {
        self.renewer.limits.lifetime = (least, most.max(least));
        self
    }

    /// Sets how long expired keys are kept while the issuer is unreachable. Default: one hour. A key that the issuer has
    /// withdrawn may still be accepted for that long.
    pub fn max_stale(mut self, time: Duration) -> Self {
        self.renewer.limits.stale = time;
        self
    }

    /// Sets the minimum time between two attempts to fetch. Default: ten seconds.
    pub fn pause(mut self, pause: Duration) -> Self {
        self.renewer.limits.pause = pause;
        self
    }

    /// Sets the timeout of a request. Default: five seconds.
    pub fn timeout(mut self, wait: Duration) -> Self {
        self.renewer.limits.wait = wait;
        self
    }

    /// Returns why the last attempt failed, for monitoring; `None` if it did not fail.
    #[must_use]
    pub fn problem(&self) -> Option<&'static str> {
        self.renewer.problem()
    }

    pub(super) fn renewal(&self) -> &dyn Prepare {
        &self.renewer
    }
}

impl Published for KeySet {
    fn has_key(&self, id: &str) -> bool {
        self.has(Some(id))
    }

    fn trace(fault: Option<&FetchError>) {
        trace::keys(fault);
    }
}

/// The keys at this address.
impl Fetch<KeySet> for Endpoint {
    fn fetch(&self, limits: Limits) -> FetchFuture<'_, KeySet> {
        Box::pin(async move {
            self.keys(limits).await.map_err(|error| {
                let message = format!("the keys cannot be fetched: `{}` {error}", self.shown());
                Failure { error, message, near: None }
            })
        })
    }
}

impl Endpoint {
    async fn keys(&self, limits: Limits) -> Result<(Arc<KeySet>, Duration), FetchError> {
        let answer = endpoint::send(self.get(), limits.wait, keys::MAX_BYTES).await?;
        let keys = KeySet::from_json(&answer.text).map_err(|error| {
            FetchError::new(reason!("the response of the issuer is not a usable key set")).caused_by(error)
        })?;
        Ok((Arc::new(keys), limits.lifetime_of(&answer.headers)))
    }
}

impl KeySource for RemoteKeys {
    async fn keys(&self, id: Option<&str>) -> Result<Arc<KeySet>, TokenError> {
        self.renewer.get(id).await.ok_or(OUT_OF_REACH)
    }

    async fn renewed(&self) -> Option<Arc<KeySet>> {
        self.renewer.renewed().await
    }

    /// If every token is cached, [`keys`](KeySource::keys) is never called, so this renews the keys as well.
    fn current(&self) -> Option<Arc<KeySet>> {
        self.renewer.current()
    }
}

/// Neither the address nor a key is shown.
impl fmt::Debug for RemoteKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteKeys").field("limits", &self.renewer.limits).finish_non_exhaustive()
    }
}
