//! What the claims of a token have to say (RFC 7519 §4.1, RFC 9068 §4).

use core::time::Duration;
use std::{
    collections::BTreeSet,
    time::{SystemTime, UNIX_EPOCH},
};

use serde_json::{Map, Value};

use super::super::{Claims, TokenError};

/// What is asked of claims.
#[derive(Clone)]
pub(super) struct Rules {
    pub(super) issuer: String,
    pub(super) resources: Vec<String>,
    pub(super) leeway: Duration,
    pub(super) required: Vec<String>,
}

type Found = Map<String, Value>;

impl Rules {
    pub(super) fn check(&self, found: &Found, now: SystemTime) -> Result<Claims, TokenError> {
        if found.get("iss").and_then(Value::as_str) != Some(&self.issuer) {
            return Err(TokenError::invalid("its issuer is another one"));
        }
        let audience = audience(found)?;
        if !self.resources.iter().any(|resource| audience.contains(&resource.as_str())) {
            return Err(TokenError::invalid("it is not meant for this server"));
        }
        let end = self.times(found, now)?;
        if self.required.iter().any(|name| found.get(name).is_none_or(Value::is_null)) {
            return Err(TokenError::invalid("a claim that this server needs is missing"));
        }
        let mut claims = Claims::new(&self.issuer).audience(audience).expires_at(end);
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
        Ok(claims.others(found.clone()))
    }

    /// Until when it counts; with what the clocks may differ.
    fn times(&self, found: &Found, now: SystemTime) -> Result<SystemTime, TokenError> {
        let malformed = TokenError::invalid("its times are no times");
        let end = time(found, "exp")?.ok_or(TokenError::invalid("it does not say when it ends"))?;
        let end = end.checked_add(self.leeway).ok_or(malformed)?;
        if end <= now {
            return Err(TokenError::invalid("it has expired"));
        }
        let latest = now.checked_add(self.leeway).ok_or(malformed)?;
        for begins in ["nbf", "iat"] {
            if time(found, begins)?.is_some_and(|begins| begins > latest) {
                return Err(TokenError::invalid("it does not count yet"));
            }
        }
        Ok(end)
    }
}

/// A text claim; one of another type is an error, not a missing one.
fn text<'f>(found: &'f Found, name: &str) -> Result<Option<&'f str>, TokenError> {
    match found.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(TokenError::invalid("a claim that is a text has another type")),
    }
}

/// A `NumericDate`: seconds, with or without a fraction (RFC 7519 §2).
fn time(found: &Found, name: &str) -> Result<Option<SystemTime>, TokenError> {
    let Some(value) = found.get(name) else { return Ok(None) };
    let seconds = value.as_f64().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let time = seconds.and_then(|since| UNIX_EPOCH.checked_add(since));
    time.map(Some).ok_or(TokenError::invalid("its times are no times"))
}

/// `aud`: a text, or a list of texts.
fn audience(found: &Found) -> Result<Vec<&str>, TokenError> {
    let wrong = TokenError::invalid("it does not say for whom it is meant");
    match found.get("aud") {
        Some(Value::String(one)) => Ok(vec![one]),
        Some(Value::Array(all)) => all.iter().map(Value::as_str).collect::<Option<_>>().ok_or(wrong),
        _ => Err(wrong),
    }
}

/// `scope`, a text; `scp`, a list or a text. Two that differ could be read in two ways.
fn scopes(claims: Claims, found: &Found) -> Result<Claims, TokenError> {
    let wrong = TokenError::invalid("its scopes are neither a text nor a list of texts");
    let split = |text: &str| text.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let scope = text(found, "scope")?.map(split);
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
            Err(TokenError::invalid("`scope` and `scp` grant different things"))
        }
        (Some(scopes), _) | (None, Some(scopes)) => Ok(claims.scp(scopes)),
        (None, None) => Ok(claims),
    }
}
