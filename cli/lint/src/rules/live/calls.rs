//! Rules about calls of tools.

use crate::rule::{Rule, rule};

pub(in crate::rules) const CALL_WITHOUT_SCOPE: Rule = rule! {
    id: "call-without-scope",
    category: Live,
    level: Deny,
    summary: "call that succeeds without its scope",
    reason: "the published requirement is not enforced",
    section: "MCP Authorization, Token Handling",
};

pub(in crate::rules) const SCOPE_REFUSAL_STATUS: Rule = rule! {
    id: "scope-refusal-status",
    category: Live,
    level: Warn,
    summary: "missing scope that is refused with another status than 403",
    reason: "clients request more scopes after 403 only",
    section: "MCP Authorization, Runtime Insufficient Scope Errors",
};

pub(in crate::rules) const SCOPE_CHALLENGE_MISSING: Rule = rule! {
    id: "scope-challenge-missing",
    category: Live,
    level: Warn,
    summary: "refusal with 403 and without a challenge",
    reason: "clients do not learn which scopes to request",
    section: "RFC 6750 §3",
};

pub(in crate::rules) const SCOPE_CHALLENGE_ERROR: Rule = rule! {
    id: "scope-challenge-error",
    category: Live,
    level: Warn,
    summary: "refusal with 403 and without `error=\"insufficient_scope\"`",
    reason: "clients do not recognize that scopes are missing",
    section: "RFC 6750 §3.1",
};

pub(in crate::rules) const SCOPE_CHALLENGE_SCOPE: Rule = rule! {
    id: "scope-challenge-scope",
    category: Live,
    level: Warn,
    summary: "refusal with 403 and without `scope`",
    reason: "clients request everything, or give up",
    section: "MCP Authorization, Runtime Insufficient Scope Errors",
};

pub(in crate::rules) const SCOPE_CHALLENGE_METADATA: Rule = rule! {
    id: "scope-challenge-metadata",
    category: Live,
    level: Warn,
    summary: "refusal with 403 and without `resource_metadata`",
    reason: "clients that begin with this response do not find the metadata",
    section: "MCP Authorization, Runtime Insufficient Scope Errors",
};

pub(in crate::rules) const SCOPE_CHALLENGE_INCOMPLETE: Rule = rule! {
    id: "scope-challenge-incomplete",
    category: Live,
    level: Warn,
    summary: "challenge that names only a part of the scopes",
    reason: "a client asks its user once for each missing scope",
    section: "MCP Authorization, Scope Challenge Handling",
};

pub(in crate::rules) const CHALLENGE_LOOPS: Rule = rule! {
    id: "challenge-loops",
    category: Live,
    level: Deny,
    summary: "challenge that asks for scopes that the token has",
    reason: "clients obtain the same token again and again",
    section: "MCP Authorization, Step-Up Authorization Flow",
};

pub(in crate::rules) const HIDDEN_TOOL_CALLABLE: Rule = rule! {
    id: "hidden-tool-callable",
    category: Live,
    level: Deny,
    summary: "hidden tool that can be called",
    reason: "a list is no access control",
    section: "MCP Tools, Security Considerations",
};

pub(in crate::rules) const HIDDEN_TOOL_DIFFERS: Rule = rule! {
    id: "hidden-tool-differs",
    category: Live,
    level: Warn,
    summary: "hidden tool that answers differently from an unknown one",
    reason: "a caller can find out which tools exist",
};

pub(in crate::rules) const UNKNOWN_TOOL_ACCEPTED: Rule = rule! {
    id: "unknown-tool-accepted",
    category: Live,
    level: Warn,
    summary: "call of an unknown tool that succeeds",
    reason: "clients and models take it for done",
    section: "MCP Tools, Error Handling",
};

pub(in crate::rules) const CONTENT_WITHOUT_SCOPE: Rule = rule! {
    id: "content-without-scope",
    category: Live,
    level: Deny,
    summary: "resource that is read without its scope",
    reason: "the published requirement is not enforced",
    section: "MCP Authorization, Token Handling",
};
