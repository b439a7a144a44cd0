//! Servers on stdio, where credentials come from the environment (MCP 2026-07-28, "Authorization": stdio SHOULD NOT use it).

use std::sync::OnceLock;

use mcp_scopes::{Caller, Denied, Environment, ScopeTable};

#[cfg(feature = "audit")]
use mcp_scopes_audit::AuditSink;

use super::{
    audit::{ProcessAuditor, ProcessRecord},
    contents::Named,
};

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
#[derive(Clone, Debug)]
#[must_use = "nothing counts before `install`"]
pub struct StdioCredentials {
    caller: Caller,
    variable: Option<&'static str>,
    policies_elsewhere: bool,
    audit: ProcessAuditor,
}

/// The name of the structured denial in `_meta`.
#[cfg(feature = "policies")]
pub(super) const DENIAL_META: &str = super::policies::DENIAL_META;
#[cfg(not(feature = "policies"))]
pub(super) const DENIAL_META: &str = "io.github.mcp-scopes/denial";

/// What a caller without HTTP asks for.
#[derive(Clone, Debug)]
pub enum ProcessCall<'c> {
    /// A call of a tool, with its arguments.
    Tool {
        /// The name of the tool.
        name: &'c str,
        /// The arguments, if there are any.
        arguments: Option<&'c serde_json::Map<String, serde_json::Value>>,
        /// The answers to questions that the tool has asked; null if there are none.
        input_responses: &'c serde_json::Value,
        /// The state that the tool has told the client to return.
        request_state: Option<&'c str>,
    },
    /// A read of a resource or a prompt.
    Content(Named<'c>),
}

/// Why a policy denies what a caller without HTTP asks for.
#[derive(Clone, Debug)]
pub struct ProcessDenial {
    /// A sentence for the model.
    pub sentence: String,
    /// The structured form.
    pub details: serde_json::Value,
    /// The id of the reason.
    pub reason: &'static str,
}

#[cfg(feature = "audit")]
impl ProcessDenial {
    /// The event of a call could not be written.
    pub(super) fn unaudited() -> Self {
        let reason = "audit_unavailable";
        let sentence = "the call cannot be recorded now; retry later".to_owned();
        Self { sentence, details: serde_json::json!({ "reason": reason }), reason }
    }
}

/// Why the scopes of a caller without HTTP do not allow a call of a tool.
#[derive(Clone, Debug)]
pub enum ScopeDenial {
    /// The caller lacks scopes, or the environment does not allow the call.
    Denied(Denied),
    /// The arguments have a member that the tool does not take, and a condition for scopes is about one: what is wrong, and what to send.
    Unlisted(String),
}

impl StdioCredentials {
    /// Reads space-separated scopes from an environment variable. If it is missing or not valid Unicode, the caller has none and counts
    /// as unauthenticated. If it is empty, the caller has none and is authenticated, so tools with the key `authenticated` are open.
    /// The error of a call that they do not open names the variable.
    pub fn from_env(table: &'static ScopeTable, variable: &'static str) -> Self {
        let grant = std::env::var(variable).map_or_else(|_| table.anonymous(), |scopes| table.grant(&scopes));
        Self { variable: Some(variable), ..Self::of(Caller::new(grant, Environment::Live)) }
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
        Self { caller, variable: None, policies_elsewhere: false, audit: ProcessAuditor::OFF }
    }

    /// Moves the credentials into the sandbox.
    pub fn in_sandbox(self) -> Self {
        Self { caller: Caller::new(*self.caller.grant(), Environment::Sandbox), ..self }
    }

    /// States that the server itself enforces the policies of the table. Default: `mcp_scopes_rmcp::guard` enforces them, with one session
    /// for the process, and denies calls that need an approval.
    pub const fn policies_enforced_elsewhere(mut self) -> Self {
        self.policies_elsewhere = true;
        self.caller = self.caller.policies_enforced_elsewhere();
        self
    }

