//! How a client obtains tokens.

use core::{fmt, future::Future};

use crate::{
    challenge::Challenges,
    selection::ScopeMap,
    step_up::{Refusal, TokenRequest},
    tokens::{AccessToken, Issued},
};

/// Obtains tokens from one authorization server, for one resource. With the feature `http` there is one that works with every authorization
/// server: `HttpAuthorizer`.
pub trait Authorizer: Send + Sync + 'static {
    /// Returns what the metadata says, if this authorizer reads it. Called for each refusal, before the client decides what to request: an
    /// implementation reads the metadata once.
    fn discover(&self, challenges: &Challenges) -> impl Future<Output = Option<Discovered>> + Send {
        let _ = challenges;
        async { None }
    }

    /// Returns the address of the resource that the tokens are for. Tokens are sent to no other one by the wrapper of rmcp's client,
    /// which knows where requests go. `None`: every resource receives them.
    fn resource(&self) -> Option<&str> {
        None
    }

    /// Obtains a token in the way that the request names. `current` are the newest tokens, which [`Way::Refresh`](crate::Way::Refresh) and
    /// [`Way::Exchange`](crate::Way::Exchange) use. The request has `resource` (RFC 8707), and for an interaction also PKCE.
    ///
    /// # Errors
    /// The reason for which there is no token: [`Refusal::of_error`] for an error of the authorization server.
    fn obtain(
        &self,
        request: &TokenRequest,
        current: Option<&Issued>,
    ) -> impl Future<Output = Result<Issued, Refusal>> + Send;

    /// Forgets what has failed, so that the next request tries it again. For a user who asks to be asked again:
    /// [`StepUpClient::forget_refusals`](crate::StepUpClient::forget_refusals).
    fn forget_failures(&self) {}

    /// Returns the header `DPoP` of a request with a [bound](AccessToken::is_bound) token: a proof for this method and address, used once (RFC 9449
    /// §7.1). `None`: this authorizer has no key.
    fn proof(&self, token: &AccessToken, method: &str, url: &str) -> Option<String> {
        let _ = (token, method, url);
        None
    }

    /// Receives the header `DPoP-Nonce` of a response from this address, also of a success: the next proof for that server states it (RFC 9449 §8.2).
    fn keep_nonce(&self, url: &str, nonce: &str) {
        let _ = (url, nonce);
    }
}

/// What an [`Authorizer`] has read.
#[derive(Clone, Debug, Default)]
pub struct Discovered {
    /// What the metadata of the resource says about scopes.
    pub map: ScopeMap,
    /// Whether the metadata of the authorization server lists token exchange (RFC 8693).
    pub token_exchange: bool,
    /// Whether it lists the scope `offline_access`, without which the scope is not requested.
    pub offline_access: bool,
}

/// Obtains each token by a function, such as from other software on the same machine. For [`Settings::external`](crate::Settings::external).
///
/// ```
/// use mcp_scopes_client::{External, Issued, ScopeMap, Settings, StepUpClient, TokenRequest};
/// // The function receives the scopes to request. It requests them for the resource of this client (RFC 8707).
/// let tokens = External::new(async |request: TokenRequest| Ok(Issued::new(&format!("token for {}", request.scopes))));
/// let client = StepUpClient::new(Settings::external(), ScopeMap::default(), tokens);
/// ```
#[derive(Clone)]
pub struct External<F>(F);

impl<F, R> External<F>
where
    F: Fn(TokenRequest) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Issued, Refusal>> + Send,
{
    /// Creates an authorizer from a function.
    pub const fn new(obtain: F) -> Self {
        Self(obtain)
    }
}

impl<F> fmt::Debug for External<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("External").finish_non_exhaustive()
    }
}

impl<F, R> Authorizer for External<F>
where
    F: Fn(TokenRequest) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Issued, Refusal>> + Send,
{
    async fn obtain(&self, request: &TokenRequest, _: Option<&Issued>) -> Result<Issued, Refusal> {
        (self.0)(request.clone()).await
    }
}
