//! Reads the metadata once, and registers the client.

use core::sync::atomic::{AtomicBool, Ordering};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::{Mutex, MutexGuard};

use crate::{
    discovery::{MetadataError, ResourceMetadata, ResourceMetadataPlace, ServerMetadata},
    step_up::Refusal,
};

use super::{
    dpop,
    fetch::{Http, Response},
    identity::{ClientIdentity, Identified},
};

const OTHER_SERVER: Refusal =
    Refusal::Unusable("the metadata of the resource does not name the authorization server of this client");

/// How long the first failure is an answer to further requests, so that waiting operations do not repeat what has just failed. It doubles with each
/// further failure, up to the maximum: a server without metadata is not asked for each call.
const FAILURE_LASTS: Duration = Duration::from_secs(2);
const FAILURE_LASTS_AT_MOST: Duration = Duration::from_secs(300);
/// How many failures in a row another address in a challenge is tried after at once. A server can name a new one each time.
const MAX_OTHER_ADDRESSES: u32 = 4;
/// How long a registration counts at least: an authorization server that accepts none must not receive one for each call.
const REGISTRATION_LASTS: Duration = Duration::from_secs(300);

impl From<MetadataError> for Refusal {
    fn from(error: MetadataError) -> Self {
        Self::Unusable(error.reason())
    }
}

const NO_COMMON_ALGORITHM: Refusal = Refusal::Unusable(
    "tokens have to be bound to a key, and proofs of this client, which are signed with ES256, are not accepted",
);

/// What the metadata says.
pub(super) struct Metadata {
    pub(super) resource: ResourceMetadata,
    pub(super) server: ServerMetadata,
    /// Whether tokens are bound to a key of the client (RFC 9449).
    pub(super) is_bound: bool,
}

/// What requests for tokens need.
#[derive(Clone)]
pub(super) struct Found {
    pub(super) metadata: Arc<Metadata>,
    pub(super) client: Arc<Identified>,
}

/// Finds it, once.
pub(super) struct Discovery {
    /// The address of the MCP server.
    server: String,
    /// The authorization server to use, if the client has chosen one.
    issuer: Option<String>,
    /// Whether tokens are bound to a key, whatever the metadata says.
    is_bound: bool,
    identity: ClientIdentity,
    state: Mutex<State>,
    /// Whether what has failed is to be tried again at once.
    tries_again: AtomicBool,
}

#[derive(Default)]
struct State {
    metadata: Kept<Metadata>,
    /// The address of the metadata that a challenge has named, of the newest failure.
    stated: Option<String>,
    client: Kept<Identified>,
    /// When a registration that was lost was given up most recently.
    replaced: Option<Instant>,
    /// That registration, until there is another one.
    given_up: Option<Arc<Identified>>,
}

/// The result of a step that is not repeated for each operation.
struct Kept<T> {
    found: Option<Arc<T>>,
    /// The newest failure, its time, and the number of failures before it.
    failed: Option<(Refusal, Instant, u32)>,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self { found: None, failed: None }
    }
}

impl<T> Kept<T> {
    /// Returns what is known now: a result, or a failure that still counts.
    fn known(&self, now: Instant) -> Option<Result<Arc<T>, Refusal>> {
        if let Some(found) = &self.found {
            return Some(Ok(Arc::clone(found)));
        }
        let (refusal, since, before) = self.failed?;
        let lasts = FAILURE_LASTS.saturating_mul(1 << before.min(16)).min(FAILURE_LASTS_AT_MOST);
        (now.saturating_duration_since(since) < lasts).then_some(Err(refusal))
    }

    /// Returns the number of failures in a row.
    fn failures(&self) -> u32 {
        self.failed.map_or(0, |(_, _, before)| before.saturating_add(1))
    }

