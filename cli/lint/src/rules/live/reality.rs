//! Rules about the metadata against the server.

use crate::rule::{Rule, rule};

pub(in crate::rules) const SCOPE_NOT_ADVERTISED: Rule = rule! {
    id: "scope-not-advertised",
    category: Live,
    level: Warn,
    summary: "demanded scope that the metadata does not have",
    reason: "clients and reviewers do not learn of it beforehand",
    section: "MCP Authorization, Scope Selection Strategy",
};

pub(in crate::rules) const SCOPE_UNKNOWN_TO_ISSUER: Rule = rule! {
    id: "scope-unknown-to-issuer",
    category: Live,
    level: Warn,
    summary: "demanded scope that the authorization server does not list",
    reason: "no client can obtain it",
    section: "RFC 8414 §2",
};

pub(in crate::rules) const SCOPE_NEVER_DEMANDED: Rule = rule! {
    id: "scope-never-demanded",
    category: Live,
    level: Warn,
    summary: "advertised scope that nothing demands",
    reason: "clients ask their users for access that opens nothing",
    section: "MCP Security Best Practices, Scope Minimization",
};

pub(in crate::rules) const METADATA_UNKNOWN_TOOL: Rule = rule! {
    id: "metadata-unknown-tool",
    category: Live,
    level: Warn,
    summary: "tool in the metadata that does not exist",
    reason: "consent screens and reviews name it",
    section: "mcp_extensions",
};

pub(in crate::rules) const METADATA_MISSING_TOOL: Rule = rule! {
    id: "metadata-missing-tool",
    category: Live,
    level: Warn,
    summary: "tool that the metadata does not have",
    reason: "reviewers cannot review what opens it",
    section: "mcp_extensions",
};

pub(in crate::rules) const LOCK_DIFFERS: Rule = rule! {
    id: "lock-differs",
    category: Live,
    level: Deny,
    summary: "live server that differs from the lock file",
    reason: "what was reviewed is not what runs",
};

pub(in crate::rules) const CONFORMANCE_SCOPES: Rule = rule! {
    id: "conformance-scopes",
    category: Live,
    level: Warn,
    summary: "fixture for scopes that answers differently",
    reason: "the official suite would report the server",
    section: "SEP-2350",
};
