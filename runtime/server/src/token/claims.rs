//! What a verified token says.

use core::fmt;
use std::time::SystemTime;

use serde_json::{Map, Value};

use mcp_scopes::{Environment, Grant, ScopeTable};

/// What a verified token says. Stands in the request's extensions as `Arc<Claims>`, beside the [`Caller`](mcp_scopes::Caller).
///
/// `Debug` shows no value of it: claims are about people.
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
    /// The key that signed it.
    #[cfg(feature = "jwt")]
    key: Option<super::keys::KeyMark>,
}

/// What the token grants, in the form in which it says so.
#[derive(Clone, Default)]
enum Scopes {
    /// A missing claim grants nothing.
    #[default]
    None,
    /// `scope`: one text (RFC 9068 §2.2.3).
    Text(String),
    /// `scp`: a list.
    List(Vec<String>),
}

impl Claims {
    /// The claims of a token of that issuer. A token without a stated [`audience`](Self::audience) is refused.
    pub fn new(issuer: impl Into<String>) -> Self {
        Self { issuer: issuer.into(), ..Self::default() }
    }

    /// For whom the token acts: `sub`.
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// The client that holds the token: `client_id` (RFC 9068 §2.2).
    pub fn client(mut self, client: impl Into<String>) -> Self {
        self.client = Some(client.into());
        self
    }

    /// For whom the token is meant: `aud`. The layer refuses a token whose audience does not hold its own resource
    /// (RFC 8707 §2, MCP 2026-07-28 "Token Audience Binding").
    pub fn audience(mut self, audience: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.audience = Some(audience.into_iter().map(Into::into).collect());
        self
    }

    /// What it grants, as one text of scopes separated by spaces: `scope`.
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scopes = Scopes::Text(scope.into());
        self
    }

    /// What it grants, as a list: `scp`. Each element is one scope.
    pub fn scp(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.scopes = Scopes::List(scopes.into_iter().map(Into::into).collect());
        self
    }

    /// When it ends: `exp`. The layer refuses it from then on, whatever a cache says.
    pub fn expires_at(mut self, time: SystemTime) -> Self {
        self.expires = Some(time);
        self
    }

    /// The environment, where the verifier knows it by itself, such as from the prefix of a key. Counts where
    /// [`Environments::by_credential`](crate::Environments::by_credential) says so; elsewhere what is for the sandbox is
    /// refused, unless another source says the same.
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = Some(environment);
        self
    }

    /// All claims as they came, for what the server itself wants to know. The layer refuses a token with a `cnf` among them that
    /// is not null: it is bound to a key (RFC 7800), and the layer does not verify the proof of possession.
    pub fn others(mut self, claims: Map<String, Value>) -> Self {
        self.others = claims;
        self
    }

    /// Notes the key that signed it.
    #[cfg(feature = "jwt")]
    pub(super) fn signed_by(mut self, key: super::keys::KeyMark) -> Self {
        self.key = Some(key);
        self
    }

    /// The key that signed it.
    #[cfg(feature = "jwt")]
    pub(super) fn key(&self) -> Option<&super::keys::KeyMark> {
        self.key.as_ref()
    }

    /// Who issued it.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// For whom it acts; where the token says nothing about a user, the client.
    #[must_use]
    pub fn subject_or_client(&self) -> Option<&str> {
        self.holder().map(|(_, holder)| holder)
    }

    /// The client that holds it.
    #[must_use]
    pub fn client_id(&self) -> Option<&str> {
        self.client.as_deref()
    }

    /// The subject.
    pub(crate) fn stated_subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// Whether the token is bound to a key.
    pub(crate) fn has_confirmation(&self) -> bool {
        has_confirmation(&self.others)
    }

    /// Which kind of holder it names, and who that is.
    pub(crate) fn holder(&self) -> Option<(&'static str, &str)> {
        let subject = self.stated_subject().map(|subject| ("subject", subject));
        subject.or_else(|| self.client_id().map(|client| ("client", client)))
    }

    /// When it ends.
    #[must_use]
    pub fn expiry(&self) -> Option<SystemTime> {
        self.expires
    }

    /// A claim by name, of those handed to [`others`](Self::others).
    #[must_use]
    pub fn claim(&self, name: &str) -> Option<&Value> {
        self.others.get(name)
    }

    /// The audience; empty if the token names none.
    #[must_use]
    pub fn audiences(&self) -> &[String] {
        self.audience.as_deref().unwrap_or(&[])
    }

    /// What [`environment`](Self::environment) has stated.
    #[must_use]
    pub fn stated_environment(&self) -> Option<Environment> {
        self.environment
    }

    /// What it grants of a table.
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
