//! The first number of a tool.

use crate::{Approval, Requirement, Risk, SandboxMode, Tool, tool::Parameters};

/// Risk, in three bits from this one: 0 for minimal.
pub const RISK: u32 = 0;
/// Approval, in two bits: 0 not stated, 1 `auto`, 2 `user`.
pub const APPROVAL: u32 = 3;
/// Sandbox mode, in two bits: 0 not stated, 1 `allow`, 2 `deny`, 3 `simulate`.
pub const SANDBOX: u32 = 5;
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
/// Parameters, in two bits.
pub const PARAMETERS: u32 = 11;
/// One text, as in [`Parameters::Written`].
pub const WRITTEN: u32 = 0;
/// A list.
pub const LISTED: u32 = 1 << PARAMETERS;
/// Not recorded: they are the fields of a type.
pub const UNKNOWN: u32 = 2 << PARAMETERS;
/// A namespace other than the table's follows.
pub const NAMESPACE: u32 = 1 << 13;
/// Advice follows: what people and clients read, and what opens nothing.
pub const ADVICE: u32 = 1 << 14;
/// A policy follows.
pub const POLICY: u32 = 1 << 15;

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
        Requirement::ToolName => TOOL_NAME,
        Requirement::One(_) => ONE,
        Requirement::Two(_) => TWO,
        Requirement::Three(_) => THREE,
        Requirement::AnyOf(_) => ANY_OF,
    };
    head |= match tool.parameters {
        Parameters::Written(_) => WRITTEN,
        Parameters::Listed(_) => LISTED,
        Parameters::Visit(_) | Parameters::Unknown => UNKNOWN,
    };
    head
}

/// Returns the bits for the optional parts that follow.
pub(crate) const fn following(foreign: bool, advised: bool, limited: bool) -> u32 {
    (foreign as u32 * NAMESPACE) | (advised as u32 * ADVICE) | (limited as u32 * POLICY)
}
