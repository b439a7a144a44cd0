//! The caller of a tool, and the check inside a function.

use mcp_scopes_model::{Environment, sandbox::Route, tool::SourceLocation};

use crate::{Denied, Grant, Reason, ScopeTable, ToolHandle, mark::Mark};

/// The caller of a tool: its grant, and the environment that the call acts on.
///
/// ```
/// # use mcp_scopes::{mcp_tool, scope_table};
/// # #[mcp_tool(risk = "low")] fn list_files() {}
/// # scope_table! { static TOOLS = [list_files]; }
/// use mcp_scopes::{Caller, Environment, Route};
/// let caller = Caller::new(TOOLS.grant("list_files"), Environment::Live);
/// assert_eq!(caller.authorize("list_files").unwrap(), Route::Run);
/// // `list_files` does not say what it does in a sandbox, so it does not run there.
/// let trainee = Caller::new(TOOLS.grant("list_files"), Environment::Sandbox);
/// assert!(trainee.authorize("list_files").is_err());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    grant: Grant,
    environment: Environment,
    /// The calls that the policies of the table have allowed.
    mark: Mark,
}

impl Caller {
    /// Creates a caller with a verified token.
    #[must_use]
    pub const fn new(grant: Grant, environment: Environment) -> Self {
        Self { grant, environment, mark: Mark::NONE }
    }

    /// Creates a caller without a token, in the live environment.
    #[must_use]
    pub const fn anonymous(table: &'static ScopeTable) -> Self {
        Self::new(table.anonymous(), Environment::Live)
    }

    /// Returns the grant.
    #[must_use]
    pub const fn grant(&self) -> &Grant {
        &self.grant
    }

    /// Returns the environment that the call acts on.
    #[must_use]
    pub const fn environment(&self) -> Environment {
        self.environment
    }

    /// States that another component has enforced the policies of the table for the call. The layer and, on stdio, the guarded handler of
    /// `mcp-scopes-rmcp` do so themselves, for the tools that a request calls. Without it, each tool with `guard = ..` denies the call if its
    /// table states a policy for any tool, or limits for sessions: a limit or a pattern may count the call.
    ///
    /// A tool that calls another guarded tool as a function passes on a caller of whom the policies have allowed the first call alone. It may
    /// state with this method that the second call needs no decision.
    ///
    /// ```
    /// # use mcp_scopes::{Caller, Denied, Environment, mcp_tool, scope_table};
    /// #[mcp_tool(risk = "low", policy(max_calls_per_session = 3), guard = caller)]
    /// fn write_file(caller: &Caller) -> Result<(), Denied> {
    ///     Ok(())
    /// }
    /// # scope_table! { static TOOLS = [write_file]; }
    /// let caller = Caller::new(TOOLS.grant("write_file"), Environment::Live);
    /// assert!(write_file(&caller).is_err());
    /// // After the server has counted the call itself:
    /// assert!(write_file(&caller.policies_enforced_elsewhere()).is_ok());
    /// ```
    #[must_use]
    pub const fn policies_enforced_elsewhere(self) -> Self {
        Self { mark: Mark::ALL, ..self }
    }

    /// States that the policies have allowed a call of that tool.
    pub(crate) fn with_decided_call(self, tool: ToolHandle) -> Self {
        Self { mark: self.mark.with_tool(tool.mask().tool()), ..self }
    }

    /// States that the policies have allowed the only call of a body, and that its arguments have been compared with the conditions of the tool.
    pub(crate) fn with_compared_call(self, tool: ToolHandle) -> Self {
        Self { mark: self.mark.with_compared(tool.mask().tool()), ..self }
    }

    /// States that the policies have allowed the reads of the request.
    pub(crate) const fn with_decided_reads(self) -> Self {
        Self { mark: self.mark.with_reads(), ..self }
    }

