//! Providers that are known by name. `docs/providers.md` describes what to configure at each of them.

use super::{Provider, entra::EntraTokens, prefix::Prefix, scopes::ScopeSource};

/// Claims about a login, which some issuers write into ID tokens only.
const LOGIN: [&str; 2] = ["nonce", "amr"];

/// # Known providers
///
/// Each says what it accepts, and what it trusts. An issuer that is missing here needs [`Provider::new`] and the setters below,
/// or [`Issuer::claims`](crate::token::Issuer::claims).
impl Provider {
    /// Microsoft Entra, version 2 tokens that act for a user: `aud` is the id of this server's application registration, and `scp`
    /// grants scopes. Clients request `api://<application>/<scope>`, the default application id URI; tokens name the scope alone. For
    /// another URI see [`scope_prefix`](Self::scope_prefix).
    ///
    /// It trusts the application's id: only tokens that were requested for a scope of the application have it and `scp`. The subject is
    /// `tid` and `oid`, since `sub` differs between the clients of a user.
    pub fn entra(application: impl Into<String>) -> Self {
        let application = application.into();
        let outside = format!("api://{application}/");
        Self { prefix: Prefix::Usual { outside }, ..Self::entra_tokens(application) }
    }

    fn entra_tokens(audience: impl Into<String>) -> Self {
        Self {
            scopes: ScopeSource::Entra,
            entra: Some(EntraTokens { delegated: true, app_only: false }),
            ..Self::new()
                .audience(audience)
                .client_claims(["azp", "appid"])
                .subject_claims(["tid", "oid"])
                .without_auth_time()
        }
    }

    /// Microsoft Entra, tokens of applications without a user: `roles` holds the application roles that an administrator has
    /// granted. A token counts as app-only if `idtyp` is `app` or `sub` equals `oid`, and `scp` is missing.
    ///
    /// It trusts the administrator: the roles are those that were granted to the client for this server.
    pub fn entra_app_only(application: impl Into<String>) -> Self {
        Self { entra: Some(EntraTokens { delegated: false, app_only: true }), ..Self::entra(application) }
    }

    /// Microsoft Entra, version 1 tokens: `aud` is the application id URI, such as `api://<application>`. State their issuer with
    /// [`Issuer::token_issuer`](crate::token::Issuer::token_issuer): `https://sts.windows.net/<tenant>/`. Clients request
    /// `<application id URI>/<scope>`.
    ///
    /// It trusts the application id URI: only tokens that were requested for a scope of the application have it and `scp`.
    pub fn entra_v1(audience: impl Into<String>) -> Self {
        let audience = audience.into();
        let outside = format!("{}/", audience.trim_end_matches('/'));
        Self { prefix: Prefix::Usual { outside }, ..Self::entra_tokens(audience) }
    }

    /// Also accepts app-only tokens of Microsoft Entra, whose `roles` become scopes. For [`entra`](Self::entra). It trusts the roles that
    /// an administrator has granted to applications. Roles of users are not read.
    pub fn app_roles(mut self) -> Self {
        match &mut self.entra {
            Some(tokens) => tokens.app_only = true,
            None => self.misplaced = Some(".app_roles()"),
        }
        self
    }

    /// Auth0: `aud` contains the identifier of the API, which is the resource of this server, and `scope` grants scopes.
    /// `permissions` is not read: it holds all that the user may do, whatever was granted to the client.
    ///
    /// It trusts the identifier of the API, which is on tokens for this API only.
    pub fn auth0() -> Self {
        Self::new().client_claims(["azp", "client_id"]).without_auth_time()
    }

    /// Okta, a custom authorization server with this audience: `scp` is a list of scopes, and `cid` names the client. The default
    /// server's audience `api://default` is [shared](Self#shared-audiences): state the [clients](Self::clients).
    ///
    /// It trusts the audience of the authorization server, and requires `cid`, which ID tokens do not have.
    pub fn okta(audience: impl Into<String>) -> Self {
        Self::new().audience(audience).client_claims(["cid"]).require("cid", [""; 0])
    }

    /// Keycloak: an audience mapper writes the resource of this server into `aud`, and `scope` grants scopes. Roles are not read;
    /// see [`scopes_by_role`](Self::scopes_by_role).
    ///
    /// It trusts the audience that the mapper writes. `typ` must be that of an access token.
    pub fn keycloak() -> Self {
        Self::new().client_claims(["azp", "client_id"]).require("typ", ["Bearer", "DPoP"]).without_auth_time()
    }

