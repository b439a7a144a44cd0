//! Items that `mcp-scopes-server` and the crates of SDKs share with the core.

use mcp_scopes_model::sandbox::Route;

use crate::{Caller, Challenge, Denied, Grant, Reason, ScopeTable, ToolHandle, Visible, challenge};

/// Returns whether a call of that tool that matches no condition would run, without computing what is missing.
#[must_use]
pub fn caller_reaches(caller: &Caller, tool: &str) -> bool {
    caller.reaches(tool)
}

/// Checks the scopes of a call that matches those conditions of the tool: the bit of a condition is its place in `tool.conditions`.
///
/// # Errors
/// The caller lacks scopes of the tool, or of these conditions.
pub fn authorize_matched(caller: &Caller, tool: ToolHandle, matched: u64) -> Result<(), Denied> {
    caller.grant().authorize_matched(tool, matched)
}

/// Does the same as [`Caller::authorize`], and accepts what has been decided about the arguments of a call of that tool.
///
/// # Errors
/// As there.
pub fn authorize_decided(caller: &Caller, tool: &str) -> Result<Route, Denied> {
    caller.authorize_decided(tool)
}

/// Returns the caller of a request for whom the policies have allowed a call of that tool.
#[must_use]
pub fn with_decided_call(caller: Caller, tool: ToolHandle) -> Caller {
    caller.with_decided_call(tool)
}

/// Does the same for a request that is one call, whose arguments have been compared with the conditions of the tool.
#[must_use]
pub fn with_compared_call(caller: Caller, tool: ToolHandle) -> Caller {
    caller.with_compared_call(tool)
}

/// Returns the caller of a request for whom the policies have allowed the reads of resources and prompts.
#[must_use]
pub const fn with_decided_reads(caller: Caller) -> Caller {
    caller.with_decided_reads()
}

/// Checks that the policies of the table, if it states any, have allowed a call of that tool; `None` for a read.
///
/// # Errors
/// Nothing has decided.
pub fn require_decision(caller: &Caller, tool: Option<ToolHandle>) -> Result<(), Denied> {
    caller.require_decision(tool)
}

/// Returns the scopes that a grant holds: one bit per scope number.
#[must_use]
pub const fn grant_words(grant: &Grant) -> &[u64] {
    grant.held()
}

/// Returns the number of tools that a grant opens with these scopes in addition.
#[must_use]
pub fn count_tools_opened_with<'s>(grant: &Grant, scopes: impl Iterator<Item = &'s str>) -> u32 {
    Visible::of(&grant.and_named(scopes)).count_open()
}

/// Returns the denial of a call whose caller is not known.
#[must_use]
pub const fn denied_without_caller() -> Denied {
    Denied::without_caller()
}

/// Returns the denial of a caller whose grant belongs to another table.
#[must_use]
pub const fn denied_other_table(table: &'static ScopeTable) -> Denied {
    Denied::without_step(Some(table), None, Reason::OtherTable)
}

/// Returns the challenge of a method that requires these scopes: 401 without a token, or else 403.
#[must_use]
pub const fn challenge_naming<'a>(scopes: &'a [&'static str], anonymous: bool) -> Challenge<'a> {
    Challenge::naming(scopes, anonymous)
}

/// Returns a 403 that names no scope, since more scopes would not help.
#[must_use]
pub const fn challenge_forbidden() -> Challenge<'static> {
    Challenge::forbidden()
}

/// Returns the challenge without an error: for the scheme that the request did not use.
#[must_use]
pub const fn challenge_without_error(challenge: Challenge<'_>) -> Challenge<'_> {
    challenge.without_error()
}

/// Returns whether `error_description` of a challenge shows that byte unchanged.
#[must_use]
pub const fn is_description_byte(byte: u8) -> bool {
    challenge::is_description_byte(byte)
}
