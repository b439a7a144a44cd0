//! The kinds of tokens of Microsoft Entra. An ID token has the same audience as an access token, and may state roles of its user.

use super::super::{
    TokenError,
    claim::{self, Found},
};
use crate::reason::reason;

/// The kinds of tokens that are accepted, whatever claim grants scopes.
#[derive(Clone, Copy, Debug)]
pub(super) struct EntraTokens {
    /// Tokens that act for a user: `scp` is present.
    pub(super) delegated: bool,
    /// Tokens of applications without a user: `scp` is missing, and `idtyp` is `app` or `sub` equals `oid`.
    pub(super) app_only: bool,
}

impl EntraTokens {
    /// Checks that a token is of an accepted kind.
    ///
    /// # Errors
    /// It is of another kind. An ID token is of none: it has no `scp`, and its `sub` differs from `oid`.
    pub(super) fn check(self, found: &Found) -> Result<(), TokenError> {
        if claim::text(found, "scp")?.is_some() {
            return if self.delegated {
                Ok(())
            } else {
                Err(TokenError::invalid(reason!(
                    "it acts for a user (`scp` is present), and only app-only tokens are accepted"
                ))
                .with_help("for tokens of users see `Provider::entra`"))
            };
        }
        if !is_app_only(found)? {
            return Err(TokenError::invalid(reason!(
                "`scp` is missing, and it is not app-only: it looks like an ID token"
            ))
            .with_help("request an access token with a scope of this server, such as `api://<application>/<scope>`"));
        }
        if !self.app_only {
            return Err(TokenError::invalid(reason!("it is app-only: `roles` is not read"))
                .with_help("to accept tokens of applications without a user, add `.app_roles()` to the provider"));
        }
        // Any application of the tenant can get a token without roles.
        if claim::present(found, "roles").is_none() {
            return Err(TokenError::invalid(reason!("it is app-only, and `roles` is missing"))
                .with_help("grant an application role to the client"));
        }
        Ok(())
    }
}

fn is_app_only(found: &Found) -> Result<bool, TokenError> {
    if let Some(kind) = claim::text(found, "idtyp")? {
        return Ok(kind == "app");
    }
    let subject = claim::text(found, "sub")?;
    Ok(subject.is_some() && subject == claim::text(found, "oid")?)
}
