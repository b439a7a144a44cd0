//! Rules about lists of tools.

use crate::rule::{Rule, rule};

pub(in crate::rules) const LIST_NOT_SUBSET: Rule = rule! {
    id: "list-not-subset",
    category: Live,
    level: Deny,
    summary: "tool that only the weaker token lists",
    reason: "a tool is shown to callers who cannot use it, or hidden from those who can",
    section: "MCP Tools, Listing Tools",
};

pub(in crate::rules) const LIST_CACHE_SCOPE: Rule = rule! {
    id: "list-cache-scope",
    category: Live,
    level: Deny,
    summary: "list that depends on the caller and may be cached for all",
    reason: "a cache shows the tools of one caller to another",
    section: "MCP Caching",
};

pub(in crate::rules) const LIST_CACHE_MISSING: Rule = rule! {
    id: "list-cache-missing",
    category: Live,
    level: Deny,
    summary: "list without `ttlMs` or `cacheScope`",
    reason: "both are required in 2026-07-28, and strict clients reject the list",
    section: "MCP Caching",
};

pub(in crate::rules) const LIST_ORDER: Rule = rule! {
    id: "list-order",
    category: Live,
    level: Warn,
    summary: "list whose order changes",
    reason: "prompts that contain the list cannot be cached",
    section: "MCP Tools, Listing Tools",
};

pub(in crate::rules) const LIST_CHANGES: Rule = rule! {
    id: "list-changes",
    category: Live,
    level: Deny,
    summary: "list that changes from request to request",
    reason: "a list may depend on the token, and must not depend on the connection or on earlier calls",
    section: "MCP Tools, Listing Tools",
};
