//! Asking the user: the authorization request and its response (RFC 6749 §4.1, OAuth 2.1), with PKCE, `state` and `iss`.

use core::future::Future;
use std::collections::BTreeMap;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

use crate::{
    selection::OFFLINE_ACCESS,
    step_up::{Refusal, TokenRequest},
};

use super::discover::{Found, Metadata};

/// The scope of OpenID Connect (Core 1.0 §3.1.2.1).
pub(super) const OPENID: &str = "openid";

const NO_ENDPOINT: Refusal =
    Refusal::Unusable("the metadata of the authorization server has no `authorization_endpoint`");
const NO_PKCE: Refusal = Refusal::Unusable(
    "the metadata of the authorization server does not list the code challenge method `S256`, which MCP requires",
);
const NOT_OUR_RESPONSE: Refusal =
    Refusal::Unusable("the response of the authorization server does not belong to the request: its `state` differs");
const OTHER_ISSUER: Refusal = Refusal::Unusable(
    "the response is from another authorization server: its `iss` differs or is missing (RFC 9207 §2.4)",
);
const MALFORMED: Refusal =
    Refusal::Unusable("the response of the authorization server has a parameter twice, or no code");

/// Asks the user.
///
/// Implemented by functions that take the address and return the query: `async |url: String| -> Option<String>`. `None` is
/// [`Refusal::AccessDenied`]: the user does not want to, which is remembered.
pub trait Interaction: Send + Sync + 'static {
    /// Shows an address in the user's browser, and returns the query of the address to which the browser is sent then, such as
    /// `code=..&state=..`.
    ///
    /// # Errors
    /// [`Refusal::AccessDenied`]: the user does not want to. [`Refusal::TimedOut`]: there was no answer, such as after the window was closed.
    fn authorize(&self, url: &str) -> impl Future<Output = Result<String, Refusal>> + Send;
}

impl<F, R> Interaction for F
where
    F: Fn(String) -> R + Send + Sync + 'static,
    R: Future<Output = Option<String>> + Send,
{
    fn authorize(&self, url: &str) -> impl Future<Output = Result<String, Refusal>> + Send {
        let answer = self(url.to_owned());
        async { answer.await.ok_or(Refusal::AccessDenied) }
    }
}

/// There is no user.
#[derive(Clone, Copy, Debug)]
pub struct NoInteraction;

impl Interaction for NoInteraction {
    async fn authorize(&self, _: &str) -> Result<String, Refusal> {
        Err(Refusal::NotThisWay)
    }
}

/// One authorization request.
pub(super) struct Authorization<'f> {
    found: &'f Found,
    redirect_uri: &'f str,
    state: String,
    /// The code verifier (RFC 7636 §4.1).
    verifier: String,
    /// The thumbprint of the key that the token will be bound to.
    thumbprint: Option<&'f str>,
}

/// What an authorization response is exchanged for a token with.
pub(super) struct Code {
    pub(super) code: String,
    /// The code verifier (RFC 7636 §4.1).
    pub(super) verifier: String,
}

impl<'f> Authorization<'f> {
    pub(super) fn new(found: &'f Found, redirect_uri: &'f str, thumbprint: Option<&'f str>) -> Result<Self, Refusal> {
        Ok(Self { found, redirect_uri, state: random()?, verifier: random()?, thumbprint })
    }

    /// Returns the address to show.
    pub(super) fn url(&self, request: &TokenRequest) -> Result<String, Refusal> {
        let Found { metadata, client } = self.found;
        let Metadata { resource, server, .. } = &**metadata;
        let endpoint = server.authorization_endpoint.as_deref().ok_or(NO_ENDPOINT)?;
        if !server.code_challenge_methods.iter().any(|method| method == "S256") {
            return Err(NO_PKCE);
        }
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(&self.verifier));
        let mut scopes = request.scopes.clone();
        if adds_openid(request, self.found) {
            scopes.add(OPENID);
        }
        let scope = scopes.to_string();
        let max_age = request.authentication.max_age_seconds.map(|seconds| seconds.to_string());
        let acr_values = request.authentication.acr_values.join(" ");
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs([
            ("response_type", "code"),
            ("client_id", &client.id),
            ("redirect_uri", self.redirect_uri),
            ("state", &self.state),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("resource", resource.resource()),
        ]);
        let optional = [
            ("scope", (!scope.is_empty()).then_some(scope.as_str())),
            ("max_age", max_age.as_deref()),
            ("acr_values", (!acr_values.is_empty()).then_some(acr_values.as_str())),
            // A code that is stolen is of no use without the key (RFC 9449 §10).
            ("dpop_jkt", self.thumbprint),
            // Refresh tokens require the consent of the user (OpenID Connect Core 1.0 §11).
            ("prompt", request.scopes.contains(OFFLINE_ACCESS).then_some("consent")),
        ];
        query.extend_pairs(optional.into_iter().filter_map(|(name, value)| Some((name, value?))));
        let mark = if endpoint.contains('?') { '&' } else { '?' };
        Ok(format!("{endpoint}{mark}{}", query.finish()))
    }

    /// Reads the query with which the browser came back.
    pub(super) fn code(self, query: &str) -> Result<Code, Refusal> {
        let mut parameters = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(query.trim_start_matches('?').as_bytes()) {
            if parameters.insert(name.into_owned(), value.into_owned()).is_some() {
                return Err(MALFORMED);
            }
        }
        let text = |name: &str| parameters.get(name).map(String::as_str);
        if text("state") != Some(&*self.state) {
            return Err(NOT_OUR_RESPONSE);
        }
        // Errors count only if they are from this authorization server as well.
        let server = &self.found.metadata.server;
        match text("iss") {
            None if !server.states_issuer => {}
            Some(issuer) if issuer == server.issuer => {}
            _ => return Err(OTHER_ISSUER),
        }
        if let Some(error) = text("error") {
            return Err(Refusal::of_error(error));
        }
        let code = text("code").filter(|code| !code.is_empty()).map(ToOwned::to_owned).ok_or(MALFORMED)?;
        Ok(Code { code, verifier: self.verifier })
    }
}

/// Returns whether an authorization request has the scope `openid`, which the operation does not need. `max_age` and `acr_values` are parameters of
/// OpenID Connect, and servers may reject them without it.
pub(super) fn adds_openid(request: &TokenRequest, found: &Found) -> bool {
    let is_listed = found.metadata.server.scopes.iter().any(|scope| scope == OPENID);
    is_listed && !request.authentication.is_any() && !request.scopes.contains(OPENID)
}

/// Returns 256 random bits, as 43 characters.
fn random() -> Result<String, Refusal> {
    random_bytes().map(|bytes| BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

/// Returns 256 random bits.
pub(super) fn random_bytes() -> Result<[u8; 32], Refusal> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| Refusal::Unusable("this machine has no random numbers"))?;
    Ok(bytes)
}
