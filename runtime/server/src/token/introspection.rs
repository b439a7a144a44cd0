//! Token introspection at the issuer (RFC 7662).

use core::{fmt, num::NonZeroUsize, time::Duration};
use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use form_urlencoded::byte_serialize;
use http::{
    HeaderValue,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use serde_json::{Map, Value};
use tokio::{
    sync::Semaphore,
    time::{Instant, timeout},
};

use super::{
    Claims, Token, TokenCache, TokenError, TokenVerifier, Verification, clock,
    endpoint::{self, Endpoint, EndpointError},
    rules::{Rules, Teller},
};
use crate::reason::reason;

/// The maximum length of an introspected token, and of a response.
const MAX_TOKEN: usize = 16 << 10;
const MAX_ANSWER: usize = 64 << 10;
/// The default limit of concurrent requests.
const MAX_CONCURRENT: usize = 64;

const MALFORMED: TokenError = TokenError::unavailable(reason!("the introspection response of its issuer is malformed"));
const BUSY: TokenError = TokenError::unavailable(reason!("too many introspection requests are under way"));

/// Verifies tokens by introspection at their issuer: for opaque tokens, and where a revoked token must not be accepted until
/// its expiry.
///
/// A token is valid if its issuer reports it as active, and `aud`, which is required, contains this server's resource. `iss`,
/// `exp`, `nbf`, `scope` and `scp` are checked as in a JWT, if they are present. If the issuer cannot be reached, or returns
/// any other response, the request is answered with 503. Requires a tokio runtime.
///
/// Issuers report refresh and ID tokens as active as well. So `token_use`, `token_type` and `typ`, if present, must be those of
/// an access token, compared case-insensitively. Any other value is rejected:
///
/// | member | accepted |
/// |---|---|
/// | `token_use` | `access`, `access_token` |
/// | `token_type` | `Bearer`, `DPoP`, `access_token`, `urn:ietf:params:oauth:token-type:access_token` |
/// | `typ` | `Bearer`, `DPoP`, `JWT`, `at+jwt`, `application/at+jwt`, `access`, `access_token` |
///
/// If an issuer returns none of them for a refresh token, use [`require_claim`](Self::require_claim) to distinguish it, or
/// configure the issuer not to report this server as the audience of refresh tokens. A token with `cnf` is rejected, because
/// the proof of possession is not verified yet.
///
/// The address is https, or http on a loopback host. Redirects are not followed, so that no other server receives a token.
///
/// ```
/// use mcp_scopes_server::token::{ClientCredentials, Introspection};
/// # let secret = "from the environment";
/// let verifier = Introspection::new(
///     "https://auth.example.com/introspect",
///     "https://auth.example.com",
///     "https://files.example.com/mcp",
///     ClientCredentials::basic("files", secret),
/// )?;
/// // Not for each request: good tokens are remembered for a minute, others for ten seconds.
/// let verifier = verifier.cached();
/// # Ok::<(), mcp_scopes_server::token::EndpointError>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct Introspection {
    endpoint: Endpoint,
    credentials: HeaderValue,
    rules: Rules,
    wait: Duration,
    /// One permit for each concurrent request.
    slots: Arc<Semaphore>,
}

/// The credentials with which the server authenticates at the issuer (RFC 7662 §2.1). `Debug` shows nothing of them.
#[derive(Clone)]
pub struct ClientCredentials(String);

impl ClientCredentials {
    /// Uses a client id and a secret, as `Basic` (RFC 6749 §2.3.1).
    #[must_use]
    pub fn basic(id: &str, secret: &str) -> Self {
        Self(format!("Basic {}", STANDARD.encode(format!("{}:{}", encoded(id), encoded(secret)))))
    }

    /// Uses a token that the issuer has given the server for introspection.
    #[must_use]
    pub fn bearer(token: Token<'_>) -> Self {
        Self(format!("Bearer {}", token.expose_secret()))
    }
}

impl fmt::Debug for ClientCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientCredentials(..)")
    }
}

