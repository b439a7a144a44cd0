//! The requirements for claims, whether they come from the token itself (RFC 7519 §4.1, RFC 9068 §4) or from its issuer
//! (RFC 7662 §2.2).

use core::time::Duration;
use std::{
    collections::BTreeSet,
    time::{SystemTime, UNIX_EPOCH},
};

use serde_json::{Map, Value};

use super::{
    TokenError,
    claims::{ClaimsBuilder, has_confirmation},
    issuer_rule::IssuerRule,
    kind,
};
use crate::reason::reason;

const INVALID_TIME: TokenError = TokenError::invalid(reason!("`exp`, `nbf` or `iat` is not a valid time"));

/// The requirements for claims.
#[derive(Clone)]
pub(super) struct Rules {
    pub(super) issuer: IssuerRule,
    pub(super) resources: Vec<String>,
    pub(super) leeway: Duration,
    pub(super) required: Vec<String>,
    pub(super) source: ClaimsSource,
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

type Found = Map<String, Value>;

impl Rules {
    /// Creates the requirements that always apply, with a leeway of 30 seconds.
    pub(super) fn new<'r>(issuer: &str, resources: impl IntoIterator<Item = &'r str>, source: ClaimsSource) -> Self {
        let resources = resources.into_iter().map(str::to_owned).collect();
        Self {
            issuer: IssuerRule::exact(issuer),
            resources,
            leeway: Duration::from_secs(30),
            required: Vec::new(),
            source,
        }
    }

    pub(super) fn check(&self, found: &Found, now: SystemTime) -> Result<ClaimsBuilder, TokenError> {
        let claims = self.issuer.check(found, self.may_be_silent())?;
        kind::check(found)?;
        if has_confirmation(found) {
            return Err(TokenError::BOUND);
        }
        let audience = audience(found)?;
        if !self.resources.iter().any(|resource| audience.contains(&resource.as_str())) {
            return Err(TokenError::FOREIGN);
        }
        let end = self.times(found, now)?;
        if self.required.iter().any(|name| found.get(name).is_none_or(Value::is_null)) {
            return Err(TokenError::invalid(reason!("a required claim is missing")));
        }
        let mut claims = claims.audience(audience);
        if let Some(end) = end {
            claims = claims.expires_at(end);
        }
        if let Some(subject) = text(found, "sub")? {
            claims = claims.subject(subject);
        }
        let client = match text(found, "client_id")? {
            None => text(found, "azp")?,
            client => client,
        };
        if let Some(client) = client {
            claims = claims.client(client);
        }
        claims = scopes(claims, found)?;
        Ok(claims.raw(found.clone()))
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

    /// Checks the times, with the leeway, and returns the expiry.
    fn times(&self, found: &Found, now: SystemTime) -> Result<Option<SystemTime>, TokenError> {
        let end = match time(found, "exp")? {
            Some(end) => Some(end.checked_add(self.leeway).ok_or(INVALID_TIME)?),
            None if self.may_be_silent() => None,
            None => return Err(TokenError::invalid(reason!("`exp` is missing"))),
        };
        if end.is_some_and(|end| end <= now) {
            return Err(TokenError::EXPIRED);
        }
        let latest = now.checked_add(self.leeway).ok_or(INVALID_TIME)?;
        for begins in ["nbf", "iat"] {
            if time(found, begins)?.is_some_and(|begins| begins > latest) {
                return Err(TokenError::invalid(reason!("it is not valid yet")));
            }
        }
        Ok(end)
    }
}

/// Returns a string claim. A claim of another type is an error, and does not count as missing.
fn text<'f>(found: &'f Found, name: &str) -> Result<Option<&'f str>, TokenError> {
    match found.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(TokenError::invalid(reason!("a claim that must be a string has another type"))),
    }
}

/// Returns a `NumericDate`: seconds, with or without a fraction (RFC 7519 §2).
fn time(found: &Found, name: &str) -> Result<Option<SystemTime>, TokenError> {
    let Some(value) = found.get(name) else { return Ok(None) };
    let seconds = value.as_f64().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let time = seconds.and_then(|since| UNIX_EPOCH.checked_add(since));
    time.map(Some).ok_or(INVALID_TIME)
}

/// Returns `aud`: a string, or a list of strings.
fn audience(found: &Found) -> Result<Vec<&str>, TokenError> {
    let wrong = TokenError::invalid(reason!("`aud` is missing, or is neither a string nor a list of strings"));
    match found.get("aud") {
        Some(Value::String(one)) => Ok(vec![one]),
        Some(Value::Array(all)) => all.iter().map(Value::as_str).collect::<Option<_>>().ok_or(wrong),
        _ => Err(wrong),
    }
}

/// Sets the scopes from `scope`, a string (RFC 9068 §2.2.3), or `scp`, a list or a string. Two that differ are ambiguous, and
/// so an error.
fn scopes(claims: ClaimsBuilder, found: &Found) -> Result<ClaimsBuilder, TokenError> {
    let wrong = TokenError::invalid(reason!("`scp` is neither a string nor a list of strings"));
    let split = |text: &str| text.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let scope = match found.get("scope") {
        None => None,
        Some(Value::String(text)) => Some(split(text)),
        Some(_) => {
            return Err(TokenError::invalid(reason!("`scope` is not a string; a list belongs in `scp`")));
        }
    };
    let scp = match found.get("scp") {
        None => None,
        Some(Value::String(text)) => Some(split(text)),
        Some(Value::Array(list)) => {
            let list: Option<Vec<String>> = list.iter().map(|scope| scope.as_str().map(str::to_owned)).collect();
            Some(list.ok_or(wrong)?)
        }
        Some(_) => return Err(wrong),
    };
    match (scope, scp) {
        (Some(scope), Some(scp)) if scope.iter().collect::<BTreeSet<_>>() != scp.iter().collect() => {
            Err(TokenError::invalid(reason!("`scope` and `scp` grant different scopes")))
        }
        (Some(scopes), _) | (None, Some(scopes)) => Ok(claims.scp(scopes)),
        (None, None) => Ok(claims),
    }
}
