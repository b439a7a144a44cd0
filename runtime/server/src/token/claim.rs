//! Reading single claims. A claim that is null counts as absent; a claim of another type is an error, and never counts as
//! absent.

use core::{fmt, time::Duration};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value};

use super::TokenError;
use crate::reason::reason;

/// Claims as received.
pub(super) type Found = Map<String, Value>;

const NO_TEXT: &str = "let the issuer write the claim as a string, or read it with `.claims(..)`";

/// The place of a claim: its name, or the names that lead to a nested one.
///
/// ```
/// use mcp_scopes_server::token::ClaimPath;
/// // A name is not split: this is one claim.
/// assert_eq!(ClaimPath::from("https://example.com/scopes").to_string(), "https://example.com/scopes");
/// assert_eq!(ClaimPath::from(["realm_access", "roles"]).to_string(), "realm_access.roles");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimPath(Vec<String>);

impl From<&str> for ClaimPath {
    fn from(name: &str) -> Self {
        Self(vec![name.to_owned()])
    }
}

impl From<String> for ClaimPath {
    fn from(name: String) -> Self {
        Self(vec![name])
    }
}

impl<const N: usize> From<[&str; N]> for ClaimPath {
    fn from(names: [&str; N]) -> Self {
        Self(names.map(str::to_owned).to_vec())
    }
}

/// The names, separated by dots.
impl fmt::Display for ClaimPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

impl ClaimPath {
    /// Returns the claim, if it is present.
    pub(super) fn find<'f>(&self, found: &'f Found) -> Option<&'f Value> {
        let (first, nested) = self.0.split_first()?;
        let found = nested.iter().try_fold(found.get(first)?, |value, name| value.get(name))?;
        (!found.is_null()).then_some(found)
    }

    /// Returns whether it is the claim of this name, and not nested.
    pub(super) fn is(&self, name: &str) -> bool {
        matches!(self.0.as_slice(), [only] if only == name)
    }

    /// Returns the name of the claim that contains it.
    pub(super) fn root(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    /// Returns a string claim.
    pub(super) fn text<'f>(&self, found: &'f Found) -> Result<Option<&'f str>, TokenError> {
        match self.find(found) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(TokenError::of_claim(self, reason!("is not a string")).with_help(NO_TEXT)),
        }
    }
}

/// Returns a claim that is present.
pub(super) fn present<'f>(found: &'f Found, name: &str) -> Option<&'f Value> {
    found.get(name).filter(|value| !value.is_null())
}

/// Returns a string claim.
pub(super) fn text<'f>(found: &'f Found, name: &str) -> Result<Option<&'f str>, TokenError> {
    match present(found, name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(TokenError::of_claim(name, reason!("is not a string")).with_help(NO_TEXT)),
    }
}

/// Returns a `NumericDate`: seconds, with or without a fraction (RFC 7519 §2).
fn time(found: &Found, name: &str) -> Result<Option<SystemTime>, TokenError> {
    let Some(value) = present(found, name) else { return Ok(None) };
    let seconds = value.as_f64().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let time = seconds.and_then(|since| UNIX_EPOCH.checked_add(since));
    time.map(Some).ok_or_else(|| invalid_time(name))
}

fn invalid_time(name: &str) -> TokenError {
    TokenError::of_claim(name, reason!("is not a valid time"))
        .with_help("let the issuer write seconds since 1970 as numbers (RFC 7519 §2)")
}

/// Checks `exp`, `nbf` and `iat`, and returns the expiry, with the leeway.
pub(super) fn times(found: &Found, now: SystemTime, leeway: Duration) -> Result<Option<SystemTime>, TokenError> {
    let end = match time(found, "exp")? {
        Some(end) => Some(end.checked_add(leeway).ok_or_else(|| invalid_time("exp"))?),
        None => None,
    };
    if end.is_some_and(|end| end <= now) {
        return Err(TokenError::EXPIRED);
    }
    let is_early = |name: &str| match time(found, name)? {
        None => Ok(false),
        Some(begin) => Ok(begin > now.checked_add(leeway).ok_or_else(|| invalid_time(name))?),
    };
    if is_early("nbf")? {
        return Err(TokenError::invalid(reason!("it is not valid yet: `nbf` is in the future"))
            .with_help("compare the clocks of issuer and server, or set `.leeway(..)`"));
    }
    if is_early("iat")? {
        return Err(TokenError::invalid(reason!("it is not valid yet: `iat` is in the future"))
            .with_help("compare the clocks of issuer and server, or set `.leeway(..)`"));
    }
    Ok(end)
}

/// Returns a string, or a list of strings; `None` for any other value.
pub(super) fn texts(value: &Value) -> Option<Vec<&str>> {
    match value {
        Value::String(one) => Some(vec![one]),
        Value::Array(all) => all.iter().map(Value::as_str).collect(),
        _ => None,
    }
}
