//! The requirements for claims, whether they come from the token itself (RFC 7519 §4.1, RFC 9068 §4) or from its issuer
//! (RFC 7662 §2.2).

use core::time::Duration;
use std::time::SystemTime;

use super::{
    AcceptedBindings, Provider, TokenError,
    claim::{self, Found},
    claims::{ClaimsBuilder, confirmation},
    issuer_rule::IssuerRule,
    kind,
    provider::{
        audience::Verdict,
        mapping::{Mapping, VerifiedClaims},
        scopes::Granted,
        server_permissions,
    },
    refusal::{Refusal, Refused},
};
use crate::reason::reason;

/// Without its key a token would be accepted as a plain one, without a proof.
const NO_KEY: TokenError = TokenError::invalid(reason!("its type is `DPoP`, and `cnf` does not name its key"))
    .with_help("let the issuer send `cnf` with `jkt` in tokens and introspection responses (RFC 9449, section 6)");

/// The requirements for claims.
#[derive(Clone)]
pub(super) struct Rules {
    pub(super) issuer: IssuerRule,
    pub(super) resources: Vec<String>,
    /// Those of the resources under which clients know the server. `server_permissions` names these.
    pub(super) names: Vec<String>,
    pub(super) leeway: Duration,
    pub(super) required: Vec<String>,
    pub(super) source: ClaimsSource,
    /// What tokens may be bound to. The layer checks the possession.
    pub(super) bindings: AcceptedBindings,
    pub(super) provider: Provider,
    /// What is in front of every scope of this server in a token.
    pub(super) scope_prefix: String,
    /// Replaces what the provider says about audience, client, subject and scopes.
    pub(super) mapping: Option<Mapping>,
}

/// The source of the claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClaimsSource {
    /// The token itself: issuer and expiry are required.
    #[cfg(feature = "jwt")]
    Token,
    /// The issuer, by introspection: it may omit its own name, and it does not report an expired token as active.
    #[cfg(feature = "introspection")]
    Issuer,
}

impl Rules {
    /// Creates the requirements that always apply, with a leeway of 30 seconds.
    pub(super) fn new<'r>(issuer: &str, resources: impl IntoIterator<Item = &'r str>, source: ClaimsSource) -> Self {
        let resources: Vec<String> = resources.into_iter().map(str::to_owned).collect();
        Self {
            issuer: IssuerRule::exact(issuer),
            names: resources.clone(),
            resources,
            leeway: Duration::from_secs(30),
            required: Vec::new(),
            source,
            bindings: AcceptedBindings::default(),
            provider: Provider::new(),
            scope_prefix: String::new(),
            mapping: None,
        }
    }

    /// Returns the claims of a token that is for this server.
    pub(super) fn check(&self, found: &Found, now: SystemTime) -> Result<ClaimsBuilder, TokenError> {
        self.check_steps(found, now).map_err(|(_, error)| error)
    }

    /// Like [`check`](Self::check). The error names the step that refuses the token.
    pub(super) fn check_steps(&self, found: &Found, now: SystemTime) -> Result<ClaimsBuilder, Refused> {
        let claims = self.issuer.check(found, self.may_be_silent()).map_err(Refusal::Issuer.of())?;
        kind::check(found).map_err(Refusal::Kind.of())?;
        self.bindings.read(confirmation(found)).map_err(Refusal::Binding.of())?;
        if confirmation(found).is_none() && kind::is_proved(found) {
            return Err((Refusal::Binding, NO_KEY));
        }
        let end = claim::times(found, now, self.leeway).map_err(Refusal::Time.of())?;
        if end.is_none() && !self.may_be_silent() {
            let error = TokenError::invalid(reason!("`exp` is missing"))
                .with_help("let the issuer write `exp` (RFC 9068 §2.2)");
            return Err((Refusal::Time, error));
        }
        if let Some(name) = self.required.iter().find(|name| claim::present(found, name).is_none()) {
            let error = TokenError::of_claim(name, reason!("is missing"))
                .with_help("let the issuer write the claim, or remove `.require_claim(..)`");
            return Err((Refusal::Claim, error));
        }
        let mut claims = match &self.mapping {
            Some(mapping) => self.mapped(claims, found, mapping).map_err(Refusal::Claim.of())?,
            None => self.read(claims, found)?,
        };
        if let Some(end) = end {
            claims = claims.expires_at(end);
        }
        Ok(claims.raw(found.clone()))
    }

    /// Reads the claims as the provider writes them.
    fn read(&self, claims: ClaimsBuilder, found: &Found) -> Result<ClaimsBuilder, Refused> {
        self.provider.check_kind(found).map_err(Refusal::Kind.of())?;
        let audience = self.provider.check_audience(found, &self.resources);
        let verdict = audience.map_err(Refusal::Audience.of())?;
        let client = self.provider.check_client(found).map_err(Refusal::Client.of())?;
        let Granted { scopes, unread, role_claim } = self.provider.scopes.read(found).map_err(Refusal::Scopes.of())?;
        let audience = claim::present(found, "aud").and_then(claim::texts).unwrap_or_default();
        let has_scopes = !scopes.is_empty();
        let scopes = self.provider.scopes.without_prefix(scopes, &self.scope_prefix);
        let lacks_prefix = has_scopes && scopes.is_empty();
        let scopes = self.limited(scopes, found, &audience).map_err(Refusal::Scopes.of())?;
        let mut claims = claims.audience(audience).scp(scopes).unread(unread).role_claim(role_claim);
        claims = claims.lacks_scope_prefix(lacks_prefix);
        if verdict == Verdict::Rule {
            claims = claims.for_this_server();
        }
        let subject = self.provider.subject(found).and_then(|subject| Ok((subject, claim::text(found, "sub")?)));
        claims = match subject.map_err(Refusal::Claim.of())? {
            (Some(subject), _) => claims.subject(subject),
            (None, Some(sub)) => claims.partial_subject(sub),
            (None, None) => claims,
        };
        if let Some(client) = client {
            claims = claims.client(client);
        }
        Ok(claims)
    }

    /// Reads the claims as the deployment's closure says.
    fn mapped(&self, claims: ClaimsBuilder, found: &Found, mapping: &Mapping) -> Result<ClaimsBuilder, TokenError> {
        let mapped = mapping(VerifiedClaims { found, resources: &self.resources })?;
        let audience = claim::present(found, "aud").and_then(claim::texts).unwrap_or_default();
        let scopes = self.limited(mapped.scopes, found, &audience)?;
        let mut claims = claims.audience(audience).scp(scopes);
        if mapped.is_any_audience {
            claims = claims.for_this_server();
        }
        if let Some(subject) = mapped.subject {
            claims = claims.subject(subject);
        }
        if let Some(client) = mapped.client {
            claims = claims.client(client);
        }
        Ok(claims)
    }

    /// Limits scopes by `server_permissions`, at the resources that the token is for; for a token with another audience, at the first
    /// one, which is live.
    fn limited(&self, scopes: Vec<String>, found: &Found, audience: &[&str]) -> Result<Vec<String>, TokenError> {
        let named = self.names.iter().filter(|resource| audience.contains(&resource.as_str()));
        let named: Vec<&String> = named.collect();
        let resources = if named.is_empty() { self.names.iter().take(1).collect() } else { named };
        server_permissions::limit(scopes, found, resources, &self.scope_prefix)
    }

    /// Whether issuer and expiry are optional.
    fn may_be_silent(&self) -> bool {
        match self.source {
            #[cfg(feature = "jwt")]
            ClaimsSource::Token => false,
            #[cfg(feature = "introspection")]
            ClaimsSource::Issuer => true,
        }
    }
}
