//! How an issuer writes its access tokens.
//!
//! | module | holds |
//! |---|---|
//! | `audience` | whether a token is for this server |
//! | `entra` | the kinds of tokens of Microsoft Entra |
//! | `scopes` | which claim grants scopes |
//! | `mapping` | [`VerifiedClaims`] and [`MappedClaims`], for the closure of a deployment |
//! | `presets` | the providers that are known by name |
//! | `prefix` | what the issuer puts in front of scopes |
//! | `server_permissions` | the scopes of a token for several servers |

pub(super) mod audience;
mod entra;
pub(super) mod mapping;
pub(super) mod prefix;
mod presets;
pub(super) mod scopes;
pub(super) mod server_permissions;

use core::fmt;

use self::{audience::Clients, entra::EntraTokens, prefix::Prefix, scopes::ScopeSource};
use super::{
    TokenError,
    claim::{self, ClaimPath, Found},
};
use crate::reason::{self, reason};

/// How an issuer writes its access tokens. Passed to [`Issuer::provider`](super::Issuer::provider).
///
/// Without a provider, a token must be as RFC 9068 describes it: `aud` contains the resource of this server, and `scope` or `scp`
/// grants scopes. Each setting accepts more, and says what it trusts. Signature, issuer, times and token kind are checked in
/// any case.
///
/// ```
/// # #[cfg(feature = "jwks")] {
/// use mcp_scopes_server::token::{Issuer, Provider};
/// let issuer = Issuer::jwks("https://auth.example.com", "https://auth.example.com/jwks.json")
///     .provider(Provider::new().scopes_from("permissions").client_claims(["cid"]));
/// # let _ = issuer;
/// # }
/// ```
///
/// # Tokens for several servers
///
/// A token may hold a claim `server_permissions`: an object with a list of scopes for each resource. It limits the scopes of the
/// token to those that the list of this server's resource also contains, name by name, and never adds any. If there is no entry
/// for this server, the token is rejected.
///
/// # Shared audiences
///
/// Some issuers write one audience into the tokens of all of their applications: `authenticated`, `account`, the address of a
/// userinfo endpoint, or no `aud` at all. A token for another application would be accepted as well. So such an audience
/// requires a list of [clients](Self::clients), or [`danger_any_client`](Self::danger_any_client); without either, `build` fails.
#[derive(Clone)]
#[must_use]
pub struct Provider {
    pub(super) audiences: Vec<String>,
    pub(super) missing_audience: bool,
    pub(super) clients: Clients,
    pub(super) client_claims: Vec<ClaimPath>,
    subject_claims: Vec<ClaimPath>,
    pub(super) scopes: ScopeSource,
    pub(super) prefix: Prefix,
    required: Vec<Required>,
    id_token_claims: Vec<&'static str>,
    /// A claim and its value in refresh tokens.
    refresh_tokens: Option<(&'static str, &'static str)>,
    /// The kinds of tokens that are accepted, if the issuer is Microsoft Entra.
    entra: Option<EntraTokens>,
    /// A setting that does not apply to this provider.
    misplaced: Option<&'static str>,
    /// Whether access tokens have `auth_time`.
    auth_time: bool,
}

/// A claim that must be present, with one of these values; any value, if there are none.
#[derive(Clone, Debug)]
struct Required {
    claim: ClaimPath,
    values: Vec<String>,
}

/// Neither audiences nor clients are shown.
impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider").finish_non_exhaustive()
    }
}

impl Default for Provider {
    fn default() -> Self {
        Self::new()
    }
}

impl Provider {
    /// Creates the description of an issuer that writes tokens as RFC 9068 describes them.
    pub fn new() -> Self {
        Self {
            audiences: Vec::new(),
            missing_audience: false,
            clients: Clients::Any,
            client_claims: ["client_id", "azp"].map(ClaimPath::from).to_vec(),
            subject_claims: vec!["sub".into()],
            scopes: ScopeSource::Standard,
            prefix: Prefix::Table,
            required: Vec::new(),
            id_token_claims: Vec::new(),
            refresh_tokens: None,
            entra: None,
            misplaced: None,
            // RFC 9068 §2.2.1 describes it.
            auth_time: true,
        }
    }

