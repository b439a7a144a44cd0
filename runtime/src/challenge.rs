//! The `WWW-Authenticate` value made from a denial (RFC 6750 §3, RFC 9449 §7.1, RFC 9470 §3, RFC 9728 §5.1, MCP 2026-07-28
//! "Authorization").

mod parameters;

use core::fmt::{self, Write as _};

use self::parameters::Parameters;
use crate::{Denied, Grant, Reason, ScopeTable};

/// The maximum length in bytes of the scopes with those that a grant holds.
const MAX_SCOPES: usize = 4096;

/// One challenge, of the scheme `Bearer` or [`DPoP`](Self::dpop). Its [`Display`](fmt::Display) is the header value.
///
/// There is one challenge in one header, its `scope` comes first, and neither description nor realm contains an
/// `=`: common clients read only the first header, and use the first `scope=` in it.
///
/// ```
/// # use mcp_scopes::{mcp_tool, scope_table};
/// # #[mcp_tool(risk = "low")] fn list_files() {}
/// # scope_table! { static TOOLS = [list_files]; }
/// use mcp_scopes::Challenge;
/// let denied = TOOLS.grant("").authorize("list_files").unwrap_err();
/// let challenge = Challenge::of(&denied).resource_metadata("https://h/.well-known/oauth-protected-resource/mcp");
/// assert_eq!(challenge.status(), 403);
/// assert_eq!(
///     challenge.to_string(),
///     "Bearer scope=\"list_files\", error=\"insufficient_scope\", \
///      resource_metadata=\"https://h/.well-known/oauth-protected-resource/mcp\""
/// );
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Challenge<'a> {
    status: u16,
    /// The algorithms of proofs, for the scheme `DPoP`.
    algorithms: Option<&'a str>,
    error: Option<Error>,
    scope: Scope<'a>,
    held: Option<&'a Grant>,
    /// What is written in front of every scope, if it is not that of the table.
    prefix: Option<&'a str>,
    realm: Option<&'a str>,
    resource_metadata: Option<&'a str>,
    description: Option<&'a str>,
}

/// The values of `error` (RFC 6750 §3.1, RFC 9449 §7.1, RFC 9470 §3).
#[derive(Clone, Copy, Debug)]
enum Error {
    InvalidRequest,
    InvalidToken,
    InsufficientScope,
    InsufficientUserAuthentication,
    InvalidDpopProof,
}

impl Error {
    const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::InsufficientUserAuthentication => "insufficient_user_authentication",
            Self::InvalidDpopProof => "invalid_dpop_proof",
        }
    }
}

/// The scopes that a challenge asks for.
#[derive(Clone, Copy, Debug)]
enum Scope<'a> {
    None,
    Step(&'a Denied),
    Baseline(&'static ScopeTable),
    Named(&'a [&'static str]),
    /// Those that the grant `held` has, for a caller who must authenticate again (RFC 9470 §3).
    SignIn {
        /// The accepted values of `acr`, separated by spaces.
        acr_values: Option<&'a str>,
        /// The maximum age of the authentication in seconds.
        max_age: Option<u32>,
    },
}

impl<'a> Challenge<'a> {
    const fn new(status: u16, error: Option<Error>, scope: Scope<'a>) -> Self {
        Self {
            status,
            algorithms: None,
            error,
            scope,
            held: None,
            prefix: None,
            realm: None,
            resource_metadata: None,
            description: None,
        }
    }

    /// Returns the challenge for a denial.
    ///
    /// | reason | status | `error` | `scope` |
    /// |---|---|---|---|
    /// | no credentials | 401 | none (RFC 6750 §3.1) | the least step to the tool |
    /// | missing scopes | 403 | `insufficient_scope` | the least step, held scopes named too |
    /// | anything else | 403 | none | none: more scopes would not help |
    #[must_use]
    pub const fn of(denied: &'a Denied) -> Self {
        match denied.reason() {
            Reason::NoCredentials => Self::new(401, None, Scope::Step(denied)),
            Reason::MissingScopes => Self::new(403, Some(Error::InsufficientScope), Scope::Step(denied)),
            Reason::UnknownTool
            | Reason::OtherTable
            | Reason::NotInSandbox
            | Reason::PoliciesNotEnforced
            | Reason::NoCaller => Self::new(403, None, Scope::None),
        }
    }

