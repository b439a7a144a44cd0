//! Describes policies and hints in words.

use mcp_scopes_model::{Pattern, Risk, SandboxMode, policy::defaults};
use mcp_scopes_prm::{ConditionEntry, RiskPolicy, SessionPolicies, ToolEntry, ToolPolicy};

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

/// Describes the conditional scopes of a tool, one sentence each. Backticks mark text of an author.
pub(super) fn conditions(tool: &ToolEntry) -> Vec<String> {
    let scopes = |scopes: &[String]| list(scopes.iter().map(|scope| code(scope)));
    let sentence = |condition: &ConditionEntry| {
        let belongs = tool.required_scopes.iter().enumerate().filter(|(place, _)| condition.applies_to(*place));
        let who = if condition.alternatives.is_empty() {
            "Needs".to_owned()
        } else {
            let held: Vec<String> = belongs.map(|(_, all)| scopes(all)).collect();
            format!("A caller with {} needs", joined(&held))
        };
        let what = condition.argument.as_deref().map_or_else(|| "an argument".to_owned(), code);
        let glob = code(condition.glob.as_deref().unwrap_or_default());
        format!("{who} {} too if {what} matches {glob}.", scopes(&condition.scopes))
    };
    tool.conditional_scopes.iter().map(sentence).collect()
}

/// Describes the limits of a tool, one sentence each. Backticks mark text of an author.
pub(super) fn policy(policy: &ToolPolicy) -> Vec<String> {
    let mut sentences = Vec::new();
    if !policy.blocked_after.is_empty() {
        sentences.push(format!("Denied after the session has {}.", any_of(&policy.blocked_after)));
    }
    if !policy.requires_approval_after.is_empty() {
        let calls = any_of(&policy.requires_approval_after);
        sentences.push(format!("Requires the user's approval after the session has {calls}."));
    }
    if let Some(minutes) = policy.cooling_period_minutes {
        let except = if policy.idempotent == Some(true) { ", except repeats of the last one" } else { "" };
        sentences.push(format!("At least {} between two calls{except}.", count(minutes as usize, "minute")));
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
        let period = count(session.escalation_seconds.unwrap_or(defaults::ESCALATION_SECONDS) as usize, "second");
        sentences.push(format!(
            "A call whose risk is two or more levels above that of the session so far (minimal at first) waits for up to {period}."
        ));
    }
    if let Some(calls) = session.max_refused_calls {
        sentences.push(format!("After {}, further ones are denied.", count(calls as usize, "refused call")));
    }
    if let Some(minutes) = session.idle_minutes {
        sentences.push(format!("A session ends after {} without a call.", count(minutes as usize, "minute")));
    }
    if let Some(minutes) = session.max_minutes {
        sentences.push(format!("A session ends after {} in any case.", count(minutes as usize, "minute")));
    }
    if let (Some(domain), Some(server)) = (&session.domain, &session.server) {
        sentences.push(format!(
            "Sessions are shared with the other servers of the domain {}, where this server is {}.",
            code(domain),
            code(server)
        ));
    }
    sentences
}

/// Describes how the callers of a risk must have authenticated, one sentence each.
pub(super) fn risk_policy(risk: &str, policy: &RiskPolicy) -> Vec<String> {
    let (mut sentences, risk) = (Vec::new(), escaped(risk));
    if let Some(minutes) = policy.max_auth_age_minutes {
        let age = count(minutes as usize, "minute");
        sentences.push(format!("A call of {risk} risk requires a sign-in within the last {age}."));
    }
    if !policy.acr_values.is_empty() {
        let values: Vec<String> = policy.acr_values.iter().map(|value| code(value)).collect();
        sentences.push(format!("A call of {risk} risk requires a sign-in of the kind {}.", joined(&values)));
    }
    sentences
}

