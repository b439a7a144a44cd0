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
    Claims, Clock, Token, TokenCache, TokenError, TokenVerifier,
    cache::TOKENS,
    endpoint::{self, Endpoint, EndpointError},
    router::stated_issuer,
    rules::{ClaimsSource, Rules},
};
#[cfg(feature = "jwks")]
use super::{
    discovery::Discovery,
    renewal::{Limits, Prepare, Renewer},
};
use crate::reason::reason;

/// The maximum length of an introspected token, and of a response.
const MAX_TOKEN: usize = 16 << 10;
const MAX_ANSWER: usize = 64 << 10;
/// The default limit of concurrent requests.
const MAX_CONCURRENT: usize = 64;

const MALFORMED: TokenError = TokenError::unavailable(reason!("the introspection response of its issuer is malformed"));
#[cfg(feature = "jwks")]
const NO_METADATA: TokenError = TokenError::unavailable(reason!("the metadata of its issuer is not available"));
const UNSUPPORTED: TokenError = TokenError::invalid(reason!("its issuer does not introspect tokens of its type"))
    .with_help("send the access token; if access tokens are JWTs, verify them with the keys of the issuer");
const OTHER_ISSUER: TokenError =
    TokenError::invalid(reason!("`iss` of the token is not the issuer that its introspection response names"))
        .with_help("send the token to the server as the issuer has sent it");
const BUSY: TokenError = TokenError::unavailable(reason!("too many introspection requests are under way"));

/// Verifies tokens by introspection at their issuer, as [`Issuer`](super::Issuer) documents. Requires a tokio runtime.
#[derive(Clone)]
#[must_use]
pub struct Introspection {
    destination: Destination,
    credentials: HeaderValue,
    rules: Rules,
    wait: Duration,
    /// One permit for each concurrent request.
    slots: Arc<Semaphore>,
    clock: Clock,
}

/// Where tokens are sent.
#[derive(Clone)]
enum Destination {
    Fixed(Endpoint),
    /// The endpoint that the issuer's metadata states.
    #[cfg(feature = "jwks")]
    Discovered(Renewer<Endpoint>),
}

impl Destination {
    #[cfg_attr(not(feature = "jwks"), expect(clippy::unused_async, reason = "only metadata is waited for"))]
    #[cfg_attr(not(feature = "jwks"), expect(unused_variables, reason = "only metadata is waited for"))]
    async fn endpoint(&self, wait: Duration) -> Result<Endpoint, TokenError> {
        match self {
            Self::Fixed(endpoint) => Ok(endpoint.clone()),
            #[cfg(feature = "jwks")]
            Self::Discovered(metadata) => match timeout(wait, metadata.get(None)).await {
                Ok(Some(endpoint)) => Ok(endpoint.as_ref().clone()),
                Ok(None) | Err(_) => Err(NO_METADATA),
            },
        }
    }
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
    pub fn new(url: &str, issuer: &str, resource: &str, credentials: ClientCredentials) -> Result<Self, EndpointError> {
        Self::for_resources(url, issuer, [resource], credentials)
    }

    /// Creates a verifier that introspects tokens for any of these resources.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    pub fn for_resources<'r>(
        url: &str,
        issuer: &str,
        resources: impl IntoIterator<Item = &'r str>,
        credentials: ClientCredentials,
    ) -> Result<Self, EndpointError> {
        Self::at(Destination::Fixed(Endpoint::new(url)?), issuer, resources, credentials)
    }

    /// Creates a verifier that introspects tokens at the endpoint that the metadata of their issuer states.
    #[cfg(feature = "jwks")]
    pub(super) fn discovered<'r>(
        metadata: Discovery,
        limits: Limits,
        issuer: &str,
        resources: impl IntoIterator<Item = &'r str>,
        credentials: ClientCredentials,
    ) -> Result<Self, EndpointError> {
        let mut metadata = Renewer::new(metadata);
        metadata.limits = limits;
        Self::at(Destination::Discovered(metadata), issuer, resources, credentials)
    }

    fn at<'r>(
        destination: Destination,
        issuer: &str,
        resources: impl IntoIterator<Item = &'r str>,
        credentials: ClientCredentials,
    ) -> Result<Self, EndpointError> {
        let unusable = EndpointError("cannot be asked with a token that no header can hold");
        let mut credentials = HeaderValue::try_from(credentials.0).map_err(|_| unusable)?;
        credentials.set_sensitive(true);
        let rules = Rules::new(issuer, resources, ClaimsSource::Issuer);
        let slots = Arc::new(Semaphore::new(MAX_CONCURRENT));
        Ok(Self { destination, credentials, rules, wait: Duration::from_secs(5), slots, clock: Clock::default() })
    }

    /// Returns the metadata that states the endpoint.
    #[cfg(feature = "jwks")]
    pub(super) fn renewal(&self) -> Option<&dyn Prepare> {
        match &self.destination {
            Destination::Fixed(_) => None,
            Destination::Discovered(metadata) => Some(metadata),
        }
    }

    pub(super) fn rules_mut(&mut self) -> &mut Rules {
        &mut self.rules
    }

    /// Sets the clock that `exp`, `nbf` and `iat` are compared with. Default: the system clock.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
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

    /// How long valid tokens are cached by default.
    pub(super) const LIFETIME: Duration = Duration::from_secs(60);
    /// How long rejected tokens are cached by default.
    pub(super) const REJECTIONS: Duration = Duration::from_secs(10);

    /// Wraps the verifier in a cache with the default limits.
    #[must_use]
    pub fn cached(self) -> TokenCache<Self> {
        TokenCache::with_rejections(self, TOKENS, Self::LIFETIME, Self::REJECTIONS)
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
    async fn verify(&self, token: Token<'_>) -> Result<Arc<Claims>, TokenError> {
        let text = token.expose_secret();
        if text.len() > MAX_TOKEN {
            return Err(TokenError::invalid(reason!("it is longer than 16 KiB"))
                .with_help("let the issuer write fewer claims into access tokens"));
        }
        // The HTTP client needs a runtime, and would panic without one.
        tokio::runtime::Handle::try_current()
            .map_err(|_| TokenError::unavailable(reason!("no tokio runtime is running")))?;
        let began = Instant::now();
        let endpoint = self.destination.endpoint(self.wait).await?;
        let Ok(Ok(_slot)) = timeout(self.wait.saturating_sub(began.elapsed()), self.slots.acquire()).await else {
            return Err(BUSY);
        };
        let request = endpoint
            .post()
            .header(AUTHORIZATION, self.credentials.clone())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(format!("token={}&token_type_hint=access_token", encoded(text)));
        let answer = endpoint::send(request, self.wait.saturating_sub(began.elapsed()), MAX_ANSWER)
            .await
            .map_err(|error| if error.is_unsupported_token { UNSUPPORTED } else { error.into_unavailable() })?;
        let found = read(&answer.text).ok_or(MALFORMED)?;
        match found.get("active") {
            Some(Value::Bool(true)) => {
                let claims = self.rules.check(&found, self.clock.now())?.build();
                // A JWT may be of this verifier because of its unverified `iss`. Checked here, so that no cache holds it as valid.
                match stated_issuer(text) {
                    Ok(stated) if self.rules.issuer.matches(&stated) && claims.issuer() != stated => Err(OTHER_ISSUER),
                    _ => Ok(Arc::new(claims)),
                }
            }
            Some(Value::Bool(false)) => Err(TokenError::invalid(reason!("it is not active"))
                .with_help("the client has to refresh its token; if it is new, the issuer does not know it, or reports it to other resources only")),
            _ => Err(MALFORMED),
        }
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
