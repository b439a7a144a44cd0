//! Why a call may not run, and what is missing.

use core::fmt;

use mcp_scopes_model::requirement::MAX_SCOPES_PER_ALTERNATIVE;

use crate::{Grant, ScopeTable, ToolHandle, Visible, grant::bits};

/// Why a call may not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The token does not hold the scopes that the tool needs.
    MissingScopes,
    /// There is no token, and the tool is not public.
    NoCredentials,
    /// The table lists no such tool.
    UnknownTool,
    /// The tool is one of another table.
    OtherTable,
    /// The tool does not run in the sandbox, which is where the caller is.
    NotInSandbox,
    /// Nothing tells who calls: the layer that says so is missing.
    NoCaller,
}

/// Why a call may not run; knows the tool's requirement and what is missing.
///
/// Of several alternatives it has chosen one: the one that would newly open the fewest tools, then the one with the
/// fewest missing scopes, then the first declared.
#[derive(Clone, Copy)]
pub struct Denied {
    table: Option<&'static ScopeTable>,
    tool: Option<ToolHandle>,
    reason: Reason,
    alternative: u32,
    /// Which scopes of the alternative are missing, by place.
    missing: u64,
}

impl Denied {
    pub(crate) const fn without_step(table: &'static ScopeTable, tool: Option<ToolHandle>, reason: Reason) -> Self {
        Self { table: Some(table), tool, reason, alternative: u32::MAX, missing: 0 }
    }

    pub(crate) const fn without_caller() -> Self {
        Self { table: None, tool: None, reason: Reason::NoCaller, alternative: u32::MAX, missing: 0 }
    }

    /// The denial of a tool of the grant's own table, with the least step towards it.
    pub(crate) fn lacking(grant: &Grant, tool: ToolHandle) -> Self {
        let table = grant.table();
        let reason = if grant.is_anonymous() { Reason::NoCredentials } else { Reason::MissingScopes };
        let mut denied = Self { table: Some(table), tool: Some(tool), reason, alternative: u32::MAX, missing: 0 };
        let Some(gate) = table.gate(tool.number()) else { return denied };
        // With a single alternative there is nothing to weigh.
        let weigh = table.alternatives(gate).nth(1).is_some();
        let mut best = (u32::MAX, u32::MAX);
        for (number, alternative) in table.alternatives(gate) {
            let scopes = table.members(alternative);
            let missing = scopes
                .iter()
                .take(MAX_SCOPES_PER_ALTERNATIVE)
                .enumerate()
                .filter(|(_, scope)| !grant.has(usize::from(**scope)))
                .fold(0, |missing, (place, _)| missing | 1 << place);
            let opened = if weigh { Visible::of(&grant.and(scopes)).count_open() } else { 0 };
            let step = (opened, u64::count_ones(missing));
            if step < best || denied.alternative == u32::MAX {
                best = step;
                denied.alternative = number;
                denied.missing = missing;
            }
        }
        denied
    }

    /// Why.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        self.reason
    }

    /// The tool that was denied, if the table knows it.
    #[must_use]
    pub const fn tool(&self) -> Option<ToolHandle> {
        self.tool
    }

    /// The table that decided; `None` if nobody asked one.
    #[must_use]
    pub const fn table(&self) -> Option<&'static ScopeTable> {
        self.table
    }

    /// The scopes that are missing, in declaration order. Empty if the denial is not about scopes.
    pub fn missing(&self) -> impl Iterator<Item = &'static str> + use<> {
        let missing = self.missing;
        self.step().enumerate().filter(move |(place, _)| missing >> place & 1 == 1).map(|(_, scope)| scope)
    }

    /// All scopes of the chosen alternative, held or not, in declaration order: what a challenge asks for. Clients that
    /// replace their scopes instead of adding to them would otherwise be denied again.
    pub fn step(&self) -> impl Iterator<Item = &'static str> + use<> {
        let table = self.table;
        table
            .and_then(|table| table.alternative(self.alternative).map(|alternative| table.members(alternative)))
            .unwrap_or(&[])
            .iter()
            .take(MAX_SCOPES_PER_ALTERNATIVE)
            .map(move |scope| table.map_or("", |table| table.scope_name(usize::from(*scope))))
    }

    /// How many scopes are missing.
    #[must_use]
    pub fn missing_count(&self) -> usize {
        bits(&[self.missing]).count()
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.tool.map_or("", |tool| tool.tool().name);
        match self.reason {
            Reason::MissingScopes => {
                write!(f, "tool `{name}` needs ")?;
                for (place, scope) in self.missing().enumerate() {
                    write!(f, "{}`{scope}`", if place == 0 { "scope " } else { " and scope " })?;
                }
                f.write_str(", which the token does not hold")
            }
            Reason::NoCredentials => write!(f, "tool `{name}` needs an access token, and the request carries none"),
            Reason::UnknownTool => f.write_str("no such tool"),
            Reason::OtherTable => f.write_str("the tool belongs to another scope table than the grant"),
            Reason::NotInSandbox => write!(f, "tool `{name}` is not available in the sandbox"),
            Reason::NoCaller => {
                f.write_str("nothing tells who calls; put the resource server layer in front, or pass a caller")
            }
        }
    }
}

impl fmt::Debug for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Denied").field("reason", &self.reason).field("tool", &self.tool).finish_non_exhaustive()
    }
}

impl core::error::Error for Denied {}
