//! Conditional scopes: what a call needs in addition if one of its arguments matches a glob.

/// `when(glob, scopes..)` in the requirement of a tool. The grammar's `spec.md`, "Conditional scopes", specifies its meaning.
///
/// ```
/// use mcp_scopes_model::{Condition, Requirement, Risk, Tool};
/// let system = Condition { argument: Some("path"), glob: "/etc/*", scopes: &["files:system"], alternatives: 1 };
/// let tool = Tool {
///     requirement: Requirement::One("files:read"),
///     conditions: &[system],
///     ..Tool::new("read_file", Risk::Medium)
/// };
/// assert!(tool.conditions[0].applies_to(0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Condition<'a> {
    /// The parameter whose argument is compared. `None`: every argument.
    pub argument: Option<&'a str>,
    /// The glob that a string in the argument must match ([`crate::pattern::glob_syntax`]).
    pub glob: &'a str,
    /// The scopes that the call then needs as well, all of them. Not empty.
    pub scopes: &'a [&'a str],
    /// The alternatives of the requirement that it belongs to, as bits: the lowest is that of the first alternative. Not zero.
    pub alternatives: u64,
}

impl Condition<'_> {
    /// Returns whether the condition belongs to that alternative of the requirement.
    #[must_use]
    pub const fn applies_to(&self, alternative: usize) -> bool {
        alternative < 64 && self.alternatives >> alternative & 1 == 1
    }
}

/// The maximum number of conditions of a tool: which of them a call matches is one machine word.
pub const MAX_CONDITIONS: usize = 64;
