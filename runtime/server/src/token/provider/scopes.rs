//! Which claims grant scopes, and in which form.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::{
    TokenError,
    claim::{self, ClaimPath, Found},
    misreading::NAME_THE_CLAIM,
};
use crate::reason::reason;

/// The claim that grants scopes. Exactly one source applies: claims are never joined.
#[derive(Clone, Debug)]
pub(in super::super) enum ScopeSource {
    /// `scope`, a string (RFC 9068 §2.2.3), or `scp`, a string or a list. Two that differ are an error.
    Standard,
    /// As `Standard`, and `scope` may be a list.
    StandardOrList,
    /// A named claim: a string or a list.
    Claim(ClaimPath),
    /// The roles of a named claim, each with the scopes that it grants: one role, a list, or an object whose members are the
    /// roles.
    Roles { claim: ClaimPath, map: Vec<(String, Vec<String>)> },
    /// Microsoft Entra: `scp` of delegated tokens, `roles` of app-only tokens.
    Entra,
}

/// Claims in which issuers put scopes, permissions and roles.
const KNOWN: [&str; 11] = [
    "scope",
    "scp",
    "permissions",
    "roles",
    "entitlements",
    "realm_access",
    "resource_access",
    "urn:zitadel:iam:org:project:roles",
    "cognito:groups",
    "groups",
    "role",
];
/// The roles of one project of Zitadel: begin and end of the name, and how it is named to clients.
const OF_PROJECT: (&str, &str) = ("urn:zitadel:iam:org:project:", ":roles");
const PROJECT_ROLES: &str = "urn:zitadel:iam:org:project:<id>:roles";

/// What a token grants.
pub(in super::super) struct Granted {
    pub(in super::super) scopes: Vec<String>,
    /// A claim that may grant more, and is not read.
    pub(in super::super) unread: Option<&'static str>,
    /// The claim, if it holds roles: an issuer writes those of the user or client, whatever scopes were requested.
    pub(in super::super) role_claim: Option<String>,
}

impl ScopeSource {
    /// Returns the scopes that a token grants.
    ///
    /// # Errors
    /// The claim has another type; or it is missing, and another claim grants scopes.
    pub(in super::super) fn read(&self, found: &Found) -> Result<Granted, TokenError> {
        let scopes = match self {
            Self::Standard => standard(found, false)?,
            Self::StandardOrList => standard(found, true)?,
            Self::Claim(claim) => match claim.find(found) {
                None => None,
                Some(value) => Some(list(value).ok_or_else(|| not_texts(claim))?),
            },
            Self::Roles { claim, map } => match claim.find(found) {
                None => None,
                Some(value) => {
                    let roles = roles(value).ok_or_else(|| not_texts(claim))?;
                    let granted = map.iter().filter(|(role, _)| roles.contains(&role.as_str()));
                    Some(granted.flat_map(|(_, scopes)| scopes.iter().cloned()).collect())
                }
            },
            Self::Entra => entra(found)?,
        };
        let is_unread = |name: &str| !self.reads(name, found) && claim::present(found, name).is_some();
        let is_of_project = |name: &str| {
            name.starts_with(OF_PROJECT.0)
                && name.ends_with(OF_PROJECT.1)
                && name.len() > OF_PROJECT.0.len() + OF_PROJECT.1.len()
        };
        let unread = KNOWN.into_iter().find(|name| is_unread(name));
        let unread =
            unread.or_else(|| found.keys().any(|name| is_of_project(name) && is_unread(name)).then_some(PROJECT_ROLES));
        match (scopes, unread) {
            (Some(scopes), unread) => Ok(Granted { scopes, unread, role_claim: self.role_claim(found) }),
            (None, None) => Ok(Granted { scopes: Vec::new(), unread: None, role_claim: self.role_claim(found) }),
            (None, Some(unread)) => Err(TokenError::of_claim(
                unread,
                reason!("is present and not read, and no claim that is read grants scopes"),
            )
            .with_help(NAME_THE_CLAIM)),
        }
    }

    /// Returns the name of the claim whose values are scopes as they are, if the settings name it.
    pub(in super::super) fn claim_as_scopes(&self) -> Option<&str> {
        if let Self::Claim(claim) = self { Some(claim.root()) } else { None }
    }

    /// Returns the claim that is read, if the settings name it.
    pub(in super::super) fn claim(&self) -> Option<&ClaimPath> {
        match self {
            Self::Claim(claim) | Self::Roles { claim, .. } => Some(claim),
            Self::Standard | Self::StandardOrList | Self::Entra => None,
        }
    }

