//! An issuer of access tokens, and how its tokens are verified.
//!
//! | module | holds |
//! |---|---|
//! | `checks` | whether its provider accepts access tokens for this server alone |
//! | `names` | what the issuer is called: in tokens, and in metadata |

mod checks;
mod names;

use core::{fmt, num::NonZeroUsize, time::Duration};

#[cfg(feature = "introspection")]
use super::ClientCredentials;
#[cfg(feature = "jwt")]
use super::{Algorithm, KeySource};
use super::{
    Provider, TokenError,
    provider::mapping::{MappedClaims, Mapping, VerifiedClaims},
};

use mcp_scopes_model::config::ScopePrefix;

use self::names::Names;

/// An issuer of access tokens, and how its tokens are verified. Passed to
/// [`ResourceServerBuilder::issuer`](crate::ResourceServerBuilder::issuer).
///
/// The issuer is stated here, and the resource at the builder. The verifier, the metadata and the challenges inherit both.
///
/// ```
/// # #[cfg(feature = "jwks")] {
/// use mcp_scopes_server::token::{Algorithm, Issuer};
/// let issuer = Issuer::discover("https://auth.example.com")
///     .algorithms([Algorithm::Es256])
///     .require_access_token_type();
/// # let _ = issuer;
/// # }
/// ```
///
/// # JWTs
///
/// With [`discover`](Self::discover), [`jwks`](Self::jwks) and [`keys`](Self::keys) a token is valid if all of these hold
/// (RFC 8725, RFC 9068):
///
/// - It is signed with an allowed algorithm and a key of the issuer.
/// - `iss` is the issuer, or what [`token_issuer`](Self::token_issuer) or [`tenants`](Self::tenants) state, and `aud` contains the
///   server's resource. Both are compared code point by code point. A [provider](Self::provider) can say otherwise about `aud`.
/// - `exp` is in the future; `nbf` and `iat` are not.
/// - `typ` in its header and `typ`, `token_type` and `token_use` among its claims, if present, are those of an access token.
/// - It has none of `at_hash`, `c_hash` and `s_hash`, which only ID tokens have (OpenID Connect Core §3.3.2.11).
/// - `scope` and `scp`, if both are present, grant the same scopes. If neither is, no other known claim grants scopes, such as
///   `permissions` or `roles`: a token whose scopes are not read is rejected.
/// - Header and claims contain no duplicate member.
///
/// Signatures are verified by aws-lc-rs on Linux, macOS and Windows on x86-64 and 64-bit Arm, and in pure Rust elsewhere. The features
/// `aws-lc-rs` and `rust-crypto`, without the default feature `default-crypto`, select one for every target. TLS, which the features
/// `jwks` and `introspection` use, still requires aws-lc-rs.
///
/// # Introspection
///
/// With [`introspection`](Self::introspection) or [`introspect`](Self::introspect) a token is valid if its issuer reports it as
/// active, and `aud`, which is required, contains the server's resource. `iss`, `exp`, `nbf`, `scope` and `scp` are checked as in
/// a JWT, if they are present. A token of a type that the issuer does not introspect (`unsupported_token_type`) is rejected. If the
/// issuer cannot be reached, or returns any other response, the request is answered with 503.
///
/// Issuers report refresh and ID tokens as active as well. So `token_use`, `token_type` and `typ`, if present, must be those of
/// an access token, compared case-insensitively. Any other value is rejected:
///
/// | member | accepted |
/// |---|---|
/// | `token_use` | `access`, `access_token` |
/// | `token_type` | `Bearer`, `DPoP`, `access`, `access_token`, `urn:ietf:params:oauth:token-type:access_token` |
/// | `typ` | `Bearer`, `DPoP`, `JWT`, `at+jwt`, `application/at+jwt`, `access`, `access_token` |
///
/// If an issuer returns none of them for a refresh token, use [`require_claim`](Self::require_claim) to distinguish it, or
/// configure the issuer not to report this server as the audience of refresh tokens.
///
/// # Both
///
/// A token with `cnf` is bound to a key. It is rejected, unless the builder has a setting for the proof of possession. Addresses of keys and of introspection
/// are https, or http on a loopback host. Redirects are not followed, so that no other server is trusted or receives a token.
/// Verified tokens are [cached](Self::cache). A setting that does not apply to the kind of issuer is an error of `build`.
#[derive(Clone)]
#[must_use]
pub struct Issuer {
    pub(super) name: String,
    pub(super) source: Source,
    pub(super) settings: Settings,
}