    /// Returns a 401 challenge for a request without credentials that is not about a tool. It asks for the table's baseline. If
    /// there is none, it leaves the choice to `scopes_supported`.
    #[must_use]
    pub const fn unauthorized(table: &'static ScopeTable) -> Self {
        Self::new(401, None, Scope::Baseline(table))
    }

    /// Returns a 401 challenge for a token that is expired, revoked, malformed or not for this server (RFC 6750 §3.1). It asks
    /// for the same scopes as [`unauthorized`](Self::unauthorized), so that a client that authorizes again does not have to
    /// store them.
    #[must_use]
    pub const fn invalid_token(table: &'static ScopeTable) -> Self {
        Self::new(401, Some(Error::InvalidToken), Scope::Baseline(table))
    }

    /// Returns a 400 challenge for a request that carries its token in the wrong place, or more than one (RFC 6750 §3.1).
    #[must_use]
    pub const fn invalid_request() -> Self {
        Self::new(400, Some(Error::InvalidRequest), Scope::None)
    }

    /// Returns a 401 challenge for a request whose proof of possession is missing or invalid (RFC 9449 §7.1). It asks for the same
    /// scopes as [`invalid_token`](Self::invalid_token). Set the scheme: [`dpop`](Self::dpop).
    #[must_use]
    pub const fn invalid_dpop_proof(table: &'static ScopeTable) -> Self {
        Self::new(401, Some(Error::InvalidDpopProof), Scope::Baseline(table))
    }

    /// Returns a 401 challenge for a caller who must authenticate again (RFC 9470 §3). It asks for the scopes that the grant holds, so that the
    /// new token has them too. State what is required: [`max_age`](Self::max_age), [`acr_values`](Self::acr_values).
    ///
    /// ```
    /// # use mcp_scopes::{mcp_tool, scope_table};
    /// # #[mcp_tool(risk = "low")] fn list_files() {}
    /// # scope_table! { static TOOLS = [list_files]; }
    /// use mcp_scopes::Challenge;
    /// let grant = TOOLS.grant("list_files");
    /// assert_eq!(
    ///     Challenge::insufficient_user_authentication(&grant).max_age(300).acr_values("phr phrh").to_string(),
    ///     "Bearer scope=\"list_files\", error=\"insufficient_user_authentication\", acr_values=\"phr phrh\", max_age=\"300\""
    /// );
    /// ```
    #[must_use]
    pub const fn insufficient_user_authentication(held: &'a Grant) -> Self {
        let scope = Scope::SignIn { acr_values: None, max_age: None };
        Self { held: Some(held), ..Self::new(401, Some(Error::InsufficientUserAuthentication), scope) }
    }

    /// Sets the accepted values of `acr`, separated by spaces, in order of preference (RFC 9470 §3). Other challenges than
    /// [`insufficient_user_authentication`](Self::insufficient_user_authentication) do not change.
    #[must_use]
    pub const fn acr_values(self, values: &'a str) -> Self {
        match self.scope {
            Scope::SignIn { max_age, .. } => {
                Self { scope: Scope::SignIn { acr_values: Some(values), max_age }, ..self }
            }
            _ => self,
        }
    }

    /// Sets the maximum age of the authentication in seconds (RFC 9470 §3). Other challenges than
    /// [`insufficient_user_authentication`](Self::insufficient_user_authentication) do not change.
    #[must_use]
    pub const fn max_age(self, seconds: u32) -> Self {
        match self.scope {
            Scope::SignIn { acr_values, .. } => {
                Self { scope: Scope::SignIn { acr_values, max_age: Some(seconds) }, ..self }
            }
            _ => self,
        }
    }

