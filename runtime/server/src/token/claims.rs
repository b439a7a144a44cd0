//! The claims of a verified token.

use core::fmt;
use std::{sync::Arc, time::SystemTime};

use serde_json::{Map, Value};

use mcp_scopes::{Environment, Grant, ScopeTable};
#[cfg(feature = "policies")]
use mcp_scopes_policies::SessionHolder;

#[cfg(feature = "jwt")]
use super::keys::KeyMark;

/// The claims of a verified token. The request's extensions hold them as `Arc<Claims>`, beside the
/// [`Caller`](mcp_scopes::Caller). Token verifiers create them with [`Claims::builder`].
///
/// `Debug` shows no values, because claims are personal data.
///
/// ```
/// use mcp_scopes_server::Claims;
/// let claims = Claims::builder("https://auth.example.com")
///     .subject("ada")
///     .scope("files:read")
///     .audience(["https://files.example.com/mcp"])
///     .build();
/// assert_eq!((claims.subject(), claims.client()), (Some("ada"), None));
/// ```
#[derive(Clone, Default)]
pub struct Claims {
    issuer: String,
    /// The issuer that the metadata advertises, if it is another one.
    advertised_issuer: Option<Arc<str>>,
    subject: Option<String>,
    /// `sub`, if the token lacks what identifies the subject for all clients.
    partial_subject: Option<String>,
    client: Option<String>,
    audience: Vec<String>,
    scopes: Scopes,
    expires_at: Option<SystemTime>,
    environment: Option<Environment>,
    raw: Map<String, Value>,
    /// Whether the token is for this server whatever its audience is: this server itself has issued it, or a rule for its
    /// issuer has accepted it.
    for_this_server: bool,
    /// Whether the client is a holder that this server itself has named, and so identifies the caller.
    holder_is_known: bool,
    /// A claim that may grant scopes, and is not read.
    unread: Option<&'static str>,
    /// The claim whose roles grant the scopes.
    role_claim: Option<String>,
    /// Whether the token has scopes, and none with the prefix of this server's.
    lacks_prefix: bool,
    /// The key that signed the token.
    #[cfg(feature = "jwt")]
    signing_key: Option<KeyMark>,
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
    /// Returns a builder for the claims of a token of this issuer.
    pub fn builder(issuer: impl Into<String>) -> ClaimsBuilder {
        ClaimsBuilder { claims: Self { issuer: issuer.into(), ..Self::default() } }
    }

    /// Returns the issuer, as the token states it.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Returns the subject that the token acts for.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// Returns the client that holds the token.
    #[must_use]
    pub fn client(&self) -> Option<&str> {
        self.client.as_deref()
    }

    /// Returns the subject; if the token names none, the client.
    #[must_use]
    pub fn subject_or_client(&self) -> Option<&str> {
        self.subject().or_else(|| self.client())
    }

    /// Returns the audience; empty if the token names none, as [`ApiKeys`](crate::token::ApiKeys) do.
    #[must_use]
    pub fn audience(&self) -> &[String] {
        &self.audience
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

    /// Returns the granted scopes as the token names them, whether a table declares them or not.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        let (text, list): (_, &[String]) = match &self.scopes {
            Scopes::None => ("", &[]),
            Scopes::Text(scope) => (scope.as_str(), &[]),
            Scopes::List(scopes) => ("", scopes),
        };
        text.split(' ').filter(|scope| !scope.is_empty()).chain(list.iter().map(String::as_str))
    }

    /// Returns the expiry.
    #[must_use]
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.expires_at
    }

    /// Returns the environment that the verifier has determined.
    #[must_use]
    pub fn environment(&self) -> Option<Environment> {
        self.environment
    }

    /// Returns all claims as received; empty if the verifier has not set them.
    #[must_use]
    pub fn raw(&self) -> &Map<String, Value> {
        &self.raw
    }

    /// Returns a claim of [`raw`](Self::raw) by name.
    #[must_use]
    pub fn claim(&self, name: &str) -> Option<&Value> {
        self.raw.get(name)
    }

    /// Returns the issuer as the metadata advertises it.
    pub(crate) fn advertised_issuer(&self) -> &str {
        self.advertised_issuer.as_deref().unwrap_or(&self.issuer)
    }

    /// Returns whether the token is for this server whatever its audience is.
    pub(crate) fn for_this_server(&self) -> bool {
        self.for_this_server
    }

    /// Returns the name of a claim of the token that may grant scopes, and is not read.
    #[must_use]
    pub fn unread_claim(&self) -> Option<&'static str> {
        self.unread
    }

    /// Returns the name of the claim of roles that grants the scopes. Requesting other scopes does not change it.
    pub(super) fn role_claim(&self) -> Option<&str> {
        self.role_claim.as_deref()
    }

    /// Returns whether the token has scopes, and none with the [prefix](crate::token::Provider::scope_prefix) of this server's.
    #[must_use]
    pub fn lacks_scope_prefix(&self) -> bool {
        self.lacks_prefix
    }

    /// Returns the key that signed the token.
    #[cfg(feature = "jwt")]
    pub(super) fn signing_key(&self) -> Option<&KeyMark> {
        self.signing_key.as_ref()
    }

    /// Returns what the token is bound to.
    pub(crate) fn confirmation(&self) -> Option<&Value> {
        confirmation(&self.raw)
    }

    /// Returns who the sessions of policies belong to. `None` if the token names no subject. A client does not count,
    /// since it can register again under another name, except for the holder of an API key, whom this server itself has named.
    #[cfg(feature = "policies")]
    pub(crate) fn session_holder(&self) -> Option<SessionHolder<'_>> {
        let subject = self.subject().map(SessionHolder::Subject);
        let holder = || self.client().filter(|_| self.holder_is_known).map(SessionHolder::ApiKey);
        subject.or_else(holder).filter(|holder| !holder.name().is_empty())
    }

    /// Returns the kind of holder that the token names, and its name. Two users of one client are two holders, even if their tokens
    /// lack what identifies them for all clients.
    pub(crate) fn holder(&self) -> Option<(&'static str, &str)> {
        let subject = self.subject().map(|subject| ("subject", subject));
        let subject = subject.or_else(|| self.partial_subject.as_deref().map(|subject| ("sub", subject)));
        subject.or_else(|| self.client().map(|client| ("client", client)))
    }
}

impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claims").finish_non_exhaustive()
    }
}

/// Builds [`Claims`]. Each method has the name of the getter of its value.
///
/// `Debug` shows no values, because claims are personal data.
#[derive(Clone)]
#[must_use = "nothing is built before `build`"]
pub struct ClaimsBuilder {
    claims: Claims,
}

impl ClaimsBuilder {
    /// Sets the subject that the token acts for: `sub`.
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.claims.subject = Some(subject.into());
        self
    }

    /// Sets the client that holds the token: `client_id` (RFC 9068 §2.2).
    pub fn client(mut self, client: impl Into<String>) -> Self {
        self.claims.client = Some(client.into());
        self
    }

    /// Sets the audience of the token: `aud`. The layer rejects a token whose audience does not contain the layer's resource
    /// (RFC 8707 §2, MCP 2026-07-28 "Token Audience Binding"), and so claims without an audience.
    pub fn audience(mut self, audience: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.claims.audience = audience.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the granted scopes as one string, separated by spaces: `scope`. Replaces [`scp`](Self::scp).
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.claims.scopes = Scopes::Text(scope.into());
        self
    }

    /// Sets the granted scopes as a list: `scp`. Each element is one scope. Replaces [`scope`](Self::scope).
    pub fn scp(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.claims.scopes = Scopes::List(scopes.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the expiry: `exp`. From then on the layer rejects the token, even if a cache still holds it.
    pub fn expires_at(mut self, time: SystemTime) -> Self {
        self.claims.expires_at = Some(time);
        self
    }

    /// Sets the environment, if the verifier determines it, for example from the prefix of a key. It applies with
    /// [`Environments::by_credential`](crate::Environments::by_credential). Without that, a sandbox token is rejected, unless
    /// another source also states the sandbox.
    pub fn environment(mut self, environment: Environment) -> Self {
        self.claims.environment = Some(environment);
        self
    }

    /// Sets all claims as received, for use by the server. A `cnf` that is not null binds the token to a key (RFC 7800): the layer
    /// rejects it, unless [the builder](crate::ResourceServerBuilder) has a setting for the proof of possession.
    pub fn raw(mut self, claims: Map<String, Value>) -> Self {
        self.claims.raw = claims;
        self
    }

    /// Sets the issuer that the metadata advertises, if it is another one.
    #[cfg(any(feature = "jwt", feature = "introspection"))]
    pub(super) fn advertised_issuer(mut self, issuer: Arc<str>) -> Self {
        self.claims.advertised_issuer = Some(issuer);
        self
    }

    /// States whether the token has scopes, and none with the prefix of this server's.
    #[cfg(any(feature = "jwt", feature = "introspection"))]
    pub(super) fn lacks_scope_prefix(mut self, lacks: bool) -> Self {
        self.claims.lacks_prefix = lacks;
        self
    }

    #[cfg(any(feature = "jwt", feature = "introspection"))]
    pub(super) fn partial_subject(mut self, subject: impl Into<String>) -> Self {
        self.claims.partial_subject = Some(subject.into());
        self
    }

    /// Sets the claim whose roles grant the scopes.
    #[cfg(any(feature = "jwt", feature = "introspection"))]
    pub(super) fn role_claim(mut self, claim: Option<String>) -> Self {
        self.claims.role_claim = claim;
        self
    }

    /// Sets a claim that may grant scopes, and is not read.
    #[cfg(any(feature = "jwt", feature = "introspection"))]
    pub(super) fn unread(mut self, claim: Option<&'static str>) -> Self {
        self.claims.unread = claim;
        self
    }

    /// States that the token is for this server whatever its audience is.
    pub(super) fn for_this_server(mut self) -> Self {
        self.claims.for_this_server = true;
        self
    }

    /// States that this server itself has named the client, as the holder of an API key.
    pub(super) fn holder_is_known(mut self) -> Self {
        self.claims.holder_is_known = true;
        self
    }

    /// Sets the key that signed the token.
    #[cfg(feature = "jwt")]
    pub(super) fn signing_key(mut self, key: KeyMark) -> Self {
        self.claims.signing_key = Some(key);
        self
    }

    /// Builds the claims.
    #[must_use]
    pub fn build(self) -> Claims {
        self.claims
    }
}

impl fmt::Debug for ClaimsBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClaimsBuilder").finish_non_exhaustive()
    }
}

/// Returns what claims bind their token to: `cnf` (RFC 7800 §3.1, RFC 8705 §3.1, RFC 9449 §6).
pub(super) fn confirmation(claims: &Map<String, Value>) -> Option<&Value> {
    claims.get("cnf").filter(|confirmation| !confirmation.is_null())
}