    /// Amazon Cognito without resource binding: tokens have no `aud`, so only those of these clients are accepted. `scope` names
    /// scopes as `<resource server>/<scope>`.
    ///
    /// It trusts the clients: any token that they receive from the user pool opens this server, within its scopes.
    pub fn cognito(clients: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::cognito_resource().accept_missing_audience().clients(clients)
    }

    /// Amazon Cognito with resource binding: `aud` is the resource of this server.
    ///
    /// It trusts `aud`, which is the URL that the client requested, and requires `token_use` to be `access`.
    pub fn cognito_resource() -> Self {
        Self::new().client_claims(["client_id"]).require("token_use", ["access"])
    }

    /// Zitadel, for tokens of these clients, with the id of the project: `aud` contains it, and the project's roles become scopes by
    /// this map. The roles are read from the claim of this project, since the claim without an id holds the roles of the client's
    /// project.
    ///
    /// It trusts the clients. Without a list, any application of the instance could request the project as audience and act for its
    /// users.
    pub fn zitadel(
        project: impl Into<String>,
        clients: impl IntoIterator<Item = impl Into<String>>,
        scopes: impl IntoIterator<Item = (impl Into<String>, impl AsRef<str>)>,
    ) -> Self {
        let project = project.into();
        let roles = format!("urn:zitadel:iam:org:project:{project}:roles");
        let provider = Self::new().audience(project).client_claims(["client_id"]).clients(clients);
        provider.id_token_claims(LOGIN).scopes_by_role(roles, scopes).without_auth_time()
    }

    /// Duende IdentityServer and IdentityServer4: `aud` contains the resource of this server, and `scope` is a list, or a string.
    ///
    /// It trusts the name of the API resource, which is on tokens with one of its scopes only.
    pub fn duende() -> Self {
        Self::new().scope_list().client_claims(["client_id"])
    }

    /// Supabase, for tokens that these clients have received: `aud` is `authenticated` for every application. Tokens name no
    /// scopes; the database role becomes scopes by this map, such as `[("authenticated", "files:read")]`.
    ///
    /// It trusts the clients: any token that they receive from the project opens this server.
    pub fn supabase(
        clients: impl IntoIterator<Item = impl Into<String>>,
        scopes: impl IntoIterator<Item = (impl Into<String>, impl AsRef<str>)>,
    ) -> Self {
        let provider = Self::new().audience("authenticated").client_claims(["client_id"]).clients(clients);
        provider.scopes_by_role("role", scopes).without_auth_time()
    }

    /// WorkOS: `aud` is the resource of this server, and `scope` grants scopes. `permissions` is not read.
    ///
    /// It trusts the resource indicator, which is on tokens that were requested for it. For tokens of one application, whose `aud` is its
    /// client id: `.audience("client_..").require("scope", [""; 0])`, since ID tokens have the same audience and no `scope`.
    pub fn workos() -> Self {
        Self::new().without_auth_time()
    }

    /// Clerk, for OAuth tokens of these clients, which have no `aud`: `scope` grants scopes. Session tokens grant nothing.
    ///
    /// It trusts the clients: any token that they receive from the instance opens this server, within its scopes.
    pub fn clerk(clients: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let provider = Self::new().accept_missing_audience().client_claims(["client_id", "azp"]).clients(clients);
        provider.require("scope", [""; 0]).without_auth_time()
    }

    /// Logto: `aud` is the resource of this server, and `scope` grants scopes.
    ///
    /// It trusts the API resource, which is on tokens that were requested for it.
    pub fn logto() -> Self {
        Self::new().client_claims(["client_id"]).without_auth_time()
    }

    /// Ory Hydra and Ory Network: `aud` contains the resource of this server, and `scp` is a list of scopes.
    ///
    /// It trusts the audience, which clients can request only if it is on their list.
    pub fn ory() -> Self {
        Self::new().client_claims(["client_id"]).without_auth_time()
    }

    /// Descope: `aud` contains the resource of this server, and `scope` grants scopes.
    ///
    /// It trusts the URL of the resource, which is on tokens for this MCP server only.
    pub fn descope() -> Self {
        // Refresh tokens are JWTs of the same key. `drn` says where a token is stored.
        Self { refresh_tokens: Some(("drn", "DSR")), ..Self::new().without_auth_time() }
    }

    /// Authentik, with the client id of this server's application: `aud` is that id, and `scope` grants scopes. `entitlements` is not
    /// read.
    ///
    /// It trusts the application's id. ID tokens have the same audience. They have neither `azp` nor `uid`, and are rejected.
    pub fn authentik(application: impl Into<String>) -> Self {
        let provider = Self::new().audience(application).client_claims(["azp"]);
        provider.require("azp", [""; 0]).require("uid", [""; 0])
    }
}