/// Where the facts about a token come from.
#[derive(Clone)]
pub(super) enum Source {
    /// What the issuer's metadata points to.
    #[cfg(feature = "jwks")]
    Discover,
    /// Keys at an address.
    #[cfg(feature = "jwks")]
    Jwks(String),
    /// Keys of the deployment.
    #[cfg(feature = "jwt")]
    Keys(std::sync::Arc<dyn super::keys::DynKeySource>),
    /// The issuer itself.
    #[cfg(feature = "introspection")]
    Introspection { endpoint: String, credentials: ClientCredentials },
}

/// The settings that were made; `None` for a default.
#[derive(Clone, Default)]
pub(super) struct Settings {
    pub(super) names: Names,
    pub(super) lazy: bool,
    pub(super) prefixes: Vec<String>,
    pub(super) leeway: Option<Duration>,
    pub(super) required: Vec<String>,
    pub(super) cache: Option<(usize, Duration)>,
    pub(super) cache_rejections: Option<Duration>,
    #[cfg(feature = "jwt")]
    pub(super) algorithms: Option<Vec<Algorithm>>,
    pub(super) typed: bool,
    pub(super) key_lifetime: Option<(Duration, Duration)>,
    pub(super) max_stale: Option<Duration>,
    pub(super) fetch_pause: Option<Duration>,
    pub(super) timeout: Option<Duration>,
    pub(super) max_concurrent: Option<NonZeroUsize>,
    pub(super) provider: Option<Provider>,
    pub(super) claims: Option<Mapping>,
    #[cfg(all(feature = "jwks", feature = "introspection"))]
    pub(super) introspect: Option<ClientCredentials>,
}

impl Issuer {
    /// Creates an issuer whose tokens are JWTs, with the keys that its metadata points to. Requires the feature `jwks`.
    ///
    /// [`build`](crate::ResourceServerBuilder::build) reads the metadata (RFC 8414, OpenID Connect Discovery) and fetches the
    /// keys at its `jwks_uri`. It asks these addresses in turn until one has an answer that counts, here for the issuer
    /// `https://auth.example.com/a`; for an issuer without a path, the first two without `/a`:
    ///
    /// 1. `https://auth.example.com/.well-known/oauth-authorization-server/a`
    /// 2. `https://auth.example.com/.well-known/openid-configuration/a`
    /// 3. `https://auth.example.com/a/.well-known/openid-configuration`
    ///
    /// An answer counts if it is a JSON object of at most 256 KiB without duplicate members, states this issuer as `issuer`,
    /// code point by code point, and states a `jwks_uri` that is https. A loopback issuer may state addresses on a loopback
    /// host, which may be http. Redirects are not followed. If no answer counts, the error of `build` lists what each address
    /// answered. A [`lazy`](Self::lazy) issuer starts without the metadata, answers its tokens with 503, and keeps trying.
    ///
    /// The metadata is cached like keys, within the same [limits](Self::key_lifetime). It is read again when keys are fetched
    /// after its lifetime, and when they cannot be fetched. So an issuer may move its keys.
    ///
    /// ```
    /// use mcp_scopes_server::token::Issuer;
    /// let issuer = Issuer::discover("https://auth.example.com");
    /// # let _ = issuer;
    /// ```
    #[cfg(feature = "jwks")]
    pub fn discover(issuer: impl Into<String>) -> Self {
        Self::new(issuer, Source::Discover)
    }

    /// Introspects the tokens of a [discovered](Self::discover) issuer (RFC 7662), at the `introspection_endpoint` that its
    /// metadata states, instead of verifying JWTs with its keys. A missing endpoint is an error of `build`. See
    /// [`introspection`](Self::introspection). Requires the features `jwks` and `introspection`.
    ///
    /// ```
    /// use mcp_scopes_server::token::{ClientCredentials, Issuer};
    /// # let secret = "from the environment";
    /// let issuer = Issuer::discover("https://auth.example.com").introspect(ClientCredentials::basic("files", secret));
    /// # let _ = issuer;
    /// ```
    #[cfg(all(feature = "jwks", feature = "introspection"))]
    pub fn introspect(mut self, credentials: ClientCredentials) -> Self {
        self.settings.introspect = Some(credentials);
        self
    }

    /// Creates an issuer whose tokens are JWTs, with keys at this address (its `jwks_uri`). Requires the feature `jwks`.
    ///
    /// [`build`](crate::ResourceServerBuilder::build) fetches the keys and fails if it cannot, unless the issuer is
    /// [`lazy`](Self::lazy). The keys are renewed in the background after three quarters of their lifetime, which is what the
    /// issuer's `Cache-Control` says, within [limits](Self::key_lifetime). A token that names an unknown key triggers a renewal
    /// at once, and so does one that names no key and that no key verifies. All fetches together are limited to one per [pause](Self::fetch_pause), regardless of the number of such tokens.
    /// During an outage the old keys are kept for a [time](Self::max_stale). After that every token is answered with 503.
    ///
    /// A response has at most 512 KiB and 100 keys.
    #[cfg(feature = "jwks")]
    pub fn jwks(issuer: impl Into<String>, address: impl Into<String>) -> Self {
        Self::new(issuer, Source::Jwks(address.into()))
    }

