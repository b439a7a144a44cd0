//! Servers on stdio, where credentials come from the environment (MCP 2026-07-28, "Authorization": stdio SHOULD NOT use it).

use std::sync::OnceLock;

use mcp_scopes::{Caller, Environment, ScopeTable};

/// Who calls on stdio: whoever started the process.
static CALLER: OnceLock<Caller> = OnceLock::new();

/// What the process that starts a server on stdio may do.
///
/// There is no layer on stdio. Until the credentials are stated, nothing tells who calls, and each guarded tool refuses. What
/// comes with an HTTP request never counts for this caller: without the layer it is refused, as before.
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
}

impl StdioCredentials {
    /// The scopes in an environment variable, separated by spaces. Where it is missing or no text, the caller has none.
    pub fn from_env(table: &'static ScopeTable, variable: &str) -> Self {
        let grant = std::env::var(variable).map_or_else(|_| table.anonymous(), |scopes| table.grant(&scopes));
        Self { caller: Caller::new(grant, Environment::Live) }
    }

    /// Any caller, such as one whose token was taken from the environment and verified.
    pub const fn of(caller: Caller) -> Self {
        Self { caller }
    }

    /// In the sandbox.
    pub fn in_sandbox(self) -> Self {
        Self { caller: Caller::new(*self.caller.grant(), Environment::Sandbox) }
    }

    /// Who calls.
    #[must_use]
    pub const fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Lets them count, for as long as the process runs.
    ///
    /// # Errors
    /// Others count already; they stay.
    pub fn install(self) -> Result<(), AlreadyInstalled> {
        CALLER.set(self.caller).map_err(|_| AlreadyInstalled)
    }
}

/// Who calls on stdio is stated once in a process, and was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlreadyInstalled;

impl core::fmt::Display for AlreadyInstalled {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("credentials for stdio are installed already; install them once, where the server starts")
    }
}

impl core::error::Error for AlreadyInstalled {}

/// Who calls on stdio, if that was stated.
pub(super) fn caller() -> Option<&'static Caller> {
    CALLER.get()
}
