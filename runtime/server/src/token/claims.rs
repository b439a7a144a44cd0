//! The claims of a verified token.

use core::fmt;
use std::time::SystemTime;

use serde_json::{Map, Value};

use mcp_scopes::{Environment, Grant, ScopeTable};

/// The claims of a verified token. The request's extensions hold them as `Arc<Claims>`, beside the
/// [`Caller`](mcp_scopes::Caller).
///
/// `Debug` shows no values, because claims are personal data.
///
/// ```
/// use mcp_scopes_server::Claims;
/// let claims = Claims::new("https://auth.example.com").subject("ada").scope("files:read").audience(["https://h/mcp"]);
/// assert_eq!(claims.subject_or_client(), Some("ada"));
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct Claims {
    issuer: String,
    subject: Option<String>,
    client: Option<String>,
    audience: Option<Vec<String>>,
    scopes: Scopes,
    expires: Option<SystemTime>,
    others: Map<String, Value>,
    environment: Option<Environment>,
    /// Whether this server itself has issued the token, so that it needs no audience.
    for_this_server: bool,
    /// The key that signed the token.
    #[cfg(feature = "jwt")]
    key: Option<super::keys::KeyMark>,
}

/// The granted scopes, in the form of the claim.
#[derive(Clone, Default)]
enum Scopes {
    /// A missing claim grants nothing.
    #[default]
    None,
    /// `scope`: one string (RFC 9068 §2.2.3).
    Text(String),
    /// `scp`: a list.
    List(Vec<String>),
}

impl Claims {
    /// Creates the claims of a token of this issuer. The layer rejects claims without an [`audience`](Self::audience).
    pub fn new(issuer: impl Into<String>) -> Self {
        Self { issuer: issuer.into(), ..Self::default() }
    }

    /// Sets the subject that the token acts for: `sub`.
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// Sets the client that holds the token: `client_id` (RFC 9068 §2.2).
    pub fn client(mut self, client: impl Into<String>) -> Self {
        self.client = Some(client.into());
        self
    }

    /// Sets the audience of the token: `aud`. The layer rejects a token whose audience does not contain the layer's resource
    /// (RFC 8707 §2, MCP 2026-07-28 "Token Audience Binding").
    pub fn audience(mut self, audience: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.audience = Some(audience.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the granted scopes as one string, separated by spaces: `scope`.
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scopes = Scopes::Text(scope.into());
        self
    }

    /// Sets the granted scopes as a list: `scp`. Each element is one scope.
    pub fn scp(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.scopes = Scopes::List(scopes.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the expiry: `exp`. From then on the layer rejects the token, even if a cache still holds it.
    pub fn expires_at(mut self, time: SystemTime) -> Self {
        self.expires = Some(time);
        self
    }

    /// Sets the environment, if the verifier determines it, for example from the prefix of a key. It applies with
    /// [`Environments::by_credential`](crate::Environments::by_credential). Without that, a sandbox token is rejected, unless
    /// another source also states the sandbox.
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = Some(environment);
        self
    }

    /// States that this server itself has issued the token, for an environment.
    pub(super) fn for_this_server(mut self, environment: Environment) -> Self {
        self.for_this_server = true;
        self.environment(environment)
    }

    /// Returns whether this server itself has issued the token.
    pub(crate) fn is_for_this_server(&self) -> bool {
        self.for_this_server
    }

    /// Sets all claims as received, for use by the server. The layer rejects a token with a `cnf` that is not null: it is
    /// bound to a key (RFC 7800), and the layer does not verify the proof of possession.
    pub fn others(mut self, claims: Map<String, Value>) -> Self {
        self.others = claims;
        self
    }

    /// Sets the key that signed the token.
    #[cfg(feature = "jwt")]
    pub(super) fn signed_by(mut self, key: super::keys::KeyMark) -> Self {
        self.key = Some(key);
        self
    }

    /// Returns the key that signed the token.
    #[cfg(feature = "jwt")]
    pub(super) fn key(&self) -> Option<&super::keys::KeyMark> {
        self.key.as_ref()
    }

    /// Returns the issuer.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Returns the subject; if the token names none, the client.
    #[must_use]
    pub fn subject_or_client(&self) -> Option<&str> {
        self.holder().map(|(_, holder)| holder)
    }

    /// Returns the client that holds the token.
    #[must_use]
    pub fn client_id(&self) -> Option<&str> {
        self.client.as_deref()
    }

    /// Returns the subject.
    pub(crate) fn stated_subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// Returns whether the token is bound to a key.
    pub(crate) fn has_confirmation(&self) -> bool {
        has_confirmation(&self.others)
    }

    /// Returns the kind of holder that the token names, and its name.
    pub(crate) fn holder(&self) -> Option<(&'static str, &str)> {
        let subject = self.stated_subject().map(|subject| ("subject", subject));
        subject.or_else(|| self.client_id().map(|client| ("client", client)))
    }

    /// Returns the expiry.
    #[must_use]
    pub fn expiry(&self) -> Option<SystemTime> {
        self.expires
    }

    /// Returns a claim by name, of those set with [`others`](Self::others).
    #[must_use]
    pub fn claim(&self, name: &str) -> Option<&Value> {
        self.others.get(name)
    }

    /// Returns the audience; empty if the token names none, as [`ApiKeys`](crate::token::ApiKeys) do.
    #[must_use]
    pub fn audiences(&self) -> &[String] {
        self.audience.as_deref().unwrap_or(&[])
    }

    /// Returns the environment set with [`environment`](Self::environment).
    #[must_use]
    pub fn stated_environment(&self) -> Option<Environment> {
        self.environment
    }

    /// Returns the granted scopes that a table declares.
    #[must_use]
    pub fn grant(&self, table: &'static ScopeTable) -> Grant {
        match &self.scopes {
            Scopes::None => table.grant(""),
            Scopes::Text(scope) => table.grant(scope),
            Scopes::List(scopes) => table.grant_scp(scopes),
        }
    }
}

/// Whether claims bind their token to a key: `cnf` (RFC 7800 §3.1, RFC 8705 §3.1, RFC 9449 §6).
pub(super) fn has_confirmation(claims: &Map<String, Value>) -> bool {
    claims.get("cnf").is_some_and(|confirmation| !confirmation.is_null())
}

impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claims").finish_non_exhaustive()
    }
}
