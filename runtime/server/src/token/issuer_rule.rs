//! The requirement for `iss`: one text, or a template that holds the tenant of the token.
//!
//! | module | holds |
//! |---|---|
//! | `template` | texts with a `{tenant}` |
//! | `settings` | the requirement that the settings of an issuer state |

mod settings;
mod template;

use std::sync::Arc;

use serde_json::{Map, Value};

#[cfg(feature = "jwt")]
pub(super) use self::template::OF_KEYS;
pub(super) use self::template::{PLACEHOLDER, Template};
use super::{
    TokenError,
    claims::{Claims, ClaimsBuilder},
    router::{ISSUER_NOT_TEXT, NO_ISSUER, differs_by_slash},
};
use crate::reason::reason;

const OTHER: TokenError = TokenError::invalid(reason!("`iss` has another value than the configured issuer")).with_help(
    "state what tokens name as `iss`: `.token_issuer(..)` on the issuer, or add the other issuer to the server",
);
const OTHER_TENANT: TokenError = TokenError::invalid(reason!("`iss` names a tenant that is not accepted"))
    .with_help("add the tenant to `.tenants([..])`, if its users may use this server");
const NO_TENANT: TokenError = TokenError::invalid(reason!("`tid` is missing, and its issuer is a tenant"))
    .with_help("send an access token of the tenant, which states `tid`");
const TENANTS_DIFFER: TokenError = TokenError::invalid(reason!("`tid` is not the tenant that its issuer names"))
    .with_help("send an access token of the tenant; one whose `iss` and `tid` differ is not accepted");
#[cfg(feature = "jwt")]
const OTHER_KEY: TokenError = TokenError::invalid(reason!("the key that signed it is not for its issuer"))
    .with_help(
        "use the key set of the tenant or template that the issuer's metadata states; for tokens that state another issuer than \
         its metadata and keys, write the latter as the issuer, and the former with `.token_issuer(..)`",
    );

/// The requirement for `iss`.
#[derive(Clone)]
pub(super) struct IssuerRule {
    form: Form,
    /// The issuer that the metadata advertises, if tokens state another one.
    advertised: Option<Arc<str>>,
}

#[derive(Clone)]
enum Form {
    /// This text, code point by code point.
    Exact(String),
    Tenants(TenantRule),
}

/// A template that tokens of several tenants match.
#[derive(Clone)]
struct TenantRule {
    /// What tokens state.
    stated: Template,
    /// The configured issuer, which keys may name instead.
    #[cfg_attr(not(feature = "jwt"), expect(dead_code, reason = "only keys name it"))]
    name: Template,
    /// The accepted tenants, sorted; `None` for any.
    tenants: Option<Arc<[String]>>,
}

impl IssuerRule {
    pub(super) fn exact(issuer: &str) -> Self {
        Self { form: Form::Exact(issuer.to_owned()), advertised: None }
    }

    /// Returns whether tokens with this `iss` are tokens of this issuer.
    pub(super) fn matches(&self, stated: &str) -> bool {
        match &self.form {
            Form::Exact(issuer) => issuer == stated,
            Form::Tenants(rule) => rule.stated.tenant(stated).is_some_and(|tenant| rule.accepts(tenant)),
        }
    }

    /// Returns why this `iss` is rejected, if the reason is more specific than that it is another issuer.
    pub(super) fn near_miss(&self, stated: &str) -> Option<TokenError> {
        match &self.form {
            Form::Exact(issuer) => differs_by_slash(issuer, stated).then_some(TokenError::OTHER_SLASH),
            Form::Tenants(rule) => {
                if rule.stated.tenant(stated).is_some() {
                    return Some(OTHER_TENANT);
                }
                let other = stated.strip_suffix('/').map_or_else(|| format!("{stated}/"), str::to_owned);
                rule.stated.tenant(&other).map(|_| TokenError::OTHER_SLASH)
            }
        }
    }

