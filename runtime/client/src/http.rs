//! An [`Authorizer`] over HTTP: reads the metadata, and obtains tokens from every authorization server that follows the standards.
//!
//! | module | holds |
//! |---|---|
//! | `fetch` | requests, bounded in time and size, without redirects |
//! | `discover` | reads the metadata of the resource and of its authorization server |
//! | `identity` | [`ClientIdentity`]: how the client identifies itself; dynamic registration |
//! | `interaction` | [`Interaction`]: asking the user; the authorization request and its response |
//! | `loopback` | [`LoopbackInteraction`]: receives the redirect on this machine |
//! | `dpop` | proofs of possession (RFC 9449) |
//! | `grant` | the token endpoint: forms and responses |

mod discover;
mod dpop;
mod fetch;
mod grant;
mod identity;
mod interaction;
mod loopback;

use core::fmt;
use std::sync::{Mutex, PoisonError};

use crate::{
    authorizer::{Authorizer, Discovered},
    challenge::{Challenge, Challenges},
    discovery::{MetadataError, ResourceMetadataPlace},
    selection::OFFLINE_ACCESS,
    step_up::{Refusal, TokenRequest, Way},
    tokens::{AccessToken, Issued},
};

use self::{
    discover::{Discovery, Found},
    dpop::Prover,
    fetch::Http,
    grant::Grants,
    interaction::{Authorization, Code, OPENID, adds_openid},
};

pub use self::{
    identity::ClientIdentity,
    interaction::{Interaction, NoInteraction},
    loopback::LoopbackInteraction,
};

/// Obtains tokens over HTTP, for one MCP server.
///
/// It reads the metadata of the server and of its authorization server with the first refusal, and registers the client before its first request for a
/// token: at most six requests in all. Then it keeps the results; what failed is repeated after 2 s, and later after up to 5 min. Only a registration
/// that the authorization server has lost is repeated, at most once in 5 min. Every request for a token names the resource (RFC 8707). It sends requests only to https, or to this machine
/// if the MCP server is on this machine, and follows no redirect.
///
/// Tokens are bound to a key (RFC 9449) if the metadata of the resource requires it, or with [`bind_tokens`](Self::bind_tokens). The key exists as long
/// as this value.
///
/// ```no_run
/// use mcp_scopes_client::{ScopeMap, Settings, StepUpClient, http::{ClientIdentity, HttpAuthorizer}};
/// # async fn query_of_the_redirect() -> Option<String> { None }
/// let ask = async |url: String| {
///     println!("open {url}");
///     query_of_the_redirect().await
/// };
/// let identity = ClientIdentity::register("Example client");
/// let login = HttpAuthorizer::for_user("https://notes.example.com/mcp", identity, "http://127.0.0.1:4567/callback", ask)?;
/// let client = StepUpClient::new(Settings::user(), ScopeMap::default(), login);
/// # Ok::<(), mcp_scopes_client::discovery::MetadataError>(())
/// ```
pub struct HttpAuthorizer<I = NoInteraction> {
    http: Http,
    redirect_uri: String,
    interaction: I,
    discovery: Discovery,
    prover: Prover,
    /// A code that the token endpoint has not taken, since it asked for a nonce; and the number of its request.
    refused: Mutex<Option<(u64, Code)>>,
}

impl<I> fmt::Debug for HttpAuthorizer<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpAuthorizer").finish_non_exhaustive()
    }
}

impl HttpAuthorizer {
    /// Creates one for a client that uses its own credentials, for [`Settings::client_credentials`](crate::Settings::client_credentials).
    ///
    /// # Errors
    /// The address of the server is not https, nor plain http to this machine, or has a user or a fragment. Or the identity registers itself, which is for
    /// clients of users.
    pub fn for_client(server: &str, identity: ClientIdentity) -> Result<Self, MetadataError> {
        if identity.registers() {
            return Err(MetadataError(
                "a client without a user does not register itself; register it at the authorization server, and use `ClientIdentity::confidential`",
            ));
        }
        Self::create(server, identity, "", NoInteraction)
    }
}

impl<I: Interaction> HttpAuthorizer<I> {
    /// Creates one for a client of a user, who is asked by `interaction`. The authorization server sends the user's browser to `redirect_uri`
    /// afterwards: an address that the client has registered, such as one of the loopback interface (RFC 8252 §7.3).
    ///
    /// # Errors
    /// The address of the server is not https, nor plain http to this machine, or has a user or a fragment.
    pub fn for_user(
        server: &str,
        identity: ClientIdentity,
        redirect_uri: &str,
        interaction: I,
    ) -> Result<Self, MetadataError> {
        Self::create(server, identity, redirect_uri, interaction)
    }

    fn create(
        server: &str,
        identity: ClientIdentity,
        redirect_uri: &str,
        interaction: I,
    ) -> Result<Self, MetadataError> {
        // Checks the address.
        ResourceMetadataPlace::of(server, None)?;
        Ok(Self {
            http: Http::new(server),
            redirect_uri: redirect_uri.to_owned(),
            interaction,
            discovery: Discovery::new(server, identity),
            prover: Prover::default(),
            refused: Mutex::new(None),
        })
    }

