//! Whether claims are those of an access token. Issuers sign refresh and ID tokens with the same keys, and also report
//! them as active.

use serde_json::Value;

use super::{
    TokenError,
    claim::{self, Found},
};
use crate::reason::reason;

/// A member that states the kind of a token.
struct Member {
    name: &'static str,
    /// The values of access tokens, in lower case.
    accepted: &'static [&'static str],
    refused: TokenError,
}

/// The members that state the kind of a token.
pub(super) const NAMES: [&str; 3] = ["token_use", "token_type", "typ"];

const OTHER_KIND: &str = "send the access token, and not a refresh or ID token";

const MEMBERS: [Member; 3] = [
    // Amazon Cognito, Ory Hydra.
    Member {
        name: NAMES[0],
        accepted: &["access", "access_token"],
        refused: TokenError::invalid(reason!("`token_use` is not that of an access token")).with_help(OTHER_KIND),
    },
    // RFC 7662 §2.2 puts the types of RFC 6749 §7.1 here. Other issuers write those of RFC 8693 §3.
    Member {
        name: NAMES[1],
        accepted: &["bearer", "dpop", "access", "access_token", "urn:ietf:params:oauth:token-type:access_token"],
        refused: TokenError::invalid(reason!("`token_type` is not that of an access token")).with_help(OTHER_KIND),
    },
    // Keycloak: `Refresh`, `Offline` and `ID` are other tokens of the same user.
    Member {
        name: NAMES[2],
        accepted: &["bearer", "dpop", "jwt", "at+jwt", "application/at+jwt", "access", "access_token"],
        refused: TokenError::invalid(reason!("`typ` among its claims is not that of an access token"))
            .with_help(OTHER_KIND),
    },
];

/// Members of ID tokens only (OpenID Connect Core §3.1.3.6, §3.3.2.11, Financial-grade API §5.1).
const HASHES: [&str; 3] = ["at_hash", "c_hash", "s_hash"];

/// Checks each member that is present and not null.
///
/// # Errors
/// A member is not a string, or has a value that is not known for access tokens; or only ID tokens have it.
pub(super) fn check(found: &Found) -> Result<(), TokenError> {
    if HASHES.iter().any(|name| claim::present(found, name).is_some()) {
        return Err(TokenError::ID_TOKEN);
    }
    for Member { name, accepted, refused } in MEMBERS {
        let is_accepted = match found.get(name) {
            None | Some(Value::Null) => true,
            Some(Value::String(stated)) => accepted.iter().any(|accepted| accepted.eq_ignore_ascii_case(stated)),
            Some(_) => false,
        };
        if !is_accepted {
            return Err(refused);
        }
    }
    Ok(())
}

/// Returns whether the type of a token says that each request with it carries a proof (RFC 9449 §5, §6.2).
pub(super) fn is_proved(found: &Found) -> bool {
    let is_dpop = |name| found.get(name).and_then(Value::as_str).is_some_and(|kind| kind.eq_ignore_ascii_case("DPoP"));
    ["token_type", "typ"].into_iter().any(is_dpop)
}