    /// Returns the challenge of a method other than a tool call that requires these scopes: 401 without a token, or else 403.
    pub(crate) const fn naming(scopes: &'a [&'static str], anonymous: bool) -> Self {
        if anonymous {
            Self::new(401, None, Scope::Named(scopes))
        } else {
            Self::new(403, Some(Error::InsufficientScope), Scope::Named(scopes))
        }
    }

    /// Returns a 403 challenge that names no scope, since more scopes would not help.
    pub(crate) const fn forbidden() -> Self {
        Self::new(403, None, Scope::None)
    }

    /// Sets the scheme `DPoP`, and the algorithms of proofs that the server accepts, separated by spaces (RFC 9449 §7.1). Default:
    /// the scheme `Bearer`. A server that accepts both sends one header for each, `Bearer` first.
    ///
    /// ```
    /// # use mcp_scopes::{mcp_tool, scope_table};
    /// # #[mcp_tool(risk = "low")] fn list_files() {}
    /// # scope_table! { static TOOLS = [list_files]; }
    /// use mcp_scopes::Challenge;
    /// let challenge = Challenge::invalid_dpop_proof(&TOOLS).dpop("ES256 EdDSA");
    /// assert_eq!(challenge.to_string(), "DPoP error=\"invalid_dpop_proof\", algs=\"ES256 EdDSA\"");
    /// ```
    #[must_use]
    pub const fn dpop(self, algorithms: &'a str) -> Self {
        Self { algorithms: Some(algorithms), ..self }
    }

    /// Returns the challenge without an error: for the scheme that the request did not use.
    pub(crate) const fn without_error(self) -> Self {
        Self { error: None, description: None, ..self }
    }

    /// Sets the address of the protected resource metadata (RFC 9728 §5.1).
    #[must_use]
    pub const fn resource_metadata(self, url: &'a str) -> Self {
        Self { resource_metadata: Some(url), ..self }
    }

    /// Sets the protection space (RFC 9110 §11.5).
    #[must_use]
    pub const fn realm(self, realm: &'a str) -> Self {
        Self { realm: Some(realm), ..self }
    }

    /// Sets a description for developers. Characters that RFC 6750 §3 does not allow are replaced.
    #[must_use]
    pub const fn description(self, text: &'a str) -> Self {
        Self { description: Some(text), ..self }
    }

    /// Also names the scopes that a grant holds, if the challenge asks for scopes: for clients that request the scopes of a
    /// challenge alone, and so lose those that they had. Scopes that make the value longer than 4 KiB are left out.
    ///
    /// ```
    /// # use mcp_scopes::{mcp_tool, scope_table};
    /// # #[mcp_tool(risk = "low")] fn list_files() {}
    /// # #[mcp_tool(risk = "high")] fn run() {}
    /// # scope_table! { static TOOLS = [list_files, run]; }
    /// use mcp_scopes::Challenge;
    /// let grant = TOOLS.grant("list_files");
    /// let denied = grant.authorize("run").unwrap_err();
    /// let challenge = Challenge::of(&denied).held(&grant);
    /// assert_eq!(challenge.to_string(), "Bearer scope=\"run list_files\", error=\"insufficient_scope\"");
    /// ```
    #[must_use]
    pub const fn held(self, grant: &'a Grant) -> Self {
        Self { held: Some(grant), ..self }
    }

    /// Sets what is written in front of every scope. Default: `outside` under `[server.scope_prefix]` of the table's file.
    ///
    /// ```
    /// # use mcp_scopes::{mcp_tool, scope_table};
    /// # #[mcp_tool(risk = "low")] fn list_files() {}
    /// # scope_table! { static TOOLS = [list_files]; }
    /// use mcp_scopes::Challenge;
    /// let denied = TOOLS.grant("").authorize("list_files").unwrap_err();
    /// let challenge = Challenge::of(&denied).scope_prefix("api://files/");
    /// assert_eq!(challenge.to_string(), "Bearer scope=\"api://files/list_files\", error=\"insufficient_scope\"");
    /// ```
    #[must_use]
    pub const fn scope_prefix(self, outside: &'a str) -> Self {
        Self { prefix: Some(outside), ..self }
    }

    /// Returns the HTTP status of the response: 400, 401 or 403.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// Returns the scopes that the challenge asks for, as the table names them.
    pub fn scopes(&self) -> impl Iterator<Item = &'static str> + use<'a> {
        let needed = *self;
        let added = self.outside().len() + 1;
        let mut length = needed.needed().map(|scope| scope.len() + added).sum::<usize>();
        let names_held = length > 0 || matches!(self.scope, Scope::SignIn { .. });
        let held = self.held.filter(|_| names_held).into_iter().flat_map(Grant::scopes);
        let held = held.filter(move |held| needed.needed().all(|needed| needed != *held)).take_while(move |scope| {
            length += scope.len() + added;
            length <= MAX_SCOPES
        });
        self.needed().chain(held)
    }

    /// Returns the prefix of every scope.
    fn outside(&self) -> &'a str {
        let table = match self.scope {
            Scope::Step(denied) => denied.table(),
            Scope::Baseline(table) => Some(table),
            Scope::SignIn { .. } => self.held.map(Grant::table),
            Scope::None | Scope::Named(_) => None,
        };
        let stated = || table.map_or("", |table| table.outline().config.scope_prefix.outside);
        self.prefix.unwrap_or_else(stated)
    }

    /// Returns the scopes that are needed.
    fn needed(&self) -> impl Iterator<Item = &'static str> + use<'a> {
        let (step, baseline, named): (_, _, &[&'static str]) = match self.scope {
            Scope::None | Scope::SignIn { .. } => (None, None, &[]),
            Scope::Step(denied) => (Some(denied.step()), None, &[]),
            Scope::Baseline(table) => (None, table.outline().config.baseline, &[]),
            Scope::Named(scopes) => (None, None, scopes),
        };
        let baseline = baseline.unwrap_or(&[]).iter().map(|scope| scope.text);
        step.into_iter().flatten().chain(baseline).chain(named.iter().copied())
    }
}

