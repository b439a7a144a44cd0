//! What an issuer is called: in tokens, in the metadata of the server, and in its own metadata.

#[cfg(feature = "jwks")]
use super::super::discovery::Place;
use super::{super::issuer_rule::Template, Issuer};

/// The segment for all organizations, in addresses of Microsoft Entra.
const ORGANIZATIONS: &str = "organizations";
/// The segment for all organizations and personal accounts.
#[cfg(feature = "jwks")]
const COMMON: &str = "common";

/// The settings about names.
#[derive(Clone, Default)]
pub(in super::super) struct Names {
    pub(in super::super) token_issuer: Option<String>,
    pub(in super::super) tenants: Option<Vec<String>>,
    pub(in super::super) any_tenant: bool,
    pub(in super::super) advertised: Vec<String>,
}

impl Names {
    /// Returns each accepted tenant once, in lower case, sorted.
    pub(in super::super) fn tenants(&self) -> Vec<String> {
        let mut tenants: Vec<_> = self.tenants.iter().flatten().map(|tenant| tenant.to_ascii_lowercase()).collect();
        tenants.sort_unstable();
        tenants.dedup();
        tenants
    }

    /// Returns the tenant if exactly one is accepted.
    fn only_tenant(&self) -> Option<String> {
        let mut tenants = self.tenants();
        if tenants.len() == 1 && !self.any_tenant { tenants.pop() } else { None }
    }
}

impl Issuer {
    /// Sets what tokens state as `iss`, where that is not the issuer that clients are told. Compared code point by code point.
    /// The metadata advertises the issuer, and [`Claims::issuer`](crate::Claims::issuer) returns what the token states.
    ///
    /// Tokens of version 1 of Microsoft Entra are an example:
    ///
    /// ```
    /// # #[cfg(feature = "jwks")] {
    /// use mcp_scopes_server::token::Issuer;
    /// let issuer = Issuer::discover("https://login.microsoftonline.com/6babcaad-604b-40ac-a9d7-9fd97c0b779f/v2.0")
    ///     .token_issuer("https://sts.windows.net/6babcaad-604b-40ac-a9d7-9fd97c0b779f/");
    /// # let _ = issuer;
    /// # }
    /// ```
    pub fn token_issuer(mut self, issuer: impl Into<String>) -> Self {
        self.settings.names.token_issuer = Some(issuer.into());
        self
    }

    /// Sets the tenants whose tokens are accepted, as GUIDs, for an issuer with `{tenant}` as one segment of its path. Several
    /// calls add up.
    ///
    /// A token is accepted if its `iss` is the issuer with one of these tenants in place of `{tenant}`, in lower case, if its
    /// claim `tid` is the same tenant, and if the key that signed it is for this tenant: a key may name its `issuer`, with
    /// `{tenantid}` for any tenant.
    ///
    /// ```
    /// # #[cfg(feature = "jwks")] {
    /// use mcp_scopes_server::token::Issuer;
    /// let issuer = Issuer::discover("https://login.microsoftonline.com/{tenant}/v2.0")
    ///     .tenants(["6babcaad-604b-40ac-a9d7-9fd97c0b779f", "f8cdef31-a31e-4b4a-93e4-5f571e91255a"])
    ///     .advertise("https://login.microsoftonline.com/organizations/v2.0");
    /// # let _ = issuer;
    /// # }
    /// ```
    ///
    /// With one tenant, [`discover`](Self::discover) reads the metadata of the tenant, and that issuer is advertised. With
    /// several, it reads what Microsoft Entra publishes for all of them: at `organizations`, or at `common` if that is
    /// [advertised](Self::advertise). The `issuer` there has to be this issuer with `{tenantid}` in place of `{tenant}`.
    pub fn tenants(mut self, tenants: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.settings.names.tenants.get_or_insert_default().extend(tenants.into_iter().map(Into::into));
        self
    }

    /// Accepts tokens of every tenant of an issuer with `{tenant}`: of any organization, and of personal accounts. Creating a
    /// tenant costs nothing. So the server has to decide by the claim `tid` which data a caller may see.
    pub fn danger_any_tenant(mut self) -> Self {
        self.settings.names.any_tenant = true;
        self
    }

    /// Sets the issuer that the metadata advertises for an issuer with `{tenant}`. Several calls add up. Required for several
    /// tenants; with one, the default is the issuer of that tenant.
    ///
    /// The metadata that Microsoft Entra publishes at `organizations` and `common` states another `issuer`, `{tenantid}`
    /// included. Clients that compare it (RFC 8414 §3.3) reject it. For them, advertise the issuer of each tenant.
    pub fn advertise(mut self, issuer: impl Into<String>) -> Self {
        self.settings.names.advertised.push(issuer.into());
        self
    }

    /// Returns what tokens state as `iss`, if that is stated apart.
    pub(in super::super) fn token_issuer_text(&self) -> Option<String> {
        self.settings.names.token_issuer.clone()
    }

    /// Returns the issuers that the metadata advertises. Not empty.
    pub(in super::super) fn advertised(&self) -> Vec<String> {
        let names = &self.settings.names;
        match Template::parse(&self.name) {
            Ok(Some(_)) if !names.advertised.is_empty() => names.advertised.clone(),
            Ok(Some(template)) => vec![template.with(names.only_tenant().as_deref().unwrap_or(ORGANIZATIONS))],
            Ok(None) | Err(_) => vec![self.name.clone()],
        }
    }

    /// Returns where the metadata of the issuer is.
    #[cfg(feature = "jwks")]
    pub(in super::super) fn place(&self) -> Place {
        let same = |issuer: String| Place { address: issuer.clone(), issuer };
        let names = &self.settings.names;
        match (Template::parse(&self.name), names.only_tenant()) {
            (Ok(Some(template)), Some(tenant)) => same(template.with(&tenant)),
            (Ok(Some(template)), None) => {
                let is_common = names.advertised.contains(&template.with(COMMON));
                Place {
                    address: template.with(if is_common { COMMON } else { ORGANIZATIONS }),
                    issuer: template.with(super::super::issuer_rule::OF_KEYS),
                }
            }
            (Ok(None) | Err(_), _) => same(self.name.clone()),
        }
    }
}