    /// Checks that the policies of the table have allowed a call of that tool. `None` is a read of a resource or prompt.
    pub(crate) fn require_decision(&self, tool: Option<ToolHandle>) -> Result<(), Denied> {
        let table = self.grant.table();
        let is_decided = tool.map_or(self.mark.has_reads(), |tool| self.mark.has_tool(tool.mask().tool()));
        if is_decided || !table.states_policies() {
            return Ok(());
        }
        Err(Denied::without_step(Some(table), tool, Reason::PoliciesNotEnforced))
    }

    /// Returns the size in bytes of the largest file that a call of that tool may read or write, if its policy limits it. The layer
    /// compares it with files in the arguments. A tool that opens files compares it with theirs.
    ///
    /// ```
    /// # use mcp_scopes::{Caller, mcp_tool, scope_table};
    /// #[mcp_tool(risk = "low", policy(max_file_size_mb = 10))]
    /// fn read_file() {}
    /// # scope_table! { static TOOLS = [read_file]; }
    /// assert_eq!(Caller::anonymous(&TOOLS).max_file_size("read_file"), Some(10_000_000));
    /// ```
    #[must_use]
    pub fn max_file_size(&self, tool: &str) -> Option<u64> {
        let megabytes = self.grant.table().tool(tool)?.policy.max_file_size_mb?;
        Some(u64::from(megabytes).saturating_mul(1_000_000))
    }

    /// Checks a call of that tool, and returns what to run.
    ///
    /// The arguments are not known here, so a tool with [conditional scopes](crate::Condition) requires all of them, as in
    /// [`Grant::authorize`]. The layer compares the arguments, and a function with `guard` accepts what it has decided.
    ///
    /// # Errors
    /// [`Denied`] if the scopes do not open the tool, or with [`Reason::NotInSandbox`] if the environment does not.
    pub fn authorize(&self, tool: &str) -> Result<Route, Denied> {
        match self.grant.authorize(tool) {
            Ok(tool) => self.route_of(tool),
            // No scope helps a caller that holds what every call needs, where the environment does not run the tool.
            Err(denied) => Err(self.denied_by_environment(tool).unwrap_or(denied)),
        }
    }

    /// Returns the denial of a call that only the scopes of conditions and the environment do not open.
    #[cold]
    fn denied_by_environment(&self, tool: &str) -> Option<Denied> {
        let tool = self.grant.table().tool(tool)?;
        (tool.mask().is_conditional() && self.grant.opens(tool.mask())).then(|| self.route_of(tool).err())?
    }

    /// Checks a call of that tool. If its arguments have been compared with its conditions, it needs what every call needs.
    pub(crate) fn authorize_decided(&self, tool: &str) -> Result<Route, Denied> {
        match self.grant.table().tool(tool).filter(|tool| tool.mask().is_conditional()) {
            Some(tool) if self.mark.has_compared(tool.mask().tool()) && self.grant.opens(tool.mask()) => {
                self.route_of(tool)
            }
            _ => self.authorize(tool),
        }
    }

    fn route_of(&self, tool: ToolHandle) -> Result<Route, Denied> {
        let route = self.environment.route(tool.sandbox);
        route.ok_or_else(|| Denied::without_step(Some(self.grant.table()), Some(tool), Reason::NotInSandbox))
    }

    /// Returns whether a call of that tool would run if it matches no condition. Unlike [`authorize`](Self::authorize) it does not compute what is
    /// missing, which takes longer for tools with several alternatives.
    pub(crate) fn reaches(&self, tool: &str) -> bool {
        let tool = self.grant.table().tool(tool).filter(|tool| self.grant.opens(tool.mask()));
        tool.is_some_and(|tool| self.environment.route(tool.sandbox).is_some())
    }