/// Describes a list of calls, any of which is enough.
fn any_of(patterns: &[String]) -> String {
    let words: Vec<String> = patterns
        .iter()
        .map(|pattern| match Pattern::parse(pattern) {
            Ok(Pattern::Tool { name, glob: Some(glob) }) => {
                format!("{} with an argument that matches {}", code(name), code(glob))
            }
            Ok(Pattern::Resource { glob: None }) => "any resource".to_owned(),
            Ok(Pattern::Resource { glob: Some(glob) }) => format!("a resource that matches {}", code(glob)),
            Ok(Pattern::Prompt { name: None }) => "any prompt".to_owned(),
            Ok(Pattern::Prompt { name: Some(name) }) => format!("the prompt {}", code(name)),
            Ok(Pattern::OtherServer { server, tool }) => format!("{} of the server {}", code(tool), code(server)),
            _ => code(pattern),
        })
        .collect();
    // A session calls tools, and reads or gets the others.
    let verb = if patterns.iter().all(|pattern| !pattern.starts_with('@')) { "called" } else { "used" };
    format!("{verb} {}", joined(&words))
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
    use super::{conditions, policy, risk_policy, session};
    use mcp_scopes_prm::{ConditionEntry, RiskPolicy, SessionPolicies, ToolEntry, ToolPolicy};

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
        // The default.
        assert!(said[2].contains("waits for up to 60 seconds"), "{said:?}");
        let said = session(&SessionPolicies {
            idle_minutes: Some(1),
            max_minutes: Some(90),
            max_refused_calls: Some(20),
            block_rapid_escalation: Some(true),
            escalation_seconds: Some(30),
            domain: Some("office".to_owned()),
            server: Some("mail".to_owned()),
            ..SessionPolicies::default()
        });
        assert_eq!(
            said,
            [
                "A call whose risk is two or more levels above that of the session so far (minimal at first) waits for up to 30 seconds.",
                "After 20 refused calls, further ones are denied.",
                "A session ends after 1 minute without a call.",
                "A session ends after 90 minutes in any case.",
                "Sessions are shared with the other servers of the domain `office`, where this server is `mail`.",
            ]
        );
        let rule = RiskPolicy {
            max_auth_age_minutes: Some(15),
            acr_values: vec!["gold".to_owned(), "silver".to_owned()],
            ..RiskPolicy::default()
        };
        assert_eq!(
            risk_policy("high", &rule),
            [
                "A call of high risk requires a sign-in within the last 15 minutes.",
                "A call of high risk requires a sign-in of the kind `gold` or `silver`.",
            ]
        );
        assert!(risk_policy("high", &RiskPolicy::default()).is_empty());
    }

    #[test]
    fn describes_conditions_in_sentences() {
        let condition = |argument: Option<&str>, scopes: &[&str], alternatives: &[u32]| ConditionEntry {
            argument: argument.map(str::to_owned),
            glob: Some("/etc/*".to_owned()),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            alternatives: alternatives.to_vec(),
            ..ConditionEntry::default()
        };
        let tool = ToolEntry {
            required_scopes: vec![
                vec!["read".to_owned(), "x".to_owned()],
                vec!["admin".to_owned()],
                vec!["ops".to_owned()],
            ],
            conditional_scopes: vec![
                condition(None, &["system"], &[]),
                condition(Some("path"), &["system", "audit"], &[0]),
                condition(Some("path"), &["audit"], &[1, 2]),
            ],
            ..ToolEntry::default()
        };
        assert_eq!(
            conditions(&tool),
            [
                "Needs `system` too if an argument matches `/etc/*`.",
                "A caller with `read` and `x` needs `system` and `audit` too if `path` matches `/etc/*`.",
                "A caller with `admin` or `ops` needs `audit` too if `path` matches `/etc/*`.",
            ]
        );
        assert!(conditions(&ToolEntry::default()).is_empty());
    }

    #[test]
    fn describes_each_kind_of_pattern() {
        let patterns = ["@resource", "@resource:/etc/*", "@prompt", "@prompt:review", "mail/send"];
        let said = policy(&ToolPolicy {
            blocked_after: patterns.map(str::to_owned).to_vec(),
            cooling_period_minutes: Some(5),
            idempotent: Some(true),
            ..ToolPolicy::default()
        });
        assert_eq!(
            said,
            [
                "Denied after the session has used any resource, a resource that matches `/etc/*`, any prompt, the prompt `review` or \
                 `send` of the server `mail`.",
                "At least 5 minutes between two calls, except repeats of the last one.",
            ]
        );
    }
}