    /// Sends an event for each call to a sink. `mcp_scopes_rmcp::guard` records them; there are none of calls that inline checks alone decide on. Default:
    /// no events.
    ///
    /// ```
    /// # use mcp_scopes::{mcp_tool, scope_table};
    /// # #[mcp_tool(risk = "low")] fn list_files() {}
    /// # scope_table! { static TOOLS = [list_files]; }
    /// use mcp_scopes_audit::TracingSink;
    /// use mcp_scopes_server::StdioCredentials;
    /// let credentials = StdioCredentials::from_env(&TOOLS, "FILES_SCOPES").audit(TracingSink::new());
    /// # let _ = credentials;
    /// ```
    #[cfg(feature = "audit")]
    #[cfg_attr(docsrs, doc(cfg(feature = "audit")))]
    pub fn audit(mut self, sink: impl AuditSink) -> Self {
        self.audit = ProcessAuditor::new(sink);
        self
    }

    /// Begins the event of a request: see [`ProcessAuditor::open`].
    pub(super) fn record(
        &self,
        method: &'static str,
        tool: Option<&str>,
        revision: Option<&str>,
        trace: Option<&str>,
    ) -> ProcessRecord {
        self.audit.open(&self.caller, method, tool, revision, trace)
    }

    /// Checks the scopes of a call of a tool, with those that its arguments need.
    ///
    /// # Errors
    /// The caller lacks scopes, or the arguments have a member that the tool does not take.
    pub(super) fn authorize(&self, name: &str, call: &ProcessCall<'_>) -> Result<(), ScopeDenial> {
        #[cfg(feature = "policies")]
        return super::policies::process::authorize(&self.caller, name, call);
        #[cfg(not(feature = "policies"))]
        {
            // Nothing compares arguments here, so the call needs the scopes of all conditions.
            let _ = call;
            self.caller.authorize(name).map(|_| ()).map_err(ScopeDenial::Denied)
        }
    }

    /// Checks input for a task, which nothing can compare with the rules of its tool.
    ///
    /// # Errors
    /// The table has such rules: why the input is refused, and what to do.
    #[cfg_attr(not(feature = "policies"), expect(clippy::unused_self, reason = "nothing is checked without policies"))]
    pub(super) fn admit_task_input(&self) -> Result<(), &'static str> {
        #[cfg(feature = "policies")]
        if super::policies::process::refuses_task_input(self.caller.grant().table(), self.policies_elsewhere) {
            return Err(super::policies::tasks::REFUSED);
        }
        Ok(())
    }

    /// Decides by the policies of the table. Scopes are checked before. Records a denial.
    ///
    /// # Errors
    /// A policy denies the call, or its event could not be written.
    pub(super) fn enforce_policies(
        &self,
        call: &ProcessCall<'_>,
        record: &mut ProcessRecord,
    ) -> Result<(), ProcessDenial> {
        record.reserve()?;
        self.decide(call, record).inspect_err(|denial| record.deny(denial.reason, &[], None))
    }

    fn decide(&self, call: &ProcessCall<'_>, record: &mut ProcessRecord) -> Result<(), ProcessDenial> {
        if self.policies_elsewhere {
            return Ok(());
        }
        #[cfg(feature = "policies")]
        return super::policies::process::decide(&self.caller, call, &mut record.trail);
        #[cfg(not(feature = "policies"))]
        {
            let _ = record;
            unenforced(self.caller.grant().table(), call)
        }
    }

    /// Checks the answer of a tool by its policy.
    ///
    /// # Errors
    /// It contains a file that is too large.
    #[cfg_attr(not(feature = "policies"), expect(clippy::unused_self, reason = "nothing is checked without policies"))]
    pub(super) fn check_answer(
        &self,
        tool: &str,
        result: impl FnOnce() -> serde_json::Value,
    ) -> Result<(), ProcessDenial> {
        #[cfg(feature = "policies")]
        if !self.policies_elsewhere && self.caller.max_file_size(tool).is_some() {
            return super::policies::files::check_answer(&self.caller, tool, &result());
        }
        let _ = (tool, result);
        Ok(())
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

/// Denies what policies decide about, since nothing enforces them.
#[cfg(not(feature = "policies"))]
fn unenforced(table: &ScopeTable, _: &ProcessCall<'_>) -> Result<(), ProcessDenial> {
    if !table.states_policies() {
        return Ok(());
    }
    Err(ProcessDenial {
        sentence: "this server states policies and is built without the feature `policies`, which enforces them"
            .to_owned(),
        details: serde_json::json!({"reason": "unenforced"}),
        reason: "unenforced",
    })
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
