//! Servers on stdio, where credentials come from the environment (MCP 2026-07-28, "Authorization": stdio SHOULD NOT use it).

use std::sync::OnceLock;

use mcp_scopes::{Caller, Environment, ScopeTable};

/// The caller on stdio: the process that started this one.
static CALLER: OnceLock<Caller> = OnceLock::new();

/// The credentials of the process that starts a server on stdio.
///
/// There is no layer on stdio. Until credentials are installed, the caller is unknown, and each guarded tool denies the call.
/// These credentials never apply to an HTTP request: without the layer such a request is denied.
///
/// ```
/// # use mcp_scopes::{mcp_tool, scope_table};
/// # use mcp_scopes_server::StdioCredentials;
/// # #[mcp_tool(risk = "low")] fn list_files() {}
/// # scope_table! { static TOOLS = [list_files]; }
/// // `FILES_SCOPES="list_files" files-server`; without the variable, only what is public.
/// let stated = StdioCredentials::from_env(&TOOLS, "FILES_SCOPES");
/// assert!(stated.caller().authorize("list_files").is_err());
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use = "nothing counts before `install`"]
pub struct StdioCredentials {
    caller: Caller,
    variable: Option<&'static str>,
}

impl StdioCredentials {
    /// Reads space-separated scopes from an environment variable. If it is missing or not valid Unicode, the caller has none and counts
    /// as unauthenticated. If it is empty, the caller has none and is authenticated, so tools with the key `authenticated` are open.
    /// The error of a call that they do not open names the variable.
    pub fn from_env(table: &'static ScopeTable, variable: &'static str) -> Self {
        let grant = std::env::var(variable).map_or_else(|_| table.anonymous(), |scopes| table.grant(&scopes));
        Self { caller: Caller::new(grant, Environment::Live), variable: Some(variable) }
    }

    /// Grants all scopes of the table, so that every tool can be called: for a server that guarded nothing on stdio before, and whose
    /// users state no scopes. The process that starts the server has the rights of its user anyway.
    ///
    /// ```
    /// # use mcp_scopes::{mcp_tool, scope_table};
    /// # use mcp_scopes_server::StdioCredentials;
    /// # #[mcp_tool(risk = "low")] fn list_files() {}
    /// # scope_table! { static TOOLS = [list_files]; }
    /// assert!(StdioCredentials::all(&TOOLS).caller().authorize("list_files").is_ok());
    /// ```
    pub fn all(table: &'static ScopeTable) -> Self {
        Self::of(Caller::new(table.grant_scp(table.scopes()), Environment::Live))
    }

    /// Uses the given caller, for example one whose token was taken from the environment and verified.
    pub const fn of(caller: Caller) -> Self {
        Self { caller, variable: None }
    }

    /// Moves the credentials into the sandbox.
    pub fn in_sandbox(self) -> Self {
        Self { caller: Caller::new(*self.caller.grant(), Environment::Sandbox), ..self }
    }

    /// Returns the environment variable that states the scopes.
    #[must_use]
    pub const fn variable(&self) -> Option<&'static str> {
        self.variable
    }

    /// Returns the caller.
    #[must_use]
    pub const fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Installs the credentials for the lifetime of the process.
    ///
    /// # Errors
    /// Credentials are already installed. They stay in effect.
    pub fn install(self) -> Result<(), AlreadyInstalled> {
        CALLER.set(self.caller).map_err(|_| AlreadyInstalled)
    }
}

/// The error for credentials that are installed twice in one process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlreadyInstalled;

impl core::fmt::Display for AlreadyInstalled {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("credentials for stdio are installed already; install them once, where the server starts")
    }
}

impl core::error::Error for AlreadyInstalled {}

/// Returns the caller on stdio, if credentials are installed.
pub(super) fn caller() -> Option<&'static Caller> {
    CALLER.get()
}