    /// Returns whether one `iss` could match both.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        match (&self.form, &other.form) {
            (Form::Exact(issuer), _) => other.matches(issuer),
            (_, Form::Exact(issuer)) => self.matches(issuer),
            (Form::Tenants(one), Form::Tenants(other)) => {
                one.stated == other.stated
                    && match (&one.tenants, &other.tenants) {
                        (Some(tenants), _) => tenants.iter().any(|tenant| other.accepts(tenant)),
                        (None, Some(tenants)) => !tenants.is_empty(),
                        (None, None) => true,
                    }
            }
        }
    }

    /// Checks `iss`, and `tid` where the issuer has tenants. Returns claims of the issuer that the token states.
    /// `may_be_silent` says whether `iss` is optional, as in introspection responses.
    ///
    /// # Errors
    /// `iss` is missing, or states another issuer or tenant.
    pub(super) fn check(&self, found: &Map<String, Value>, may_be_silent: bool) -> Result<ClaimsBuilder, TokenError> {
        let stated = match (found.get("iss"), &self.form) {
            (Some(Value::String(stated)), _) => stated,
            (None | Some(Value::Null), Form::Exact(issuer)) if may_be_silent => issuer,
            (None | Some(Value::Null), _) => return Err(NO_ISSUER),
            (Some(_), _) => return Err(ISSUER_NOT_TEXT),
        };
        if !self.matches(stated) {
            return Err(self.near_miss(stated).unwrap_or(OTHER));
        }
        if let Form::Tenants(rule) = &self.form {
            match found.get("tid") {
                None | Some(Value::Null) => return Err(NO_TENANT),
                // Entra writes tenants in lower case. A second spelling would split sessions and limits of one tenant.
                Some(tenant) if tenant.as_str() != rule.stated.tenant(stated) => return Err(TENANTS_DIFFER),
                Some(_) => {}
            }
        }
        let claims = Claims::builder(stated);
        Ok(match &self.advertised {
            Some(advertised) => claims.advertised_issuer(Arc::clone(advertised)),
            None => claims,
        })
    }

    /// Checks that a key may sign tokens with these claims, which [`check`](Self::check) has accepted. A key set that several
    /// tenants share says for each key which tenants it is for: one, or any by `{tenantid}`.
    ///
    /// # Errors
    /// The key states the issuer `of_key`, which is not that of the token.
    #[cfg(feature = "jwt")]
    pub(super) fn check_key(&self, found: &Map<String, Value>, of_key: Option<&str>) -> Result<(), TokenError> {
        let (Some(of_key), Some(stated)) = (of_key, found.get("iss").and_then(Value::as_str)) else { return Ok(()) };
        let allowed = match &self.form {
            // An `iss` that does not match is rejected with the claims.
            Form::Exact(issuer) if issuer != stated => return Ok(()),
            Form::Exact(_) => {
                let template = Template::parse(&of_key.replace(OF_KEYS, PLACEHOLDER)).ok().flatten();
                let is_for = |name: &str| {
                    of_key == name || template.as_ref().is_some_and(|template| template.tenant(name).is_some())
                };
                is_for(stated) || self.advertised.as_deref().is_some_and(is_for)
            }
            Form::Tenants(rule) => {
                let Some(tenant) = rule.stated.tenant(stated) else { return Ok(()) };
                let of_key = of_key.replace(OF_KEYS, tenant);
                // Keys name the issuer of the current version, also if they sign tokens that state an older one.
                of_key == rule.stated.with(tenant) || of_key == rule.name.with(tenant)
            }
        };
        if allowed { Ok(()) } else { Err(OTHER_KEY) }
    }
}

impl TenantRule {
    fn accepts(&self, tenant: &str) -> bool {
        let listed = |tenants: &Arc<[String]>| tenants.binary_search_by(|other| other.as_str().cmp(tenant)).is_ok();
        self.tenants.as_ref().is_none_or(listed)
    }
}