    /// Creates an issuer whose tokens are JWTs, with these keys: a [`KeySet`](super::KeySet), or a [`KeySource`] whose keys
    /// change. Requires the feature `jwt`.
    ///
    /// ```no_run
    /// use mcp_scopes_server::token::{Issuer, KeySet};
    /// let issuer = Issuer::keys("https://auth.example.com", KeySet::from_file("jwks.json")?);
    /// # Ok::<(), mcp_scopes_server::token::KeySetError>(())
    /// ```
    #[cfg(feature = "jwt")]
    pub fn keys(issuer: impl Into<String>, keys: impl KeySource) -> Self {
        Self::new(issuer, Source::Keys(std::sync::Arc::new(keys)))
    }

    /// Creates an issuer that is asked about each token (RFC 7662): for opaque tokens, and where a revoked token must not be
    /// accepted until its expiry. Requires the feature `introspection`, and a tokio runtime.
    ///
    /// The issuer never receives a token that names another issuer, nor one that another issuer's
    /// [prefix](Self::token_prefix) or an API key's prefix claims.
    ///
    /// ```
    /// use mcp_scopes_server::token::{ClientCredentials, Issuer};
    /// # let secret = "from the environment";
    /// let issuer = Issuer::introspection(
    ///     "https://auth.example.com",
    ///     "https://auth.example.com/introspect",
    ///     ClientCredentials::basic("files", secret),
    /// );
    /// # let _ = issuer;
    /// ```
    #[cfg(feature = "introspection")]
    pub fn introspection(
        issuer: impl Into<String>,
        endpoint: impl Into<String>,
        credentials: ClientCredentials,
    ) -> Self {
        Self::new(issuer, Source::Introspection { endpoint: endpoint.into(), credentials })
    }

    fn new(issuer: impl Into<String>, source: Source) -> Self {
        Self { name: issuer.into(), source, settings: Settings::default() }
    }

    /// Returns the issuer identifier.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns what is in front of every scope that clients request here.
    pub(super) fn scope_prefix<'i>(&'i self, table: &ScopePrefix<'i>) -> &'i str {
        // A malformed prefix is reported when the issuer is bound.
        let prefix = self.settings.provider.as_ref().map(|provider| &provider.prefix);
        let prefix = prefix.filter(|prefix| prefix.problem().is_none());
        prefix.map_or(table.outside, |prefix| prefix.outside(table))
    }

    /// Lets `build` succeed while metadata or keys cannot be fetched. Until they are, every token of this issuer is answered
    /// with 503, and the server keeps trying to fetch them. For [`discover`](Self::discover) and [`jwks`](Self::jwks).
    pub fn lazy(mut self) -> Self {
        self.settings.lazy = true;
        self
    }