    fn keep(&mut self, result: Result<T, Refusal>, now: Instant) -> Result<Arc<T>, Refusal> {
        match result {
            Ok(found) => {
                self.failed = None;
                Ok(Arc::clone(self.found.insert(Arc::new(found))))
            }
            Err(refusal) => {
                self.failed = Some((refusal, now, self.failures()));
                Err(refusal)
            }
        }
    }
}

impl Discovery {
    pub(super) fn new(server: &str, identity: ClientIdentity) -> Self {
        Self {
            server: server.to_owned(),
            issuer: None,
            is_bound: false,
            identity,
            state: Mutex::default(),
            tries_again: AtomicBool::new(false),
        }
    }

    pub(super) fn server(&self) -> &str {
        &self.server
    }

    pub(super) fn prefer(&mut self, issuer: &str) {
        self.issuer = Some(issuer.to_owned());
    }

    pub(super) fn bind(&mut self) {
        self.is_bound = true;
    }

    /// Returns what the metadata says. `stated` is the address of the metadata that a challenge names.
    pub(super) async fn metadata(&self, http: &Http, stated: Option<&str>) -> Result<Arc<Metadata>, Refusal> {
        // Operations that need the same wait here.
        let state = &mut *self.state().await;
        self.kept_metadata(state, http, stated).await
    }

    /// Returns what requests for tokens need: the metadata, and the client, which registers for the first of them.
    pub(super) async fn found(&self, http: &Http, stated: Option<&str>, redirect_uri: &str) -> Result<Found, Refusal> {
        let state = &mut *self.state().await;
        let metadata = self.kept_metadata(state, http, stated).await?;
        let client = if let Some(known) = state.client.known(Instant::now()) {
            known?
        } else {
            let (server, is_lost) = (&metadata.server, state.replaced.is_some());
            let identified = self.identity.identify(http, server, redirect_uri, metadata.is_bound, is_lost).await;
            match (identified, state.given_up.take()) {
                // There is no other one, so the one that seemed lost is used again.
                (Err(_), Some(given_up)) => Arc::clone(state.client.found.insert(given_up)),
                (identified, _) => state.client.keep(identified, Instant::now())?,
            }
        };
        Ok(Found { metadata, client })
    }

    /// Forgets the registration of the client, if there can be another one and there was none a short time ago. The metadata has not changed.
    pub(super) async fn forget_client(&self) {
        let (state, now) = (&mut *self.state().await, Instant::now());
        let can_be_replaced = state.client.found.as_ref().is_some_and(|client| client.can_be_replaced);
        let is_recent = state.replaced.is_some_and(|since| now.saturating_duration_since(since) < REGISTRATION_LASTS);
        if can_be_replaced && !is_recent {
            state.given_up = state.client.found.take();
            (state.client, state.replaced) = (Kept::default(), Some(now));
        }
    }

    /// Lets the next request try again what has failed.
    pub(super) fn forget_failures(&self) {
        self.tries_again.store(true, Ordering::Relaxed);
    }