    /// Returns the tools that this caller can call, in the table's order: what `tools/list` may show. Tools that the
    /// environment denies are omitted.
    ///
    /// ```
    /// # use mcp_scopes::{Caller, Environment, mcp_tool, scope_table};
    /// # #[mcp_tool(risk = "low", sandbox = "allow")] fn list_files() {}
    /// # #[mcp_tool(risk = "low")] fn read_file() {}
    /// # scope_table! { static TOOLS = [list_files, read_file]; }
    /// let trainee = Caller::new(TOOLS.grant("list_files read_file"), Environment::Sandbox);
    /// assert_eq!(trainee.visible().map(|tool| tool.name).collect::<Vec<_>>(), ["list_files"]);
    /// ```
    pub fn visible(&self) -> impl Iterator<Item = ToolHandle> + '_ {
        self.grant.visible().filter(|tool| self.environment.route(tool.sandbox).is_some())
    }

    /// Does the same as [`Caller::authorize`], for the annotated function: a tool of the same name in the table of another
    /// server is another tool. If the table states policies, they must have allowed a call of this tool. If nothing has compared the arguments
    /// with its conditions, the caller needs the scopes of all of them.
    pub(crate) fn authorize_at(&self, tool: &str, at: SourceLocation<'_>) -> Result<Route, Denied> {
        let found = self.grant.table().tool(tool);
        if found.is_some_and(|found| found.location != Some(at)) {
            return Err(Denied::without_step(Some(self.grant.table()), None, Reason::OtherTable));
        }
        let route = self.authorize_decided(tool)?;
        self.require_decision(found)?;
        Ok(route)
    }

    /// Checks whether the function itself may run. It may not if the table states that a substitute runs.
    pub(crate) fn admit(&self, tool: &str, at: SourceLocation<'_>) -> Result<(), Denied> {
        match self.authorize_at(tool, at)? {
            Route::Run => Ok(()),
            Route::Simulate => {
                let tool = self.grant.table().tool(tool);
                Err(Denied::without_step(Some(self.grant.table()), tool, Reason::NotInSandbox))
            }
        }
    }
}

/// A value that may contain the caller. The argument that `guard = ..` names implements it.
///
/// `Via` is a marker type. A crate that implements this trait for a type of an SDK defines its own marker for `Via`, which
/// Rust's orphan rule requires. For the server's own types the default suffices: `impl AsCaller for Context`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not provide the caller",
    label = "named by `guard`, but not a caller",
    note = "`guard` names an argument of type `Caller`, `&Caller` or `Option<Caller>`, or one that implements `AsCaller`"
)]
pub trait AsCaller<Via = ()> {
    /// Returns the caller; `None` is denied.
    fn as_caller(&self) -> Option<&Caller>;
}

impl AsCaller for Caller {
    fn as_caller(&self) -> Option<&Caller> {
        Some(self)
    }
}

impl<Via, T: AsCaller<Via> + ?Sized> AsCaller<Via> for &T {
    fn as_caller(&self) -> Option<&Caller> {
        (**self).as_caller()
    }
}

impl<Via, T: AsCaller<Via> + ?Sized> AsCaller<Via> for &mut T {
    fn as_caller(&self) -> Option<&Caller> {
        (**self).as_caller()
    }
}

impl<Via, T: AsCaller<Via>> AsCaller<Via> for Option<T> {
    fn as_caller(&self) -> Option<&Caller> {
        self.as_ref()?.as_caller()
    }
}

/// An error that a guarded function can return for a denial: any type that implements `From<Denied>`.
///
/// `Via` is a marker type, as in [`AsCaller`]: a crate implements this trait with its own marker for the error of an SDK.
#[diagnostic::on_unimplemented(
    message = "the error type `{Self}` cannot be made from a denial",
    label = "a guarded tool returns this error when the caller may not call it",
    note = "implement `From<mcp_scopes::Denied>` for it"
)]
pub trait FromDenied<Via = ()> {
    /// Returns the error for that denial.
    fn from_denied(denied: Denied) -> Self;
}

impl<E: From<Denied>> FromDenied for E {
    fn from_denied(denied: Denied) -> Self {
        Self::from(denied)
    }
}