    /// States that tokens with this prefix are of this issuer, such as `ory_at_`. Several calls add up. It is required for an
    /// introspecting issuer beside a [`verifier`](crate::ResourceServerBuilder::verifier), since opaque tokens name no issuer.
    pub fn token_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.settings.prefixes.push(prefix.into());
        self
    }

    /// Sets how the issuer writes its tokens. Default: [`Provider::new`], as RFC 9068 describes them.
    ///
    /// ```
    /// # #[cfg(feature = "jwks")] {
    /// use mcp_scopes_server::token::{Issuer, Provider};
    /// let issuer = Issuer::jwks(
    ///     "https://auth.example.com/realms/files",
    ///     "https://auth.example.com/realms/files/protocol/openid-connect/certs",
    /// )
    /// .provider(Provider::keycloak());
    /// # let _ = issuer;
    /// # }
    /// ```
    pub fn provider(mut self, provider: Provider) -> Self {
        self.settings.provider = Some(provider);
        self
    }

    /// Returns whether the issuer's access tokens have `auth_time`, as far as its provider says.
    #[cfg(feature = "policies")]
    pub(super) fn has_auth_time(&self) -> bool {
        self.settings.provider.as_ref().is_none_or(Provider::has_auth_time)
    }

    /// Returns the audiences that the provider accepts besides the resources of the server.
    pub(super) fn audiences(&self) -> &[String] {
        self.settings.provider.as_ref().map_or(&[], |provider| &provider.audiences)
    }

    /// Sets a closure that reads the claims of each token, for issuers that no [`Provider`] describes. It receives the claims
    /// after signature, issuer, times, token kind and `cnf` have been checked, and says whether the token is for this server, and
    /// what it grants. It replaces the checks of `aud`, client and scopes. Issuer and times remain as they are.
    ///
    /// The closure runs once per token, before it is cached. It must not block.
    ///
    /// ```
    /// # #[cfg(feature = "jwks")] {
    /// use mcp_scopes_server::{TokenError, token::Issuer};
    /// let issuer = Issuer::jwks("https://auth.example.com", "https://auth.example.com/jwks.json").claims(|verified| {
    ///     let rights = verified.claim("rights").and_then(|rights| rights.as_array());
    ///     let rights = rights.ok_or(TokenError::invalid("`rights` is missing"))?;
    ///     Ok(verified.accept()?.scopes(rights.iter().filter_map(|right| right.as_str())))
    /// });
    /// # let _ = issuer;
    /// # }
    /// ```
    pub fn claims(
        mut self,
        read: impl Fn(VerifiedClaims<'_>) -> Result<MappedClaims, TokenError> + Send + Sync + 'static,
    ) -> Self {
        self.settings.claims = Some(std::sync::Arc::new(read));
        self
    }

    /// Sets the accepted clock difference between issuer and server. Default: 30 seconds.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.settings.leeway = Some(leeway);
        self
    }

    /// Requires a claim to be present and not null. Several calls add up.
    pub fn require_claim(mut self, name: impl Into<String>) -> Self {
        self.settings.required.push(name.into());
        self
    }

    /// Sets how many verified tokens are cached, and for how long: never beyond a token's expiry, and not after its key has
    /// left the key set. Default: 10,000 tokens, five minutes for JWTs and one minute for introspection. A lifetime of zero
    /// caches nothing. A token that its issuer revokes may still be accepted for the lifetime.
    pub fn cache(mut self, tokens: usize, lifetime: Duration) -> Self {
        self.settings.cache = Some((tokens, lifetime));
        self
    }

    /// Sets how long rejected tokens are cached. A token that becomes valid is rejected until its entry expires. Default: ten
    /// seconds for introspection, which costs the issuer a request; zero, which caches no rejections, for JWTs.
    pub fn cache_rejections(mut self, lifetime: Duration) -> Self {
        self.settings.cache_rejections = Some(lifetime);
        self
    }

    /// Sets the accepted algorithms. Default: [`Algorithm::ASYMMETRIC`]. Accept as few as possible (RFC 8725 §3.1). For JWTs.
    #[cfg(feature = "jwt")]
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.settings.algorithms = Some(algorithms.into_iter().collect());
        self
    }

    /// Requires `typ: at+jwt` (RFC 9068 §2.1), so that an ID token is not accepted as an access token. Not every issuer sends
    /// it. For JWTs.
    pub fn require_access_token_type(mut self) -> Self {
        self.settings.typed = true;
        self
    }

    /// Sets the minimum and maximum lifetime of fetched keys and metadata, whatever the issuer says. Default: one minute and one
    /// day. For [`discover`](Self::discover) and [`jwks`](Self::jwks).
    pub fn key_lifetime(mut self, least: Duration, most: Duration) -> Self {
        self.settings.key_lifetime = Some((least, most));
        self
    }

    /// Sets how long expired keys and metadata are kept while the issuer is unreachable. Default: one hour. A key that the issuer
    /// has withdrawn may still be accepted for that long. For [`discover`](Self::discover) and [`jwks`](Self::jwks).
    pub fn max_stale(mut self, time: Duration) -> Self {
        self.settings.max_stale = Some(time);
        self
    }

    /// Sets the minimum time between two attempts to fetch keys or metadata. Default: ten seconds. For
    /// [`discover`](Self::discover) and [`jwks`](Self::jwks).
    pub fn fetch_pause(mut self, pause: Duration) -> Self {
        self.settings.fetch_pause = Some(pause);
        self
    }

    /// Sets the timeout of a request to the issuer, and of what a request to this server waits for keys, whatever the number of
    /// addresses. Default: five seconds. For [`discover`](Self::discover), [`jwks`](Self::jwks) and
    /// [`introspection`](Self::introspection), where it includes the time for a [turn](Self::max_concurrent). Then the answer is 503.
    pub fn timeout(mut self, time: Duration) -> Self {
        self.settings.timeout = Some(time);
        self
    }

    /// Sets how many requests to the issuer may run concurrently, so that a flood of unknown tokens does not become a flood of
    /// requests to the issuer. Default: 64. Further verifications wait in the order of their arrival. For
    /// [`introspection`](Self::introspection).
    pub fn max_concurrent(mut self, requests: NonZeroUsize) -> Self {
        self.settings.max_concurrent = Some(requests);
        self
    }
}

/// Neither addresses nor keys nor credentials are shown.
impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issuer").finish_non_exhaustive()
    }
}