impl Introspection {
    /// Creates a verifier that introspects tokens of this issuer at this address, for this resource.
    ///
    /// # Errors
    /// The address is not https and not on a loopback host, or it contains a user or a fragment; or the credentials do not fit
    /// into a header.
    pub fn new(
        url: &str,
        issuer: impl Into<String>,
        resource: impl Into<String>,
        credentials: ClientCredentials,
    ) -> Result<Self, EndpointError> {
        let unusable = EndpointError("cannot be asked with a token that no header can hold");
        let mut credentials = HeaderValue::try_from(credentials.0).map_err(|_| unusable)?;
        credentials.set_sensitive(true);
        let rules = Rules::new(issuer, resource, Teller::Issuer);
        let slots = Arc::new(Semaphore::new(MAX_CONCURRENT));
        Ok(Self { endpoint: Endpoint::new(url)?, credentials, rules, wait: Duration::from_secs(5), slots })
    }

    /// Adds a resource that `aud` may contain, such as that of the sandbox. The layer decides which of them applies.
    pub fn or_resource(mut self, resource: impl Into<String>) -> Self {
        self.rules.resources.push(resource.into());
        self
    }

    /// Sets the accepted clock difference between issuer and server. Default: 30 seconds.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.rules.leeway = leeway;
        self
    }

    /// Requires a claim to be present and not null.
    pub fn require_claim(mut self, name: impl Into<String>) -> Self {
        self.rules.required.push(name.into());
        self
    }

    /// Sets the timeout of a verification, including the time in which it waits for a
    /// [permit](Self::max_concurrent). Default: five seconds. After that the request is answered with 503.
    pub fn timeout(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self
    }

    /// Sets how many requests to the issuer may run concurrently, so that a flood of unknown tokens does not become a flood of
    /// requests to the issuer. Default: 64. Further verifications wait in the order of their arrival, within the
    /// [timeout](Self::timeout). Clones that are made afterwards share the limit.
    pub fn max_concurrent(mut self, requests: NonZeroUsize) -> Self {
        self.slots = Arc::new(Semaphore::new(requests.get().min(Semaphore::MAX_PERMITS)));
        self
    }

    /// Wraps the verifier in a cache of up to 10,000 results. A valid token is cached for one minute, but never beyond its
    /// expiry, and an invalid one for ten seconds. Use [`TokenCache::with_refusals`] for other limits.
    #[must_use]
    pub fn cached(self) -> TokenCache<Self> {
        TokenCache::with_refusals(self, 10_000, Duration::from_secs(60), Duration::from_secs(10))
    }

    async fn verified(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        let text = token.expose_secret();
        if text.len() > MAX_TOKEN {
            return Err(TokenError::invalid(reason!("it is too long")));
        }
        // The HTTP client needs a runtime, and would panic without one.
        tokio::runtime::Handle::try_current()
            .map_err(|_| TokenError::unavailable(reason!("no tokio runtime is running")))?;
        let began = Instant::now();
        let Ok(Ok(_slot)) = timeout(self.wait, self.slots.acquire()).await else { return Err(BUSY) };
        let request = self
            .endpoint
            .post()
            .header(AUTHORIZATION, self.credentials.clone())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(format!("token={}&token_type_hint=access_token", encoded(text)));
        let answer = endpoint::send(request, self.wait.saturating_sub(began.elapsed()), MAX_ANSWER)
            .await
            .map_err(TokenError::unavailable)?;
        let found = read(&answer.text).ok_or(MALFORMED)?;
        match found.get("active") {
            Some(Value::Bool(true)) => self.rules.check(&found, clock::now()).map(Arc::new),
            Some(Value::Bool(false)) => Err(TokenError::invalid(reason!("it is not active"))),
            _ => Err(MALFORMED),
        }
    }
}

/// Reads a JSON object without duplicate members.
fn read(text: &str) -> Option<Map<String, Value>> {
    crate::json::object(text).ok()
}

/// Encodes a value of `application/x-www-form-urlencoded`.
fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}

impl TokenVerifier for Introspection {
    fn verify<'a>(&'a self, token: Token<'a>) -> Verification<'a> {
        Box::pin(self.verified(token))
    }
}

/// Neither the address nor the credentials are shown.
impl fmt::Debug for Introspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Introspection").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use core::{num::NonZeroUsize, time::Duration};

    use super::{ClientCredentials, Introspection};

    #[test]
    fn has_documented_limits() {
        let url = "https://auth.example.com/introspect";
        let credentials = ClientCredentials::basic("id", "secret");
        let asked = Introspection::new(url, "https://auth.example.com", "https://h/mcp", credentials).unwrap();
        assert_eq!((asked.wait, asked.slots.available_permits()), (Duration::from_secs(5), 64));
        // All limits are accepted.
        assert!(asked.max_concurrent(NonZeroUsize::MAX).slots.available_permits() > 64);
    }
}
