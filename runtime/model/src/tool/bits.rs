//! The first number of a tool in a record.

use super::{Parameters, Tool};
use crate::{Approval, Requirement, Risk, SandboxMode};

/// Risk, in three bits from this one: 0 for minimal.
pub const RISK: u32 = 0;
/// Approval, in two bits: 0 not stated, 1 `auto`, 2 `user`.
pub const APPROVAL: u32 = 3;
/// Sandbox mode, in two bits: 0 not stated, 1 `allow`, 2 `deny`, 3 `simulate`.
pub const SANDBOX: u32 = 5;
/// A title follows.
pub const TITLE: u32 = 1 << 7;
/// The requirement, in three bits.
pub const REQUIREMENT: u32 = 8;
/// Public.
pub const PUBLIC: u32 = 0;
/// The scope is namespace and name.
pub const TOOL_NAME: u32 = 1 << REQUIREMENT;
/// One scope.
pub const ONE: u32 = 2 << REQUIREMENT;
/// Two scopes, both of them.
pub const TWO: u32 = 3 << REQUIREMENT;
/// Three scopes, all of them.
pub const THREE: u32 = 4 << REQUIREMENT;
/// Any-of over all-of.
pub const ANY_OF: u32 = 5 << REQUIREMENT;
/// Any valid token.
pub const AUTHENTICATED: u32 = 6 << REQUIREMENT;
/// Parameters, in two bits.
pub const PARAMETERS: u32 = 11;
/// One text, as in [`Parameters::Written`].
pub const WRITTEN: u32 = 0;
/// A list.
pub const LISTED: u32 = 1 << PARAMETERS;
/// Not recorded: they are the fields of a type.
pub const UNKNOWN: u32 = 2 << PARAMETERS;
/// Not stated: the tool has no function.
pub const UNSTATED: u32 = 3 << PARAMETERS;
/// A namespace other than the table's follows.
pub const NAMESPACE: u32 = 1 << 13;
/// Advice follows: what people and clients read, and what opens nothing.
pub const ADVICE: u32 = 1 << 14;
/// A policy follows.
pub const POLICY: u32 = 1 << 15;
/// Conditional scopes follow.
pub const CONDITIONS: u32 = 1 << 16;
/// The first bit without a meaning.
pub const END: u32 = 17;

/// Returns the bits of a tool, without those for the optional parts.
pub(crate) const fn head(tool: &Tool<'_>) -> u32 {
    let mut head = match tool.risk {
        Risk::Minimal => 0,
        Risk::Low => 1,
        Risk::Medium => 2,
        Risk::High => 3,
        Risk::Critical => 4,
    };
    head |= match tool.approval {
        None => 0,
        Some(Approval::Auto) => 1 << APPROVAL,
        Some(Approval::User) => 2 << APPROVAL,
    };
    head |= match tool.sandbox {
        None => 0,
        Some(SandboxMode::Allow) => 1 << SANDBOX,
        Some(SandboxMode::Deny) => 2 << SANDBOX,
        Some(SandboxMode::Simulate) => 3 << SANDBOX,
    };
    head |= match tool.requirement {
        Requirement::Public => PUBLIC,
        Requirement::Authenticated => AUTHENTICATED,
        Requirement::ToolName => TOOL_NAME,
        Requirement::One(_) => ONE,
        Requirement::Two(_) => TWO,
        Requirement::Three(_) => THREE,
        Requirement::AnyOf(_) => ANY_OF,
    };
    head |= match tool.parameters {
        Parameters::Written(_) => WRITTEN,
        Parameters::Listed(_) => LISTED,
        Parameters::Visit(_) => UNKNOWN,
        Parameters::Unknown => UNSTATED,
    };
    head
}

/// Returns the bits for the optional parts that follow.
#[expect(clippy::fn_params_excessive_bools, reason = "one for each optional part of a record")]
pub(crate) const fn following(titled: bool, foreign: bool, advised: bool, limited: bool, conditional: bool) -> u32 {
    (titled as u32 * TITLE)
        | (foreign as u32 * NAMESPACE)
        | (advised as u32 * ADVICE)
        | (limited as u32 * POLICY)
        | (conditional as u32 * CONDITIONS)
}
