//! Rules about sessions.

use crate::rule::{Rule, rule};

pub(in crate::rules) const SESSION_WITHOUT_TOKEN: Rule = rule! {
    id: "session-without-token",
    category: Live,
    level: Deny,
    summary: "session that replaces the token",
    reason: "anyone who learns the id of a session is its user",
    section: "MCP Security Best Practices, Session Hijacking",
};

pub(in crate::rules) const SESSION_SHARED: Rule = rule! {
    id: "session-shared",
    category: Live,
    level: Deny,
    summary: "session that another user can use",
    reason: "a caller can act in the session of another one",
    section: "MCP Security Best Practices, Session Hijacking",
};

pub(in crate::rules) const WEAK_SESSION_ID: Rule = rule! {
    id: "weak-session-id",
    category: Live,
    level: Warn,
    summary: "session id that can be guessed",
    reason: "a caller can use the session of another one",
    section: "MCP Streamable HTTP, Session Management",
};
