//! The claim `server_permissions`: the scopes that a token for several servers grants at each of them. It only ever takes
//! scopes away.

use serde_json::Value;

use super::super::{
    TokenError,
    claim::{self, Found},
};
use crate::reason::reason;

const MALFORMED: TokenError =
    TokenError::invalid(reason!("`server_permissions` is not an object whose members are lists of scopes"))
        .with_help("let the issuer write a list of scopes for each resource, or leave the claim out");

const NOT_FOR_US: TokenError = TokenError::invalid(reason!("`server_permissions` has no entry for this server"))
    .with_help("let the issuer add the resource of this server to the claim, or leave the claim out");

/// Removes the scopes that the token does not grant at any of these resources. A token without the claim grants all of its
/// scopes; one whose claim has no entry for this server is rejected. The scopes have no prefix any more, those of the claim do.
pub(in super::super) fn limit<'r>(
    scopes: Vec<String>,
    found: &Found,
    resources: impl IntoIterator<Item = &'r String>,
    prefix: &str,
) -> Result<Vec<String>, TokenError> {
    let permissions = match claim::present(found, "server_permissions") {
        None => return Ok(scopes),
        Some(Value::Object(permissions)) => permissions,
        Some(_) => return Err(MALFORMED),
    };
    let mut entries = resources.into_iter().filter_map(|resource| permissions.get(resource)).peekable();
    // Such a token would still open the tools that need no scope.
    if entries.peek().is_none() {
        return Err(NOT_FOR_US);
    }
    let mut granted: Vec<&str> = Vec::new();
    for entry in entries {
        let Value::Array(entry) = entry else { return Err(MALFORMED) };
        for scope in entry {
            granted.extend(scope.as_str().ok_or(MALFORMED)?.strip_prefix(prefix));
        }
    }
    Ok(scopes.into_iter().filter(|scope| granted.contains(&scope.as_str())).collect())
}