    async fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().await;
        if self.tries_again.swap(false, Ordering::Relaxed) {
            (state.metadata.failed, state.client.failed) = (None, None);
        }
        state
    }

    pub(super) async fn registered(&self) -> Option<ClientIdentity> {
        let State { metadata, client, .. } = &*self.state().await;
        client.found.as_ref()?.registered(&metadata.found.as_ref()?.server, &self.identity)
    }

    async fn kept_metadata(
        &self,
        state: &mut State,
        http: &Http,
        stated: Option<&str>,
    ) -> Result<Arc<Metadata>, Refusal> {
        let kept = &mut state.metadata;
        let is_other = stated.is_some() && stated != state.stated.as_deref() && kept.failures() < MAX_OTHER_ADDRESSES;
        match kept.known(Instant::now()) {
            Some(Err(_)) if is_other => {}
            Some(known) => return known,
            None => {}
        }
        state.stated = stated.map(ToOwned::to_owned);
        let read = self.read(http, stated).await;
        kept.keep(read, Instant::now())
    }

    async fn read(&self, http: &Http, stated: Option<&str>) -> Result<Metadata, Refusal> {
        let resource = self.resource(http, stated).await?;
        let issuer = match self.identity.issuer().or(self.issuer.as_ref()) {
            Some(issuer) if !resource.authorization_servers().contains(issuer) => return Err(OTHER_SERVER),
            Some(issuer) => issuer,
            None => resource.authorization_servers().first().ok_or(Refusal::NotThisWay)?,
        };
        let server = server(http, issuer).await?;
        let is_bound = self.is_bound || resource.requires_bound_tokens();
        let accepts = |algorithms: &[String]| {
            algorithms.is_empty() || algorithms.iter().any(|algorithm| algorithm == dpop::ALGORITHM)
        };
        if is_bound && !(accepts(resource.dpop_algorithms()) && accepts(&server.dpop_algorithms)) {
            return Err(NO_COMMON_ALGORITHM);
        }
        Ok(Metadata { resource, server, is_bound })
    }

    async fn resource(&self, http: &Http, stated: Option<&str>) -> Result<ResourceMetadata, Refusal> {
        let mut refused = None;
        for place in ResourceMetadataPlace::of(&self.server, stated)? {
            let read = async {
                let text = document(http.get(&place.address).await?)?;
                text.map(|text| ResourceMetadata::read(&text, &place)).transpose().map_err(Refusal::from)
            };
            match read.await {
                Ok(Some(metadata)) => return Ok(metadata),
                Ok(None) => {}
                Err(refusal) => refused = Some(to_report(refused, refusal)),
            }
        }
        Err(refused.unwrap_or(Refusal::Unusable("the resource publishes no metadata (RFC 9728 §3)")))
    }
}

/// Reads the metadata of an authorization server. A document counts only if it states the issuer that was asked for, so any address may be tried
/// after any failure.
async fn server(http: &Http, issuer: &str) -> Result<ServerMetadata, Refusal> {
    let mut refused = None;
    for address in ServerMetadata::addresses(issuer)? {
        let read = async {
            let text = document(http.get(&address).await?)?;
            text.map(|text| ServerMetadata::read(&text, issuer)).transpose().map_err(Refusal::from)
        };
        match read.await {
            Ok(Some(metadata)) => return Ok(metadata),
            Ok(None) => {}
            Err(refusal) => refused = Some(to_report(refused, refusal)),
        }
    }
    Err(refused.unwrap_or(Refusal::Unusable("the authorization server publishes no metadata (RFC 8414 §3)")))
}

/// Returns the text of a response; `None` if there is no document.
fn document(response: Response) -> Result<Option<String>, Refusal> {
    match response.status {
        200 => Ok(Some(response.text)),
        300..=399 => Err(Refusal::Unusable("an address of the metadata redirects, which is not followed")),
        429 | 500.. => Err(Refusal::Unavailable),
        _ => Ok(None),
    }
}

/// Returns the refusal to report: the newest, unless an earlier one says more.
const fn to_report(before: Option<Refusal>, now: Refusal) -> Refusal {
    match (before, now) {
        (Some(before @ Refusal::Unusable(_)), Refusal::Unavailable) => before,
        (_, now) => now,
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;
    use std::time::Instant;

    use super::{Kept, Refusal};

    #[test]
    fn repeats_what_fails_less_and_less() {
        let mut kept = Kept::<()>::default();
        let mut now = Instant::now();
        for seconds in [2, 4, 8, 16, 32, 64, 128, 256, 300, 300] {
            assert!(kept.known(now).is_none());
            assert_eq!(kept.keep(Err(Refusal::Unavailable), now), Err(Refusal::Unavailable));
            assert_eq!(kept.known(now + Duration::from_secs(seconds - 1)), Some(Err(Refusal::Unavailable)));
            now += Duration::from_secs(seconds);
        }
        assert!(kept.keep(Ok(()), now).is_ok());
        assert!(kept.known(now + Duration::from_secs(1_000)).is_some_and(|known| known.is_ok()));
    }
}