    /// Also accepts tokens for this audience, such as the application's id. Several calls add up. It trusts every token that the
    /// issuer writes for the audience. If that is [shared](Self#shared-audiences), it requires a list of [clients](Self::clients).
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audiences.push(audience.into());
        self
    }

    /// Also accepts tokens without `aud`. It trusts every token of the [clients](Self::clients), which it requires.
    pub fn accept_missing_audience(mut self) -> Self {
        self.missing_audience = true;
        self
    }

    /// Accepts tokens of these clients only, by the first of the [client claims](Self::client_claims) that is present.
    pub fn clients(mut self, clients: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.clients = Clients::Only(clients.into_iter().map(Into::into).collect());
        self
    }

    /// Accepts tokens of every client, although their audience is [shared](Self#shared-audiences): any application of the issuer
    /// can use the tokens of its users here. Where clients register themselves, let the issuer write the resource of this server
    /// into `aud` instead.
    pub fn danger_any_client(mut self) -> Self {
        self.clients = Clients::DangerAny;
        self
    }

    /// Sets the claims that name the client. The first that is present applies. Default: `client_id` (RFC 9068 §2.2), `azp`.
    pub fn client_claims(mut self, claims: impl IntoIterator<Item = impl Into<ClaimPath>>) -> Self {
        self.client_claims = claims.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the claims that together identify the subject, whatever client it uses. Default: `sub`. Sessions and limits hang on it, so
    /// it must not differ between clients, as a pairwise `sub` does.
    ///
    /// The subject is the values of the claims, joined by `/`. If one of them is missing, or one of several contains a `/`, the token
    /// has no subject.
    pub fn subject_claims(mut self, claims: impl IntoIterator<Item = impl Into<ClaimPath>>) -> Self {
        self.subject_claims = claims.into_iter().map(Into::into).collect();
        self
    }

    /// Reads the scopes from this claim and no other: a string, or a list of strings. It trusts the claim to hold what was granted
    /// to the client. Some issuers have a claim that holds all that the user may do: use
    /// [`scopes_by_role`](Self::scopes_by_role) for these.
    pub fn scopes_from(mut self, claim: impl Into<ClaimPath>) -> Self {
        self.scopes = ScopeSource::Claim(claim.into());
        self
    }

    /// Accepts `scope` as a list as well.
    pub fn scope_list(mut self) -> Self {
        self.scopes = ScopeSource::StandardOrList;
        self
    }

    /// Grants the listed scopes for each role in this claim, and reads no other claim. The claim is one role, a list of roles, or an
    /// object whose members are the roles. It trusts every client with all that its user may do.
    ///
    /// ```
    /// use mcp_scopes_server::token::Provider;
    /// let provider = Provider::keycloak()
    ///     .scopes_by_role(["realm_access", "roles"], [("reader", "files:read"), ("editor", "files:read files:write")]);
    /// # let _ = provider;
    /// ```
    pub fn scopes_by_role(
        mut self,
        claim: impl Into<ClaimPath>,
        scopes: impl IntoIterator<Item = (impl Into<String>, impl AsRef<str>)>,
    ) -> Self {
        let map = scopes.into_iter().map(|(role, scopes)| {
            let scopes = scopes.as_ref().split_ascii_whitespace().map(str::to_owned).collect();
            (role.into(), scopes)
        });
        self.scopes = ScopeSource::Roles { claim: claim.into(), map: map.collect() };
        self
    }

    /// Sets what the issuer puts in front of every scope of this server: `outside` in what clients request, and so in metadata and
    /// challenges; `inside` in tokens. Each is empty, or ends in a separator. Default: `[server.scope_prefix]` in `mcp-scopes.toml`.
    ///
    /// Scopes of a token without the prefix are not of this server and grant nothing. Scopes of
    /// [`scopes_by_role`](Self::scopes_by_role), of API keys and of closures have no prefix. All issuers of a server have the same
    /// `outside`, since there is one document and one challenge for all of them; otherwise `build` fails.
    ///
    /// ```
    /// use mcp_scopes_server::token::Provider;
    /// // The scope `files:read` of the table is `https://files.example.com/mcp/files:read` for clients and in tokens.
    /// let prefix = "https://files.example.com/mcp/";
    /// let provider = Provider::cognito(["3n4b5urk1ft4fl3mg5e62d9ado"]).scope_prefix(prefix, prefix);
    /// # let _ = provider;
    /// ```
    pub fn scope_prefix(mut self, outside: impl Into<String>, inside: impl Into<String>) -> Self {
        self.prefix = Prefix::Stated { outside: outside.into(), inside: inside.into() };
        self
    }

    /// Requires a claim to have one of these values, compared code point by code point; without values, to be present.
    /// Several calls add up.
    pub fn require(mut self, claim: impl Into<ClaimPath>, values: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.required.push(Required { claim: claim.into(), values: values.into_iter().map(Into::into).collect() });
        self
    }

    /// States that the issuer writes `auth_time` into access tokens (RFC 9068 §2.2.1). Default: [`new`](Self::new) and the providers whose
    /// tokens have it without configuration do. Policies that depend on it require it: `require_reauth_after_minutes`,
    /// [`approval_by_sign_in`](crate::ResourceServerBuilder::approval_by_sign_in).
    pub fn sends_auth_time(mut self) -> Self {
        self.auth_time = true;
        self
    }

    /// The tokens of this provider have no `auth_time` unless it is configured.
    fn without_auth_time(self) -> Self {
        Self { auth_time: false, ..self }
    }

    /// Returns whether access tokens have `auth_time`.
    #[cfg(feature = "policies")]
    pub(super) const fn has_auth_time(&self) -> bool {
        self.auth_time
    }

    /// Rejects tokens with any of these claims, which the issuer writes only into ID tokens.
    fn id_token_claims(mut self, claims: impl IntoIterator<Item = &'static str>) -> Self {
        self.id_token_claims.extend(claims);
        self
    }

    /// Returns whom the token acts for, if it says so.
    ///
    /// # Errors
    /// A claim is not a string.
    pub(super) fn subject(&self, found: &Found) -> Result<Option<String>, TokenError> {
        let several = self.subject_claims.len() > 1;
        let mut values = Vec::with_capacity(self.subject_claims.len());
        for claim in &self.subject_claims {
            let Some(value) = claim.text(found)? else { return Ok(None) };
            // `a/b` and `c` would be the same subject as `a` and `b/c`.
            if several && value.contains('/') {
                return Ok(None);
            }
            values.push(value);
        }
        Ok(Some(values.join("/")).filter(|subject| !subject.is_empty()))
    }

    /// Checks that the token is an access token, as far as this issuer states it.
    pub(super) fn check_kind(&self, found: &Found) -> Result<(), TokenError> {
        if self.id_token_claims.iter().any(|name| claim::present(found, name).is_some()) {
            return Err(TokenError::ID_TOKEN);
        }
        if let Some((name, value)) = self.refresh_tokens
            && claim::present(found, name).is_some_and(|stated| stated == value)
        {
            return Err(TokenError::of_claim(name, reason!("is that of a refresh token"))
                .with_help("send the access token, and not the refresh token"));
        }
        if let Some(tokens) = self.entra {
            tokens.check(found)?;
        }
        for Required { claim, values } in &self.required {
            match claim.find(found) {
                None => {
                    return Err(TokenError::of_claim(claim, reason!("is missing")).with_help(
                        "send an access token of the issuer; it has the claims that `Provider::require` and presets require",
                    ));
                }
                Some(_) if values.is_empty() => {}
                Some(value) if value.as_str().is_some_and(|value| values.iter().any(|accepted| accepted == value)) => {}
                Some(_) => {
                    return Err(TokenError::of_claim(claim, reason!("has a value that is not accepted"))
                        .with_help("send an access token of the issuer, or add the value to `Provider::require`"));
                }
            }
        }
        Ok(())
    }

    /// Returns whether tokens without this claim are rejected, whatever else they state.
    pub(super) fn requires(&self, name: &str) -> bool {
        self.required.iter().any(|required| required.claim.is(name))
    }

    /// Returns the names of all claims that reasons can name.
    fn claim_names(&self) -> impl Iterator<Item = String> {
        let required = self.required.iter().map(|required| &required.claim);
        let claims = self.client_claims.iter().chain(&self.subject_claims).chain(self.scopes.claim()).chain(required);
        claims.map(ToString::to_string)
    }

    /// Returns why the settings cannot be used for this issuer, and what to change.
    pub(super) fn problem(&self, issuers: &[&str]) -> Option<(String, &'static str)> {
        if self.entra.is_some_and(|tokens| tokens.delegated) && self.scopes.claim_as_scopes() == Some("roles") {
            return Some((
                "the roles of users would become scopes as they are".to_owned(),
                "map them: `.scopes_by_role(\"roles\", [(\"Reader\", \"Files.Read\")])`; for tokens of applications alone use \
                 `.app_roles()` or `Provider::entra_app_only`",
            ));
        }
        if let Some(problem) = self.claim_names().find_map(|name| unshown_claim(&name)) {
            return Some(problem);
        }
        if let Some(setting) = self.misplaced {
            return Some((format!("`{setting}` applies to tokens of Microsoft Entra only"), "remove the call"));
        }
        if self.audiences.iter().any(String::is_empty) {
            return Some((
                "an accepted audience is empty".to_owned(),
                "write the id or the URI that tokens state as `aud`",
            ));
        }
        if let Some(problem) = self.prefix.problem() {
            return Some((problem, "write the whole prefix with its separator, such as `api://files/`"));
        }
        let audience = self.unlimited_audience(issuers)?;
        let what = match audience {
            "" => "tokens without `aud` are accepted".to_owned(),
            shared => format!("tokens for the audience `{}` are accepted", shared.escape_debug()),
        };
        Some((
            format!("{what}, which the issuer writes for every application, and no list of clients is stated"),
            "state the clients that may use this server: `.clients([..])`",
        ))
    }
}

/// Returns why a claim cannot be named to clients, and what to change. Reasons name claims, and RFC 6750 §3 limits their characters.
pub(super) fn unshown_claim(name: &str) -> Option<(String, &'static str)> {
    if reason::is_shown_unchanged(name) {
        return None;
    }
    Some((
        format!("an `error_description` cannot name the claim `{}` (RFC 6750 §3)", name.escape_debug()),
        "let the issuer write it under a name of printable ASCII without `\"`, `\\` and `=`, or read it with `.claims(..)`",
    ))
}
