//! Reads the metadata once, and registers the client.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::Mutex;

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

/// How long a failure is an answer to further requests, so that waiting operations do not repeat what has just failed.
const FAILURE_LASTS: Duration = Duration::from_secs(2);

impl From<MetadataError> for Refusal {
    fn from(error: MetadataError) -> Self {
        Self::Unusable(error.reason())
    }
}

const NO_COMMON_ALGORITHM: Refusal = Refusal::Unusable(
    "tokens have to be bound to a key, and proofs of this client, which are signed with ES256, are not accepted",
);

/// What was found.
pub(super) struct Found {
    pub(super) resource: ResourceMetadata,
    pub(super) server: ServerMetadata,
    pub(super) client: Identified,
    /// Whether tokens are bound to a key of the client (RFC 9449).
    pub(super) is_bound: bool,
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
}

#[derive(Default)]
struct State {
    found: Option<Arc<Found>>,
    failed: Option<(Instant, Refusal)>,
}

impl Discovery {
    pub(super) fn new(server: &str, identity: ClientIdentity) -> Self {
        Self { server: server.to_owned(), issuer: None, is_bound: false, identity, state: Mutex::default() }
    }

    pub(super) fn prefer(&mut self, issuer: &str) {
        self.issuer = Some(issuer.to_owned());
    }

    pub(super) fn bind(&mut self) {
        self.is_bound = true;
    }

    /// Returns what was found. `stated` is the address of the metadata that a challenge names.
    pub(super) async fn found(
        &self,
        http: &Http,
        stated: Option<&str>,
        redirect_uri: &str,
    ) -> Result<Arc<Found>, Refusal> {
        // Operations that need the same wait here.
        let mut state = self.state.lock().await;
        if let Some(found) = &state.found {
            return Ok(Arc::clone(found));
        }
        if let Some((since, refusal)) = state.failed
            && since.elapsed() < FAILURE_LASTS
        {
            return Err(refusal);
        }
        match self.find(http, stated, redirect_uri).await {
            Ok(found) => {
                let found = Arc::new(found);
                state.found = Some(Arc::clone(&found));
                Ok(found)
            }
            Err(refusal) => {
                state.failed = Some((Instant::now(), refusal));
                Err(refusal)
            }
        }
    }

    /// Forgets all that was found.
    pub(super) async fn forget(&self) {
        *self.state.lock().await = State::default();
    }

    pub(super) async fn registered(&self) -> Option<ClientIdentity> {
        let state = self.state.lock().await;
        let Found { client, server, .. } = &**state.found.as_ref()?;
        client.registered(server)
    }

    async fn find(&self, http: &Http, stated: Option<&str>, redirect_uri: &str) -> Result<Found, Refusal> {
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
        let client = self.identity.identify(http, &server, redirect_uri, is_bound).await?;
        Ok(Found { resource, server, client, is_bound })
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
