//! The requirement for `iss` that the settings of an issuer state.

use mcp_scopes_model::address::Shown;

use super::{super::issuer::Issuer, Form, IssuerRule, PLACEHOLDER, Template, TenantRule, template::is_tenant};
use crate::error::{ProblemKind, ProblemList};

const EXAMPLE: &str =
    "write `{tenant}` as one whole segment of the path, such as `https://login.microsoftonline.com/{tenant}/v2.0`";

impl IssuerRule {
    /// Returns the requirement that an issuer states. `setting` is the method of the builder that it was passed to.
    pub(in super::super) fn of(issuer: &Issuer, setting: &'static str, problems: &mut ProblemList) -> Option<Self> {
        let (name, names) = (Shown(&issuer.name), &issuer.settings.names);
        let mut parse = |text: &str| match Template::parse(text) {
            Ok(template) => Some(template),
            Err(wrong) => {
                problems.add(setting, ProblemKind::Malformed, format!("the issuer {} {wrong}", Shown(text)), EXAMPLE);
                None
            }
        };
        let of_name = parse(&issuer.name)?;
        let of_tokens = match &names.token_issuer {
            None => of_name.clone(),
            Some(text) => parse(text)?,
        };
        if names.token_issuer.as_deref().is_some_and(|text| text.is_empty() || text == issuer.name) {
            let message =
                format!("`.token_issuer(..)` has no effect on the issuer {name}, since tokens state the same");
            problems.add(setting, ProblemKind::NoEffect, message, "remove `.token_issuer(..)`");
        }
        let advertised = issuer.advertised().first().map(|advertised| advertised.as_str().into());
        let (of_name, of_tokens) = match (of_name, of_tokens) {
            (Some(of_name), Some(of_tokens)) => (of_name, of_tokens),
            (None, None) => {
                reject_tenant_settings(issuer, setting, problems);
                let stated = names.token_issuer.clone();
                let advertised = advertised.filter(|_| stated.is_some());
                return Some(Self { form: Form::Exact(stated.unwrap_or_else(|| issuer.name.clone())), advertised });
            }
            _ => {
                problems.add(
                    setting,
                    ProblemKind::Contradiction,
                    format!("of the issuer {name} and its `.token_issuer(..)` only one has a `{PLACEHOLDER}`"),
                    format!("write `{PLACEHOLDER}` in both, or in none"),
                );
                return None;
            }
        };
        check_tenants(issuer, setting, problems);
        let tenants = (!names.any_tenant).then(|| names.tenants().into());
        let rule = TenantRule { stated: of_tokens, name: of_name, tenants };
        Some(Self { form: Form::Tenants(rule), advertised })
    }
}

/// Rejects settings about tenants of an issuer that has none.
fn reject_tenant_settings(issuer: &Issuer, setting: &'static str, problems: &mut ProblemList) {
    let names = &issuer.settings.names;
    for (made, method) in [
        (names.tenants.is_some(), "tenants"),
        (names.any_tenant, "danger_any_tenant"),
        (!names.advertised.is_empty(), "advertise"),
    ] {
        if made {
            let message = format!(
                "`.{method}(..)` has no effect on the issuer {}, which has no `{PLACEHOLDER}`",
                Shown(&issuer.name)
            );
            problems.add(
                setting,
                ProblemKind::NoEffect,
                message,
                format!("remove `.{method}(..)`, or write `{PLACEHOLDER}`"),
            );
        }
    }
}

/// Checks the settings of an issuer that has tenants.
fn check_tenants(issuer: &Issuer, setting: &'static str, problems: &mut ProblemList) {
    let (name, names) = (Shown(&issuer.name), &issuer.settings.names);
    let tenants = names.tenants();
    if tenants.is_empty() && !names.any_tenant {
        problems.add(
            setting,
            ProblemKind::Missing,
            format!("the issuer {name} has a `{PLACEHOLDER}`, and no tenant is accepted"),
            "add `.tenants([\"..\"])` with the GUID of each tenant, or `.danger_any_tenant()`",
        );
    } else if names.tenants.is_some() && names.any_tenant {
        problems.add(
            setting,
            ProblemKind::Contradiction,
            format!("the issuer {name} accepts a list of tenants, and any tenant"),
            "remove `.tenants(..)` or `.danger_any_tenant()`",
        );
    } else if (names.any_tenant || tenants.len() > 1) && names.advertised.is_empty() {
        let shared = issuer.advertised();
        problems.add(
            setting,
            ProblemKind::Missing,
            format!("the issuer {name} has several tenants, and which address clients use is not stated"),
            format!("state it, such as `.advertise({:?})`", shared.first().map_or("https://..", String::as_str)),
        );
    }
    for tenant in tenants.iter().filter(|tenant| !is_tenant(tenant)) {
        problems.add(
            setting,
            ProblemKind::Malformed,
            format!("the tenant {} is not a GUID", Shown(tenant)),
            "write the id of the tenant, which tokens state as `tid`, not its domain",
        );
    }
}
