//! A closure of the deployment that reads the claims of a token.

use core::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::{
    super::{
        TokenError,
        claim::{Found, text, texts},
    },
    Provider,
};

/// The claims of a token whose signature, issuer, times, kind and `cnf` have been checked. Its audience has not. Passed to the
/// closure of [`Issuer::claims`](crate::token::Issuer::claims).
///
/// `Debug` shows no values, because claims are personal data.
#[derive(Clone, Copy)]
pub struct VerifiedClaims<'c> {
    pub(in super::super) found: &'c Found,
    pub(in super::super) resources: &'c [String],
}

impl<'c> VerifiedClaims<'c> {
    /// Returns all claims as received.
    #[must_use]
    pub const fn raw(self) -> &'c Map<String, Value> {
        self.found
    }

    /// Returns a claim by name; `None` if it is missing or null.
    #[must_use]
    pub fn claim(self, name: &str) -> Option<&'c Value> {
        super::super::claim::present(self.found, name)
    }

    /// Returns whether `aud` contains a resource of this server, or an audience that it accepts as well.
    #[must_use]
    pub fn has_audience(self) -> bool {
        let audience = self.claim("aud").and_then(texts).unwrap_or_default();
        self.resources.iter().any(|resource| audience.contains(&resource.as_str()))
    }

    /// Accepts the token for this server, if [`has_audience`](Self::has_audience). The subject is `sub` and the client is
    /// `client_id` or `azp`, until they are set. No scope is granted until it is set.
    ///
    /// # Errors
    /// `aud` is missing, has another type, or does not contain a resource of this server.
    pub fn accept(self) -> Result<MappedClaims, TokenError> {
        Provider::new().check_audience(self.found, self.resources)?;
        Ok(self.mapped(false))
    }

    /// Accepts the token for this server, whatever its audience is: the closure itself must find out that the token is not for
    /// another application of the issuer, for example by a list of clients. Otherwise as [`accept`](Self::accept).
    pub fn danger_accept_any_audience(self) -> MappedClaims {
        self.mapped(true)
    }

    fn mapped(self, is_any_audience: bool) -> MappedClaims {
        let of = |name| text(self.found, name).ok().flatten().map(str::to_owned);
        let client = of("client_id").or_else(|| of("azp"));
        MappedClaims { subject: of("sub"), client, scopes: Vec::new(), is_any_audience }
    }
}

impl fmt::Debug for VerifiedClaims<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedClaims").finish_non_exhaustive()
    }
}

/// What the closure of [`Issuer::claims`](crate::token::Issuer::claims) returns for a token that it accepts. Created by
/// [`VerifiedClaims::accept`]. Issuer and times remain those that have been checked.
#[derive(Clone)]
#[must_use]
pub struct MappedClaims {
    pub(in super::super) subject: Option<String>,
    pub(in super::super) client: Option<String>,
    pub(in super::super) scopes: Vec<String>,
    /// Whether the closure has judged the audience.
    pub(in super::super) is_any_audience: bool,
}

impl MappedClaims {
    /// Sets the subject that the token acts for.
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// Sets the client that holds the token.
    pub fn client(mut self, client: impl Into<String>) -> Self {
        self.client = Some(client.into());
        self
    }

    /// Sets the granted scopes. Each element is one scope.
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }
}

impl fmt::Debug for MappedClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MappedClaims").finish_non_exhaustive()
    }
}

/// A closure that reads claims.
pub(in super::super) type Mapping = Arc<dyn Fn(VerifiedClaims<'_>) -> Result<MappedClaims, TokenError> + Send + Sync>;