impl fmt::Display for Challenge<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.algorithms.is_some() { "DPoP" } else { "Bearer" })?;
        let mut parameters = Parameters::new(f);
        let mut scopes = self.scopes();
        if let Some(scope) = scopes.next() {
            parameters.begin("scope")?;
            let prefix = self.outside();
            // A scope-token contains no character that a quoted-string has to escape.
            parameters.f.write_str(prefix)?;
            parameters.f.write_str(scope)?;
            for scope in scopes {
                parameters.f.write_char(' ')?;
                parameters.f.write_str(prefix)?;
                parameters.f.write_str(scope)?;
            }
            parameters.f.write_char('"')?;
        }
        if let Some(error) = self.error {
            parameters.quoted("error", error.as_str())?;
        }
        if let Some(text) = self.description {
            parameters.begin("error_description")?;
            for character in text.chars() {
                parameters.f.write_char(match character {
                    '"' => '\'',
                    '\\' => '/',
                    '=' => ':',
                    _ if u8::try_from(character).is_ok_and(is_description_byte) => character,
                    _ => '?',
                })?;
            }
            parameters.f.write_char('"')?;
        }
        if let (Scope::SignIn { acr_values, max_age }, Some(_)) = (self.scope, self.error) {
            if let Some(values) = acr_values {
                parameters.quoted("acr_values", values)?;
            }
            if let Some(seconds) = max_age {
                parameters.begin("max_age")?;
                write!(parameters.f, "{seconds}\"")?;
            }
        }
        if let Some(algorithms) = self.algorithms {
            parameters.quoted("algs", algorithms)?;
        }
        if let Some(url) = self.resource_metadata {
            parameters.url("resource_metadata", url)?;
        }
        if let Some(realm) = self.realm {
            parameters.quoted("realm", realm)?;
        }
        Ok(())
    }
}

/// Returns whether `error_description` shows a byte unchanged: the characters of RFC 6750 §3, without `=`, which some clients
/// read as the start of a parameter.
pub(crate) const fn is_description_byte(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\' | b'=')
}
