//! Input for a task. A task does not say which tool it is a call of, so its input cannot be compared with the rules of the tool.

use mcp_scopes_policies::Rules;

/// The method that delivers answers to a running task (SEP-2663).
pub(crate) const UPDATE: &str = "tasks/update";

/// Why the method is refused, and what to do.
pub(crate) const REFUSED: &str = "input for a task cannot be checked: tools of this server have rules about what they receive, and a task does \
    not say which tool it is; cancel the task, and call the tool again with all of its arguments";

/// Returns whether the input of a task would have to be compared or approved: some tool has conditional scopes, or a policy about what its calls
/// contain.
pub(crate) fn needs_comparison(has_conditions: bool, rules: Option<&Rules>) -> bool {
    has_conditions || rules.is_some_and(Rules::depend_on_input)
}
