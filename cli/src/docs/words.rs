//! Describes policies and hints in words.

use mcp_scopes_model::{Pattern, Risk, SandboxMode};
use mcp_scopes_prm::{SessionPolicies, ToolEntry, ToolPolicy};

use super::server::Server;
use crate::escape::escaped;

/// Maximum number of implied scopes in a table.
pub(super) const MOST_IMPLIED: usize = 20;

/// Returns the text for a document without tools.
pub(super) fn no_tools(server: &Server) -> &'static str {
    if server.contents.is_empty() {
        "No tools are known: the document has no `mcp_extensions` member, which maps tools to scopes."
    } else {
        "No tools are known: `mcp_extensions` of the document maps resources and prompts to scopes, and no tools."
    }
}

/// Returns the risk as a word.
pub(super) fn risk(risk: Option<Risk>) -> &'static str {
    risk.map_or("not stated", Risk::as_str)
}

/// Returns what the tool does, for people: its title and its description.
pub(super) fn about(tool: &ToolEntry) -> Option<String> {
    match (&tool.title, &tool.description) {
        (Some(title), Some(description)) => Some(format!("{title} – {description}")),
        (Some(text), None) | (None, Some(text)) => Some(text.clone()),
        (None, None) => None,
    }
}

/// Returns who has to approve a call, if the document states it.
pub(super) fn approval(tool: &ToolEntry) -> Option<&'static str> {
    match (tool.requires_user_approval, tool.auto_approvable) {
        (Some(true), _) => Some("asks the user each time"),
        (_, Some(true)) => Some("runs without asking"),
        (_, Some(false)) => Some("asks unless the user allowed it before"),
        (Some(false) | None, None) => None,
    }
}

/// Returns the behaviour of a tool in the sandbox.
pub(super) fn sandbox(mode: Option<SandboxMode>) -> &'static str {
    match mode {
        Some(SandboxMode::Allow) => "allowed, same as live",
        Some(SandboxMode::Simulate) => "simulated, without effects",
        Some(SandboxMode::Deny) | None => "denied",
    }
}

/// Returns a count with its noun: `1 tool`, `2 tools`.
pub(super) fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

/// Joins words: `a, b and c`.
pub(super) fn list(words: impl Iterator<Item = String>) -> String {
    let words: Vec<String> = words.collect();
    match words.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        other => other.concat(),
    }
}

/// Describes the limits of a tool, one sentence each. Backticks mark text of an author.
pub(super) fn policy(policy: &ToolPolicy) -> Vec<String> {
    let mut sentences = Vec::new();
    if !policy.blocked_after.is_empty() {
        sentences.push(format!("Denied after the session has called {}.", any_of(&policy.blocked_after)));
    }
    if !policy.requires_approval_after.is_empty() {
        let calls = any_of(&policy.requires_approval_after);
        sentences.push(format!("Requires the user's approval after the session has called {calls}."));
    }
    if let Some(minutes) = policy.cooling_period_minutes {
        sentences.push(format!("At least {} between two calls.", count(minutes as usize, "minute")));
    }
    if let Some(calls) = policy.max_calls_per_session {
        sentences.push(format!("At most {} in one session.", count(calls as usize, "call")));
    }
    if policy.requires_human_review == Some(true) {
        sentences.push("A person other than the user reviews each call.".to_owned());
    }
    if !policy.blocked_patterns.is_empty() {
        let globs: Vec<String> = policy.blocked_patterns.iter().map(|glob| code(glob)).collect();
        sentences.push(format!("Denied if an argument matches {}.", joined(&globs)));
    }
    if let Some(size) = policy.max_file_size_mb {
        sentences.push(format!("Files of at most {size} MB."));
    }
    sentences
}

/// Describes the limits of a session, one sentence each.
pub(super) fn session(session: &SessionPolicies) -> Vec<String> {
    let mut sentences = Vec::new();
    if let Some(calls) = session.max_high_risk_calls {
        sentences.push(format!("At most {} of high or critical risk in one session.", count(calls as usize, "call")));
    }
    if let Some(minutes) = session.require_reauth_after_minutes {
        sentences.push(format!("The caller signs in again after {}.", count(minutes as usize, "minute")));
    }
    if session.block_rapid_escalation == Some(true) {
        sentences.push("A jump from low to high risk within a short time is denied.".to_owned());
    }
    sentences
}

/// Describes a list of calls, any of which is enough.
fn any_of(patterns: &[String]) -> String {
    let words: Vec<String> = patterns
        .iter()
        .map(|pattern| match Pattern::parse(pattern) {
            Ok(Pattern { tool, glob: Some(glob) }) => {
                format!("{} with an argument that matches {}", code(tool), code(glob))
            }
            _ => code(pattern),
        })
        .collect();
    joined(&words)
}

/// Joins words: `a, b or c`.
fn joined(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// Puts a text between backticks, and replaces backticks in it.
fn code(text: &str) -> String {
    format!("`{}`", escaped(text).replace('`', "'"))
}

#[cfg(test)]
mod tests {
    use super::{policy, session};
    use mcp_scopes_prm::{SessionPolicies, ToolPolicy};

    #[test]
    fn describes_every_limit() {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let said = policy(&ToolPolicy {
            blocked_after: texts(&["read_file:/etc/*", "bank_cards"]),
            requires_approval_after: texts(&["news"]),
            cooling_period_minutes: Some(1),
            max_calls_per_session: Some(3),
            requires_human_review: Some(true),
            blocked_patterns: texts(&["*.pem", "/a", "/b"]),
            max_file_size_mb: Some(5),
            ..ToolPolicy::default()
        });
        assert_eq!(
            said,
            [
                "Denied after the session has called `read_file` with an argument that matches `/etc/*` or `bank_cards`.",
                "Requires the user's approval after the session has called `news`.",
                "At least 1 minute between two calls.",
                "At most 3 calls in one session.",
                "A person other than the user reviews each call.",
                "Denied if an argument matches `*.pem`, `/a` or `/b`.",
                "Files of at most 5 MB.",
            ]
        );
        assert!(policy(&ToolPolicy { requires_human_review: Some(false), ..ToolPolicy::default() }).is_empty());
        let said = session(&SessionPolicies {
            max_high_risk_calls: Some(5),
            require_reauth_after_minutes: Some(30),
            block_rapid_escalation: Some(true),
            ..SessionPolicies::default()
        });
        assert_eq!(said.len(), 3, "{said:?}");
    }
}