    /// Uses this authorization server only, of those that the metadata of the resource names. Default: that at which the client is registered, or
    /// the first.
    #[must_use]
    pub fn issuer(mut self, issuer: &str) -> Self {
        self.discovery.prefer(issuer);
        self
    }

    /// Requests tokens that are bound to a key (RFC 9449), also where the metadata of the resource does not require it. An authorization server that
    /// issues other tokens is an error. A stolen token is of no use without the key. After a restart of the client the key is another one, so
    /// tokens that were kept are not valid any more.
    #[must_use]
    pub fn bind_tokens(mut self) -> Self {
        self.discovery.bind();
        self
    }

    /// Returns the identity that dynamic registration has resulted in, so that a client can keep it. It registers again, under the same name, if the
    /// authorization server has lost it. `None` if there was no registration.
    pub async fn registered(&self) -> Option<ClientIdentity> {
        self.discovery.registered().await
    }

    async fn interact(&self, grants: &Grants<'_>, request: &TokenRequest) -> Result<Issued, Refusal> {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner).take();
        let code = match refused {
            // The user has been asked for this request already.
            Some((flight, code)) if flight == request.flight => code,
            _ => self.ask(grants, request).await?,
        };
        let mut issued = grants.code(request, &code, &self.redirect_uri).await;
        if issued == Err(Refusal::UseNonce) {
            *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some((request.flight, code));
        }
        // It is not what an operation needs, so it does not make another token.
        if let Ok(Issued { scopes: Some(scopes), .. }) = &mut issued
            && adds_openid(request, grants.found)
        {
            scopes.remove(OPENID);
        }
        issued.map_err(after_login)
    }

    async fn ask(&self, grants: &Grants<'_>, request: &TokenRequest) -> Result<Code, Refusal> {
        let thumbprint = grants.prover.map(Prover::thumbprint).transpose()?;
        let authorization = Authorization::new(grants.found, &self.redirect_uri, thumbprint)?;
        let url = authorization.url(request)?;
        // The user is not asked for what cannot succeed.
        self.http.check(grants.endpoint()?)?;
        // It is opened on the user's machine, by whatever the scheme says.
        self.http.check(&url)?;
        let query = self.interaction.authorize(&url).await.map_err(after_login)?;
        authorization.code(&query).map_err(after_login)
    }

    fn grants<'f>(&'f self, found: &'f Found) -> Grants<'f> {
        Grants { http: &self.http, found, prover: found.metadata.is_bound.then_some(&self.prover) }
    }
}

/// Returns the refusal for a failure after the user was asked.
const fn after_login(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::Unusable(reason) => Refusal::AfterLogin(reason),
        Refusal::Unavailable => Refusal::AfterLogin(
            "the authorization server failed, or could not be reached, after the login; try again later",
        ),
        refusal => refusal,
    }
}

impl<I: Interaction> Authorizer for HttpAuthorizer<I> {
    fn resource(&self) -> Option<&str> {
        Some(self.discovery.server())
    }

    async fn discover(&self, challenges: &Challenges) -> Option<Discovered> {
        let stated = challenges.for_tokens().and_then(Challenge::resource_metadata);
        let found = self.discovery.metadata(&self.http, stated).await.ok()?;
        Some(Discovered {
            map: found.resource.map().clone(),
            token_exchange: found.server.exchanges_tokens(),
            offline_access: found.server.scopes.iter().any(|scope| scope == OFFLINE_ACCESS),
        })
    }

    async fn obtain(&self, request: &TokenRequest, current: Option<&Issued>) -> Result<Issued, Refusal> {
        let stated = request.resource_metadata.as_deref();
        let found = self.discovery.found(&self.http, stated, &self.redirect_uri).await?;
        let grants = self.grants(&found);
        let issued = match (request.way, current) {
            (Way::Refresh, Some(current)) => grants.refresh(current).await,
            (Way::Exchange, Some(current)) => grants.exchange(request, current).await,
            (Way::Interaction, _) => self.interact(&grants, request).await,
            (Way::ClientCredentials, _) => grants.client_credentials(request).await,
            _ => Err(Refusal::NotThisWay),
        };
        // The authorization server may have lost the registration. It tells the user, and not this client, if they are to sign in: that ends late.
        let is_lost = match (request.way, &issued) {
            (Way::Refresh, Err(Refusal::Unusable(reason))) | (Way::Interaction, Err(Refusal::AfterLogin(reason))) => {
                *reason == grant::UNKNOWN_CLIENT
            }
            // A user may simply not be there. A refresh token is of this registration, and would be lost with it.
            (Way::Interaction, Err(Refusal::TimedOut)) => current.is_none_or(|current| current.refresh_token.is_none()),
            // Many authorization servers do not let every client exchange tokens, and say so by `invalid_client`.
            _ => false,
        };
        if is_lost {
            // The next request registers again.
            self.discovery.forget_client().await;
        }
        issued
    }

    fn forget_failures(&self) {
        self.discovery.forget_failures();
    }

    fn proof(&self, token: &AccessToken, method: &str, url: &str) -> Option<String> {
        self.prover.proof(method, url, Some(token)).ok()
    }

    fn keep_nonce(&self, url: &str, nonce: &str) {
        // One that cannot be used is not kept: the server refuses the next request as it would without this one.
        self.prover.keep_nonce(url, nonce);
    }
}