    /// Returns the claim of roles that is read.
    fn role_claim(&self, found: &Found) -> Option<String> {
        match self {
            Self::Roles { claim, .. } => Some(claim.to_string()),
            Self::Entra if claim::present(found, "scp").is_none() => Some("roles".to_owned()),
            Self::Standard | Self::StandardOrList | Self::Claim(_) | Self::Entra => None,
        }
    }

    /// Removes the prefix of the issuer. What does not have it is no scope of this server.
    pub(in super::super) fn without_prefix(&self, scopes: Vec<String>, prefix: &str) -> Vec<String> {
        // The map of roles names the scopes of this server.
        if prefix.is_empty() || matches!(self, Self::Roles { .. }) {
            return scopes;
        }
        scopes.iter().filter_map(|scope| scope.strip_prefix(prefix)).map(str::to_owned).collect()
    }

    fn reads(&self, name: &str, found: &Found) -> bool {
        match self {
            Self::Standard | Self::StandardOrList => matches!(name, "scope" | "scp"),
            Self::Claim(claim) | Self::Roles { claim, .. } => claim.root() == name,
            // `roles` of a token that acts for a user are those of the user.
            Self::Entra => name == "scp" || (name == "roles" && claim::present(found, "scp").is_none()),
        }
    }
}

fn not_texts(claim: &ClaimPath) -> TokenError {
    TokenError::of_claim(claim, reason!("is neither a string nor a list of strings"))
        .with_help("let the issuer write the claim as a string or a list, or read it with `.claims(..)`")
}

fn split(text: &str) -> Vec<String> {
    text.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).collect()
}

/// Returns the scopes of a string, separated by spaces, or of a list.
fn list(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(split(text)),
        Value::Array(list) => list.iter().map(|scope| scope.as_str().map(str::to_owned)).collect(),
        _ => None,
    }
}

fn roles(value: &Value) -> Option<Vec<&str>> {
    match value {
        // A role that is null or false is not held.
        Value::Object(roles) => {
            let held = roles.iter().filter(|(_, value)| !matches!(value, Value::Null | Value::Bool(false)));
            Some(held.map(|(role, _)| role.as_str()).collect())
        }
        value => claim::texts(value),
    }
}

const OTHER_FORM: &str =
    "for another form of the claim see `Provider::scopes_from`, `Provider::scopes_by_role` and `Issuer::claims`";
const SCOPE_NO_TEXT: TokenError = TokenError::invalid(reason!("`scope` is not a string")).with_help(OTHER_FORM);

fn standard(found: &Found, may_be_list: bool) -> Result<Option<Vec<String>>, TokenError> {
    let scope = match claim::present(found, "scope") {
        None => None,
        Some(Value::Array(_)) if !may_be_list => {
            return Err(TokenError::invalid(reason!("`scope` is a list and not a string")).with_help(
                "for Duende and IdentityServer see `Provider::duende`; other issuers: `Provider::scopes_from`",
            ));
        }
        Some(value) => Some(list(value).ok_or(SCOPE_NO_TEXT)?),
    };
    let scp = match claim::present(found, "scp") {
        None => None,
        Some(value) => {
            let wrong =
                TokenError::invalid(reason!("`scp` is neither a string nor a list of strings")).with_help(OTHER_FORM);
            Some(list(value).ok_or(wrong)?)
        }
    };
    match (scope, scp) {
        (Some(scope), Some(scp)) if scope.iter().collect::<BTreeSet<_>>() != scp.iter().collect() => {
            Err(TokenError::invalid(reason!("`scope` and `scp` grant different scopes"))
                .with_help("name the claim that grants scopes: `Provider::scopes_from`"))
        }
        (Some(scopes), _) | (None, Some(scopes)) => Ok(Some(scopes)),
        (None, None) => Ok(None),
    }
}

/// Returns the scopes of a token of Microsoft Entra whose kind has been checked.
fn entra(found: &Found) -> Result<Option<Vec<String>>, TokenError> {
    if let Some(scp) = claim::text(found, "scp")? {
        return Ok(Some(split(scp)));
    }
    match claim::present(found, "roles") {
        None => Ok(None),
        Some(value) => {
            let wrong =
                TokenError::invalid(reason!("`roles` is neither a string nor a list of strings")).with_help(OTHER_FORM);
            list(value).ok_or(wrong).map(Some)
        }
    }
}
