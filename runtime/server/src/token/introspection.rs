//! Asking the issuer about each token (RFC 7662).

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

/// The longest token that is asked about, and the longest answer.
const MAX_TOKEN: usize = 16 << 10;
const MAX_ANSWER: usize = 64 << 10;
/// How many requests may be under way at once.
const MAX_CONCURRENT: usize = 64;

const MALFORMED: TokenError = TokenError::unavailable(reason!("the introspection response of its issuer is malformed"));
const BUSY: TokenError = TokenError::unavailable(reason!("too many introspection requests are under way"));

/// Verifies tokens by asking their issuer: for opaque ones, and where a token that is taken back must not count for the rest of
/// its time.
///
/// A token is good if its issuer calls it active, and `aud`, which has to be there, holds this server's resource; `iss`, `exp`,
/// `nbf`, `scope` and `scp` count as in a JWT, if they are there. An issuer that cannot be reached or answers anything else
/// is a 503. Needs a tokio runtime.
///
/// Issuers call refresh and ID tokens active as well. So `token_use`, `token_type` and `typ`, if present, have to be those of an
/// access token, without regard to case; any other value is refused:
///
/// | member | accepted |
/// |---|---|
/// | `token_use` | `access`, `access_token` |
/// | `token_type` | `Bearer`, `DPoP`, `access_token`, `urn:ietf:params:oauth:token-type:access_token` |
/// | `typ` | `Bearer`, `DPoP`, `JWT`, `at+jwt`, `application/at+jwt`, `access`, `access_token` |
///
/// An issuer that returns none of them for a refresh token has to be told apart by [`require_claim`](Self::require_claim), or must
/// not report this server as the audience of refresh tokens. A token with `cnf` is refused: the proof of possession is not verified
/// yet.
///
/// The address is https, or http on this machine; redirects are not followed, so that nobody else gets a token.
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
    /// One permit for each request that may be under way.
    slots: Arc<Semaphore>,
}

/// As whom the server asks (RFC 7662 §2.1). `Debug` shows nothing of it.
#[derive(Clone)]
pub struct ClientCredentials(String);

impl ClientCredentials {
    /// An id and a secret, as `Basic` (RFC 6749 §2.3.1).
    #[must_use]
    pub fn basic(id: &str, secret: &str) -> Self {
        Self(format!("Basic {}", STANDARD.encode(format!("{}:{}", encoded(id), encoded(secret)))))
    }

    /// A token that the issuer has given the server for this.
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
    /// Asks at that address about tokens of that issuer, for that resource.
    ///
    /// # Errors
    /// The address is not https (outside of this machine), or holds a user or a fragment; or no header can hold the
    /// credentials.
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

    /// Another resource that tokens may be meant for, such as that of the sandbox. Which of them counts, the layer decides.
    pub fn or_resource(mut self, resource: impl Into<String>) -> Self {
        self.rules.resources.push(resource.into());
        self
    }

    /// By how much the clocks of issuer and server may differ. As it comes: 30 seconds.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.rules.leeway = leeway;
        self
    }

    /// A claim that has to be there and not be null.
    pub fn require_claim(mut self, name: impl Into<String>) -> Self {
        self.rules.required.push(name.into());
        self
    }

    /// Sets how long a verification may take, the time included in which it waits for others to
    /// [end](Self::max_concurrent). Default: five seconds. After that it is answered with 503.
    pub fn timeout(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self
    }

    /// Sets how many requests to the issuer may be under way at once, so that a flood of unknown tokens is no flood of requests to
    /// the issuer. Default: 64. Further verifications wait for their turn in the order of their arrival, within the
    /// [timeout](Self::timeout). Clones that are made afterwards share the limit.
    pub fn max_concurrent(mut self, requests: NonZeroUsize) -> Self {
        self.slots = Arc::new(Semaphore::new(requests.get().min(Semaphore::MAX_PERMITS)));
        self
    }

    /// The same, with up to 10,000 answers remembered: that a token is good for a minute and never beyond its end, that it is
    /// not for ten seconds. [`TokenCache::with_refusals`] takes other limits.
    #[must_use]
    pub fn cached(self) -> TokenCache<Self> {
        TokenCache::with_refusals(self, 10_000, Duration::from_mins(1), Duration::from_secs(10))
    }

    async fn verified(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        let text = token.expose_secret();
        if text.len() > MAX_TOKEN {
            return Err(TokenError::invalid(reason!("it is too long")));
        }
        // The client of the issuer needs a runtime, and would panic without one.
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

/// An object in which no member stands twice.
fn read(text: &str) -> Option<Map<String, Value>> {
    crate::json::object(text).ok()
}

/// As a value of `application/x-www-form-urlencoded`.
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
        // No number of requests is too large.
        assert!(asked.max_concurrent(NonZeroUsize::MAX).slots.available_permits() > 64);
    }
}
